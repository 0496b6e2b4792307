from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from transformers import AutoModel

from tests.fixtures.models import FAMILIES, sample_texts, tiny_model
from wardspace.config import EncoderConfig, EntityFinetuneConfig
from wardspace.models import LanguageModel
from wardspace.models.tokens import tokens_with_offsets
from wardspace.objectives import ObjectiveSettings, Reading, Unit, Vocabulary
from wardspace.objectives.supervised.chains import decoded
from wardspace.objectives.supervised.tags import TagScheme, positions_of, spans_at
from wardspace.objectives.supervised.token_classification import (
    PLACES,
    TAGS,
    TaggedNotes,
    TagHead,
    TokenClassification,
    strict_f1,
)

SCHEME = TagScheme("BIO", ("Sign", "Drug"))
TEXTS = sample_texts(5, 40)
WINDOW = 24


def objective_of(folder, *, crf=False, weights=None):
    model = LanguageModel.load(folder)
    encoder = model.to_encoder(EncoderConfig(window=WINDOW, overlap=0.25))
    setting = ObjectiveSettings(Vocabulary.of(model.tokenizer), encoder.window, "mean")
    head = TagHead(model.dimension, SCHEME, 3, crf=crf)
    with torch.no_grad():
        head.out.weight.mul_(20)
    weights = np.ones(len(SCHEME.names)) if weights is None else weights
    made = TokenClassification(EntityFinetuneConfig(), model, setting, TaggedNotes("x", head, weights, encoder.overlap))
    return made.eval(), encoder


def units_of(tokenizer, pieces="first"):
    found = []
    for number, (text, tokens) in enumerate(zip(TEXTS, tokens_with_offsets(tokenizer, TEXTS), strict=True)):
        at = positions_of(text, tokens, pieces)
        marks = [(start, end, start % 2) for start, end in at.bounds[:: 4 + number].tolist()]
        tags = SCHEME.encode(spans_at(marks, at.bounds), len(at.places))
        found.append(Unit(str(number), tokens.ids, targets={TAGS: tags, PLACES: at.places}))
    return found


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("pieces", ["first", "all"])
def test_the_loss_is_that_of_plain_transformers(tmp_path, family, pieces):
    """Of each window by itself; the other pieces of words have the label that cross-entropy passes over."""
    folder = tiny_model(tmp_path / "model", family)
    objective, _ = objective_of(folder)
    plain = AutoModel.from_pretrained(folder).eval()
    units = units_of(objective.model.tokenizer, pieces)
    readings = [Reading(unit, 0, piece) for unit in units for piece in range(objective.pieces(unit))]
    assert len(readings) > len(units)
    batch = objective.collate(readings)
    found = objective.forward(batch)
    vocabulary, total, count = objective.setting.vocabulary, 0.0, 0
    for place, start, end, _ in batch.labels.tolist():
        unit = readings[place].unit
        labels = np.full(len(unit.ids), -100)
        labels[unit.targets[PLACES]] = unit.targets[TAGS]
        ignored = [np.full(len(part), -100) for part in (vocabulary.prefix, vocabulary.suffix)]
        wanted = torch.from_numpy(np.concatenate([ignored[0], labels[start:end], ignored[1]]))[None]
        ids = torch.from_numpy(vocabulary.wrap(unit.ids[start:end]).astype(np.int64))[None]
        with torch.no_grad():
            logits = objective.head.out(plain(input_ids=ids).last_hidden_state)
            loss = torch.nn.functional.cross_entropy(logits[0], wanted[0])  # passes over -100
        here = int((wanted != -100).sum())
        total, count = total + float(loss) * here, count + here
    assert found.counts == {"tags": count}
    assert float(found.loss) == pytest.approx(total / count, rel=2e-5)


def test_weights_of_tags_are_those_of_cross_entropy(tmp_path):
    weights = np.array([0.2, 2.0, 3.0, 1.0, 1.5])
    objective, _ = objective_of(tiny_model(tmp_path / "model"), weights=weights)
    batch = objective.collate([Reading(unit, 0, 0) for unit in units_of(objective.model.tokenizer)])
    (one,) = batch.micro_batches
    hidden = objective.model.hidden(one.ids, one.layout)[one.targets["positions"]]
    expected = torch.nn.functional.cross_entropy(
        objective.head.out(hidden), one.targets["words"], weight=torch.tensor(weights).float(), reduction="sum"
    )
    assert float(objective.forward(batch).loss) == pytest.approx(float(expected) / batch.counts["tags"], rel=1e-5)


@pytest.mark.parametrize("crf", [False, True])
def test_the_score_is_the_strict_f1_of_what_the_encoder_would_predict(tmp_path, crf):
    """Validation reads all windows of a text, and of each token the reading that `token_vectors` keeps."""
    objective, encoder = objective_of(tiny_model(tmp_path / "model"), crf=crf)
    units = units_of(objective.model.tokenizer)
    vectors = encoder.token_vectors(TEXTS, precision="fp32")
    scores = []
    for unit, tokens in zip(units, vectors, strict=True):
        with torch.no_grad():
            scores.append(objective.head(torch.from_numpy(tokens.vectors[unit.targets[PLACES]])).numpy())
    predicted = [one.spans for one in decoded(scores, objective.head.chain())]
    truth = [spans[::2] for spans in predicted]  # what it finds, every other one
    units = [
        replace(unit, targets={**unit.targets, TAGS: SCHEME.encode(spans, len(unit.targets[TAGS]))})
        for unit, spans in zip(units, truth, strict=True)
    ]
    batches = [objective.collate([Reading(unit, -1, 0) for unit in some]) for some in (units[:2], units[2:])]
    with torch.no_grad():
        found = objective.validation_score([(batch, objective.forward(batch)) for batch in batches])
    assert found == pytest.approx(strict_f1(truth, predicted)) and 0.5 < found < 0.9


def test_a_chain_costs_as_much_whatever_it_is_read_with(tmp_path):
    objective, _ = objective_of(tiny_model(tmp_path / "model"), crf=True)
    readings = [Reading(unit, 0, 0) for unit in units_of(objective.model.tokenizer)]
    together = objective.forward(objective.collate(readings))
    alone = [objective.forward(objective.collate([one])) for one in readings]
    total = sum(float(one.loss) * one.counts["tags"] for one in alone)
    assert float(together.loss) * together.counts["tags"] == pytest.approx(total, rel=1e-4)


def test_strict_f1_counts_borders_and_type():
    assert strict_f1([[(0, 1, 0), (2, 4, 1)], []], [[(0, 1, 0), (2, 4, 0)], [(0, 2, 0)]]) == pytest.approx(2 / 5)
    assert strict_f1([[]], [[]]) == 0.0
