from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import f1_score
from transformers import AutoModel

from tests.fixtures.models import FAMILIES, sample_texts, tiny_model
from wardspace.config import EncoderConfig, SentenceFinetuneConfig
from wardspace.models import LanguageModel
from wardspace.models.tokens import tokens_with_offsets
from wardspace.models.windows import spans
from wardspace.objectives import ObjectiveSettings, Reading, Unit, Vocabulary
from wardspace.objectives.heads import TwoLayerHead
from wardspace.objectives.supervised.sentence_classification import (
    BOUNDS,
    LABELS,
    LabelledSentences,
    SentenceClassification,
    micro_f1,
    parts,
    token_bounds,
)

TEXTS = sample_texts(5, 40)


def objective_of(folder, *, weights=(1.0, 1.0, 1.0), window=24):
    model = LanguageModel.load(folder)
    encoder = model.to_encoder(EncoderConfig(window=window, overlap=0.5))
    setting = ObjectiveSettings(Vocabulary.of(model.tokenizer), encoder.window, "mean")
    torch.manual_seed(3)
    head = TwoLayerHead(np.zeros(model.dimension, np.float32), 1.0, len(weights), several=True)
    labelled = LabelledSentences("x", head, np.array(weights), encoder.overlap)
    return SentenceClassification(SentenceFinetuneConfig(), model, setting, labelled).eval()


def units_of(tokenizer, words=5):
    """Texts cut into stretches of some tokens; the third is one sentence."""
    random, found = np.random.default_rng(0), []
    for number, tokens in enumerate(tokens_with_offsets(tokenizer, TEXTS)):
        size = len(tokens.ids) if number == 2 else words
        cuts = [*range(0, len(tokens.ids), size), len(tokens.ids)]
        places = np.array([[tokens.offsets[a, 0], tokens.offsets[b - 1, 1]] for a, b in pairwise(cuts)])
        bounds = token_bounds(tokens.offsets, places)
        targets = {BOUNDS: bounds, LABELS: random.random((len(bounds), 3)) < 0.4}
        found.append(Unit(str(number), tokens.ids, targets=targets))
    return found


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("weights", [(1.0, 1.0, 1.0), (3.0, 1.0, 0.5)])
def test_the_loss_is_that_of_plain_transformers(tmp_path, family, weights):
    """Every part read by itself, in the window that it was given."""
    folder = tiny_model(tmp_path / "model", family)
    objective = objective_of(folder, weights=weights)
    plain = AutoModel.from_pretrained(folder).eval()
    units = units_of(objective.model.tokenizer)
    readings = [Reading(unit, 0, piece) for unit in units for piece in range(objective.pieces(unit))]
    assert len(readings) > len(units)
    with torch.no_grad():
        found = objective.forward(objective.collate(readings))
    vocabulary, total, count = objective.setting.vocabulary, 0.0, 0
    criterion = torch.nn.BCEWithLogitsLoss(pos_weight=torch.tensor(weights))
    for unit in units:
        windows = spans(len(unit.ids), objective.setting.text_window, 0.5)
        for window, own in zip(windows, parts(unit.targets[BOUNDS], len(unit.ids), windows), strict=True):
            ids = torch.from_numpy(vocabulary.wrap(unit.ids[slice(*window)]).astype(np.int64))[None]
            with torch.no_grad():
                hidden = plain(input_ids=ids).last_hidden_state[0]
                for one in own:
                    vector = hidden[torch.from_numpy(one.tokens - window[0] + len(vocabulary.prefix))].mean(dim=0)
                    truth = torch.from_numpy(unit.targets[LABELS][one.sentence]).float()
                    total += float(criterion(objective.head(vector[None])[0], truth))
                    count += 1
    assert found.counts == {"labels": count}
    assert float(found.loss) == pytest.approx(total / count, rel=2e-5)


