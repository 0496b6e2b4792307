"""Answers to questions against plain transformers."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from transformers import AutoConfig, AutoModelForQuestionAnswering, AutoTokenizer

from tests.fixtures.models import sample_texts, tiny_model
from wardspace.config import AnswerFinetuneConfig, EncoderConfig
from wardspace.models import LanguageModel
from wardspace.models.tokens import token_ids, tokens_with_offsets
from wardspace.objectives import ObjectiveSettings, Reading, Unit, Vocabulary
from wardspace.objectives.micro_batches import TokenLimit
from wardspace.objectives.supervised.answer_spans import SpanHead
from wardspace.objectives.supervised.answer_windows import Sampling
from wardspace.objectives.supervised.question_answering import (
    ANSWERS,
    QUESTION,
    WEIGHTS,
    AskedQuestions,
    QuestionAnswering,
    best_threshold,
)
from wardspace.tasks.answers.asked import Passage, Question
from wardspace.tasks.answers.linear import LinearSpans
from wardspace.tasks.answers.reading import Windowing, WindowReader

WINDOW = 48
TEXTS = sample_texts(6, 60)
ASKED = ["has the patient fever ?", "heart rate", "what was started on monday and where ?"] * 2


def objective_of(folder, **options):
    model = LanguageModel.load(folder)
    setting = ObjectiveSettings(Vocabulary.of(model.tokenizer), WINDOW, reading=TokenLimit(100))
    head = SpanHead(model.dimension, 3)
    with torch.no_grad():
        head.out.weight.mul_(20)
        head.out.bias.normal_(generator=torch.Generator().manual_seed(0))
    asked = AskedQuestions("x", head, 0.3, Sampling(1.0, 1), **options)
    return QuestionAnswering(AnswerFinetuneConfig(), model, setting, asked).eval()


def plain_of(folder, head):
    """transformers' own model with the same weights."""
    config = AutoConfig.from_pretrained(folder)
    plain = AutoModelForQuestionAnswering.from_pretrained(folder, config=config).eval()
    plain.qa_outputs.load_state_dict(head.out.state_dict())
    return plain


def units_of(tokenizer):
    found = []
    for number, (question, text) in enumerate(zip(ASKED, token_ids(tokenizer, TEXTS), strict=True)):
        (asked,) = token_ids(tokenizer, [question])
        start = (7 * number) % max(1, len(text) - 3)
        right = [] if number % 3 == 2 else [[start, min(start + 1 + number, len(text))]]
        targets = {QUESTION: asked, ANSWERS: np.array(right, dtype=np.int64).reshape(-1, 2)}
        found.append(Unit(str(number), text, targets=targets))
    return found


