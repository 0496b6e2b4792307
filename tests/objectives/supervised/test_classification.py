from __future__ import annotations

import numpy as np
import pytest
import torch
from sklearn.metrics import f1_score
from torch.nn import functional

from tests.fixtures.models import sample_texts, tiny_model
from wardspace.config import EncoderConfig
from wardspace.config.tasks.classification import FinetuneConfig
from wardspace.models import LanguageModel
from wardspace.models.tokens import token_ids
from wardspace.objectives import ObjectiveSettings, Reading, Unit, Vocabulary
from wardspace.objectives.heads import TwoLayerHead
from wardspace.objectives.micro_batches import TokenLimit
from wardspace.objectives.supervised.classification import (
    CLASS,
    MEMBERS,
    SECOND,
    Classification,
    LabelledNotes,
    macro_f1,
)

WINDOW = 24
WEIGHTS = np.array([0.5, 1.0, 2.0])


@pytest.fixture(params=["mean", "cls"])
def made(request, tmp_path):
    def objective(several: bool = False):
        torch.manual_seed(1)
        model = LanguageModel.load(tiny_model(tmp_path / "model")).eval()
        encoder = model.to_encoder(EncoderConfig(window=WINDOW, pooling=request.param, normalise="no"))
        head = TwoLayerHead(np.full(model.dimension, 0.1, np.float32), 2.0, 3, several=several)
        setting = ObjectiveSettings(
            Vocabulary.of(model.tokenizer), WINDOW, request.param, seed=1, reading=TokenLimit(100)
        )
        labelled = LabelledNotes("t", head, WEIGHTS, encoder.overlap)
        return Classification(FinetuneConfig(), model, setting, labelled).eval(), encoder

    return objective