def test_in_validation_the_parts_of_a_sentence_are_put_together(tmp_path):
    folder = tiny_model(tmp_path / "model")
    objective = objective_of(folder)
    units = units_of(objective.model.tokenizer)
    batch = objective.collate([Reading(unit, -1, 0) for unit in units])
    with torch.no_grad():
        found = objective.validation_score([(batch, objective.forward(batch))])
    plain = AutoModel.from_pretrained(folder).eval()
    vocabulary, truth, scored = objective.setting.vocabulary, [], []
    for unit in units:
        windows = spans(len(unit.ids), objective.setting.text_window, 0.5)
        shared = parts(unit.targets[BOUNDS], len(unit.ids), windows)
        with torch.no_grad():
            read = [
                plain(input_ids=torch.from_numpy(vocabulary.wrap(unit.ids[slice(*window)]).astype(np.int64))[None])
                .last_hidden_state[0, len(vocabulary.prefix) :]
                for window in windows
            ]  # fmt: skip
        for sentence, labels in enumerate(unit.targets[LABELS]):
            own = [
                read[at][torch.from_numpy(one.tokens - windows[at][0])]
                for at, each in enumerate(shared) for one in each if one.sentence == sentence
            ]  # fmt: skip
            truth.append(labels)
            scored.append(objective.head.probabilities(torch.cat(own).mean(dim=0)[None])[0])
    assert found == pytest.approx(micro_f1(np.array(truth), np.array(scored)))


@given(
    st.integers(1, 60).flatmap(lambda tokens: st.tuples(st.just(tokens), st.sets(st.integers(1, tokens), max_size=9))),
    st.integers(2, 20),
    st.sampled_from([0.0, 0.25, 0.5]),
)
def test_every_token_of_a_sentence_is_read_once_and_whole_where_a_window_holds_it(made, room, overlap):
    tokens, inner = made
    cuts = sorted({0, *inner, tokens})
    bounds = np.array(list(pairwise(cuts)), dtype=np.int64).reshape(-1, 2)
    windows = spans(tokens, room, overlap)
    found = [(window, one) for window, own in zip(windows, parts(bounds, tokens, windows), strict=True) for one in own]
    assert all(window[0] <= one.tokens[0] and one.tokens[-1] < window[1] for window, one in found)
    for number, (first, last) in enumerate(bounds.tolist()):
        own = [one.tokens.tolist() for _, one in found if one.sentence == number]
        assert sorted(at for each in own for at in each) == list(range(first, last))
        assert len(own) == 1 or not any(window[0] <= first and last <= window[1] for window in windows)


@given(st.lists(st.integers(0, 4), max_size=12), st.lists(st.tuples(st.integers(0, 30), st.integers(0, 9)), max_size=5))
def test_tokens_of_a_stretch(widths, stretches):
    ends = np.cumsum(widths)
    offsets = np.stack([ends - np.array(widths, dtype=int), ends], axis=1).reshape(-1, 2)[
        np.array(widths, dtype=int) > 0
    ]
    places = np.array([(start, start + size) for start, size in stretches], dtype=int).reshape(-1, 2)
    for (start, end), (first, last) in zip(places.tolist(), token_bounds(offsets, places).tolist(), strict=True):
        expected = [at for at, (a, b) in enumerate(offsets.tolist()) if max(a, start) < min(b, end)]
        assert list(range(first, last)) == expected or (start == end and last - first <= 1)


def test_micro_f1_is_that_of_the_best_thresholds():
    random = np.random.default_rng(0)
    truth, probabilities = random.random((60, 3)) < 0.2, random.random((60, 3)).astype(np.float32)
    said = np.zeros_like(truth)
    for label in range(3):
        choices = [probabilities[:, label] >= cut for cut in probabilities[:, label]]
        said[:, label] = max(choices, key=lambda one, label=label: f1_score(truth[:, label], one, zero_division=0))
    assert micro_f1(truth, probabilities) == pytest.approx(f1_score(truth, said, average="micro"))
    assert micro_f1(np.zeros((4, 2), dtype=bool), np.zeros((4, 2), dtype=np.float32)) == 0


def test_a_note_without_a_token_is_not_used(tmp_path):
    objective = objective_of(tiny_model(tmp_path / "model"))
    unit = Unit(
        "x", np.arange(3, dtype=np.int32), targets={BOUNDS: np.zeros((1, 2), np.int64), LABELS: np.ones((1, 3))}
    )
    assert not objective.usable(unit) and objective.pieces(unit) == 0