@pytest.mark.parametrize("family", ["bert", "roberta", "mpnet", "distilbert"])
def test_the_loss_is_that_of_plain_transformers(tmp_path, family):
    """With the windows, token types and labels that its tokenizer and its examples give."""
    folder = tiny_model(tmp_path / "model", family)
    objective = objective_of(folder)
    plain, tokenizer = plain_of(folder, objective.head), AutoTokenizer.from_pretrained(folder)
    units = [unit for unit in units_of(objective.model.tokenizer) if len(unit.ids)]
    batch = objective.collate([Reading(unit, -1) for unit in units])
    with torch.no_grad():
        ours = objective(batch)
        losses = []
        for unit in units:
            given = tokenizer(
                ASKED[int(unit.id)], TEXTS[int(unit.id)], truncation="only_second", max_length=WINDOW,
                stride=int(0.3 * (WINDOW - objective.setting.vocabulary.pairs.count - len(unit.targets[QUESTION]))),
                return_overflowing_tokens=True, return_offsets_mapping=True, return_token_type_ids=True,
            )  # fmt: skip
            right = [tuple(one) for one in unit.targets[ANSWERS].tolist()]
            (whole,) = tokens_with_offsets(objective.model.tokenizer, [TEXTS[int(unit.id)]])
            for window in range(len(given["input_ids"])):
                places = [
                    (place, offset)
                    for place, (offset, owner) in enumerate(
                        zip(given["offset_mapping"][window], given.sequence_ids(window), strict=True)
                    )
                    if owner == 1
                ]
                first = next(i for i, one in enumerate(whole.offsets.tolist()) if tuple(one) == tuple(places[0][1]))
                inside = [(a, b) for a, b in right if first <= a and b <= first + len(places)]
                start, end = (inside[0][0] - first, inside[0][1] - 1 - first) if inside else (None, None)
                labels = [0 if at is None else places[at][0] for at in (start, end)]
                ids = {
                    name: torch.tensor([given[name][window]])
                    for name in ("input_ids", "attention_mask", "token_type_ids")
                    if name in given
                }
                if family != "bert":
                    ids.pop("token_type_ids", None)
                logits = plain(**ids)
                # tokens of the question are no answers here
                allowed = torch.full_like(logits.start_logits, -torch.inf)
                allowed[0, [0, *(place for place, _ in places)]] = 0
                pairs = zip((logits.start_logits, logits.end_logits), labels, strict=True)
                losses.append(sum(-(each + allowed).log_softmax(dim=-1)[0, at] for each, at in pairs) / 2)
    assert batch.counts["spans"] == len(losses) > len(units)
    torch.testing.assert_close(ours.loss, torch.stack(losses).mean(), rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("family", ["bert", "roberta"])
def test_training_and_reading_give_the_logits_of_plain_transformers(tmp_path, family):
    folder = tiny_model(tmp_path / "model", family)
    objective = objective_of(folder)
    plain, tokenizer = plain_of(folder, objective.head), AutoTokenizer.from_pretrained(folder)
    encoder = objective.model.to_encoder(EncoderConfig(window=WINDOW))
    reader = WindowReader(encoder, LinearSpans.of_head(objective.head), Windowing(0.3, None))
    texts = [text[:60] for text in TEXTS if text]  # within one window
    passages = [Passage(text, [Question("", ASKED[i], ())]) for i, text in enumerate(texts)]
    for i, found in enumerate(reader(passages)):
        given = tokenizer(
            ASKED[i], texts[i], return_tensors="pt", return_offsets_mapping=True, return_token_type_ids=True
        )
        offsets, owners = given.pop("offset_mapping")[0].tolist(), given.sequence_ids(0)
        if family != "bert":
            given.pop("token_type_ids", None)
        with torch.no_grad():
            logits = plain(**given)
        places = [place for place, owner in enumerate(owners) if owner == 1]
        kept = [0, *places]
        start, end = (each[0, kept].log_softmax(dim=0) for each in (logits.start_logits, logits.end_logits))
        spans = {(a, b): float(start[a] + end[b]) for a in range(1, len(kept)) for b in range(a, len(kept))}
        a, b = max(spans, key=spans.get)
        assert (found.start, found.end) == (offsets[kept[a]][0], offsets[kept[b]][1])
        assert found.score == pytest.approx(spans[a, b] - float(start[0] + end[0]), abs=0.15)  # read in bfloat16


def test_an_epoch_reads_the_windows_that_were_planned(tmp_path):
    objective = objective_of(tiny_model(tmp_path / "model"), windows=2)
    objective.train()
    for unit in units_of(objective.model.tokenizer):
        for epoch in range(2):
            for piece in range(objective.pieces(unit)):
                reading = Reading(unit, epoch, piece)
                batch = objective.collate([reading])
                assert batch.tokens == objective.tokens(reading) <= WINDOW
        held = objective.collate([Reading(unit, -1)])
        assert held.counts["spans"] <= 2 and held.tokens == objective.tokens(Reading(unit, -1))
    assert objective.pieces(Unit("empty", np.zeros(0, dtype=np.int32), targets=unit.targets)) == 0


def test_validation_is_judged_by_token_f1_at_the_best_weight_and_threshold(tmp_path):
    """Which here are found by trying all of them, and spans by hand."""
    objective = objective_of(tiny_model(tmp_path / "model"))
    units = [unit for unit in units_of(objective.model.tokenizer) if len(unit.ids)]
    batches = [objective.collate([Reading(unit, -1) for unit in some]) for some in (units[:2], units[2:])]
    with torch.no_grad():
        read = [(batch, objective(batch)) for batch in batches]
    tried = []
    for weight in WEIGHTS:
        judged = []
        for unit in units:
            with torch.no_grad():
                one = objective.collate([Reading(unit, -1)])
                best = torch.cat(objective(one).scores).double()
            shared = objective.plan.read(unit.ids, unit.targets[QUESTION], unit.targets[ANSWERS]).shared
            totals = best[:, 3] + weight * torch.tensor(shared)[best[:, 0].long()]
            row = best[totals.argmax()]
            start = int(one.labels[int(row[0]), 2])
            said = set(range(int(row[1]) + start, int(row[2]) + start + 1))
            right = unit.targets[ANSWERS]
            f1 = [2 * len(said & set(range(*each))) / (len(said) + each[1] - each[0]) for each in right]
            judged.append((float(totals.max() - best[:, 4].min()), max(f1, default=0.0), float(not f1)))
        tried += [
            np.mean([answered if score > bound else silent for score, answered, silent in judged])
            for bound in (-np.inf, *(score for score, _, _ in judged))
        ]
    assert objective.validation_score(read) == pytest.approx(max(tried), abs=1e-5)


@pytest.mark.parametrize("seed", range(30))
def test_the_threshold_is_the_best_of_all(seed):
    random = np.random.default_rng(seed)
    n = int(random.integers(1, 12))
    scores = random.integers(0, 6, size=n).astype(float)
    answered, silent = random.random(n), random.integers(0, 2, size=n).astype(float)
    bound, value = best_threshold(scores, answered, silent)
    tried = [np.where(scores > one, answered, silent).mean() for one in (-np.inf, *scores)]
    assert value == pytest.approx(max(tried))
    chosen = np.ones(n, dtype=bool) if bound is None else scores > bound
    assert np.where(chosen, answered, silent).mean() == pytest.approx(value)