def units(model, truth, words=30):
    """Notes of one to four windows."""
    texts = [" ".join(sample_texts(1, words=3 + words * (i % 4) // 2, seed=i)) for i in range(len(truth))]
    name = CLASS if np.ndim(truth[0]) == 0 else MEMBERS
    ids = token_ids(model.tokenizer, texts)
    return texts, [Unit(f"n{i}", own, targets={name: t}) for i, (own, t) in enumerate(zip(ids, truth, strict=True))]


def test_the_loss_is_that_of_plain_transformers_on_the_drawn_windows(made):
    objective, _ = made()
    truth = np.array([i % 3 for i in range(12)], dtype=np.int32)
    _, notes = units(objective.model, truth)
    readings = [Reading(note, epoch=2) for note in notes]
    batch = objective.collate(readings)
    assert len(batch.micro_batches) > 1
    assert batch.tokens == sum(objective.tokens(reading) for reading in readings)
    vectors = []
    for reading in readings:
        (window,) = objective._windows(reading)
        ids = torch.tensor(objective.setting.vocabulary.wrap(window))[None].long()
        hidden = objective.model.encoder(input_ids=ids, attention_mask=torch.ones_like(ids)).last_hidden_state[0]
        vectors.append(hidden[0] if objective.setting.pooling == "cls" else hidden.mean(0))
    logits = objective.head(torch.stack(vectors))
    targets, weight = torch.from_numpy(truth).long(), torch.tensor(WEIGHTS, dtype=torch.float32)
    each = functional.cross_entropy(logits, targets, weight=weight, reduction="none")
    assert objective(batch).loss.item() == pytest.approx(each.sum().item() / len(notes), rel=1e-5)


def test_a_long_note_is_read_through_another_window_in_another_epoch_and_whole_in_validation(made):
    objective, encoder = made()
    _, notes = units(objective.model, np.zeros(4, dtype=np.int32), words=90)
    long = max(notes, key=lambda note: len(note.ids))
    drawn = {tuple(objective._windows(Reading(long, epoch))[0]) for epoch in range(20)}
    every = objective._windows(Reading(long, -1))
    assert len(every) > 2 and {tuple(window) for window in every} == drawn
    assert all(len(window) <= WINDOW - 2 for window in every)
    assert encoder.window == WINDOW


@pytest.mark.parametrize("several", [False, True])
def test_the_score_is_the_macro_f1_of_what_the_encoder_would_predict(made, several):
    objective, encoder = made(several)
    random = np.random.default_rng(0)
    truth = random.random((16, 3)) < 0.4 if several else np.arange(16, dtype=np.int32) % 3
    texts, notes = units(objective.model, truth)
    with torch.no_grad():
        parts = [notes[:7], notes[7:]]
        batches = [objective.collate([Reading(note, -1) for note in part]) for part in parts]
        read = [(batch, objective(batch)) for batch in batches]
    likely = objective.head.probabilities(
        torch.from_numpy(encoder.encode(texts, show_progress=False, precision="fp32"))
    )
    if several:
        grid = [f1_score(truth, likely >= t, average=None, zero_division=0) for t in np.unique(likely)]
        expected = np.max(grid, axis=0).mean()
    else:
        expected = f1_score(truth, likely.argmax(axis=1), average="macro", labels=range(3), zero_division=0)
    assert objective.validation_score(read) == pytest.approx(float(expected), abs=1e-6)


def test_several_labels_cost_the_mean_of_binary_cross_entropies(made):
    objective, _ = made(several=True)
    truth = np.array([[1, 0, 1], [0, 0, 0], [0, 1, 1]], dtype=bool)
    _, notes = units(objective.model, truth, words=4)
    batch = objective.collate([Reading(note, 0) for note in notes])
    output = objective(batch)
    logits = objective.scores(output.vectors)
    expected = functional.binary_cross_entropy_with_logits(logits, torch.from_numpy(truth).float())
    assert output.loss.item() == pytest.approx(expected.item(), rel=1e-6)


def test_a_head_is_kept_under_the_name_of_its_task(made):
    objective, _ = made()
    assert list(objective.modules_to_keep().values()) == [objective.head]


def test_macro_f1_of_two_classes_is_that_of_scikit_learn():
    likely = np.array([[0.9, 0.1], [0.2, 0.8], [0.6, 0.4], [0.1, 0.9]], dtype=np.float32)
    truth = np.array([[0], [1], [1], [1]])
    assert macro_f1(truth, likely) == pytest.approx(f1_score([0, 1, 1, 1], [0, 1, 0, 1], average="macro"))


def paired(model, count=8):
    """Pairs whose first, second or no text is longer than a window, with both texts."""
    firsts = [" ".join(sample_texts(1, words=4 + 60 * (i % 3 == 0), seed=i)) for i in range(count)]
    seconds = [" ".join(sample_texts(1, words=4 + 60 * (i % 3 == 1), seed=100 + i)) for i in range(count)]
    ids = zip(token_ids(model.tokenizer, firsts), token_ids(model.tokenizer, seconds), strict=True)
    found = [
        Unit(
            f"n{i}",
            np.concatenate([one, other]),
            targets={CLASS: np.array(i % 3, dtype=np.int32), SECOND: np.array(len(one))},
        )
        for i, (one, other) in enumerate(ids)
    ]
    return firsts, seconds, found


def test_pairs_are_read_together_as_the_encoder_reads_them(made):
    objective, encoder = made()
    firsts, seconds, notes = paired(objective.model)
    readings = [Reading(note, epoch=-1) for note in notes]
    batch = objective.collate(readings)
    assert batch.tokens == sum(objective.tokens(reading) for reading in readings)
    assert len(batch.labels) > len(notes)
    with torch.no_grad():
        score = objective.validation_score([(batch, objective(batch))])
    probabilities = objective.head.probabilities(
        torch.from_numpy(encoder.encode_pairs(firsts, seconds, show_progress=False, precision="fp32"))
    )
    truth = np.array([[int(note.targets[CLASS])] for note in notes])
    assert score == pytest.approx(macro_f1(truth, probabilities))
    objective.score = lambda truth, likely: float(likely[np.arange(len(truth)), truth[:, 0]].sum())
    with torch.no_grad():
        exact = objective.validation_score([(batch, objective(batch))])
    assert exact == pytest.approx(float(probabilities[np.arange(len(truth)), truth[:, 0]].sum()), abs=1e-4)


def test_of_a_long_pair_one_window_is_read_an_epoch(made):
    objective, _ = made()
    _, _, notes = paired(objective.model)
    for note in notes:
        every = objective._windows(Reading(note, -1))
        drawn = [objective._windows(Reading(note, epoch)) for epoch in range(20)]
        assert all(len(one) == 1 and len(one[0]) <= WINDOW - 3 for one in drawn)
        assert {one[0].first.tobytes() + one[0].second.tobytes() for one in drawn} == {
            one.first.tobytes() + one.second.tobytes() for one in every
        }
