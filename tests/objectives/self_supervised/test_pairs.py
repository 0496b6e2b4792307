from __future__ import annotations

import dataclasses
from contextlib import nullcontext

import numpy as np
import pytest
import torch
from torch.nn import functional

from tests.fixtures.objectives import random_examples, setting_of, vectors_of
from wardspace.config import PairsConfig
from wardspace.core.errors import WardspaceError
from wardspace.objectives import Reading, build
from wardspace.objectives.micro_batches import TokenLimit

CATEGORIES = {"title": ["chest pain", "fever, cough", "a fall", "rash"], "question": ["what is it?", "why so tired?"]}
TITLES = [{"title": 0}, {"title": 1}, {"title": 2}, {"title": 0}, {"title": 3, "question": 1}]
LENGTHS = [20, 70, 33, 12, 8]


def examples_of(masked, codes=TITLES, lengths=LENGTHS):
    return [
        dataclasses.replace(example, targets=code)
        for example, code in zip(random_examples(masked, lengths), codes, strict=True)
    ]


def made(masked, examples=None, **options):
    given = {"columns": ["title"], "guide": examples is not None, **options}
    setting = setting_of(masked, window=32, reading=TokenLimit(100), categories=CATEGORIES)
    objective = build(PairsConfig(**given), masked, setting)
    if examples:
        objective.set_targets(objective.prepare_targets(examples, nullcontext, show_progress=False))
    return objective.eval()


def readings_of(objective, examples, epoch=0):
    return [Reading(one, epoch, piece) for one in examples for piece in range(objective.pieces(one))]


def by_hand(vectors, texts, temperature, near=None):
    """NT-Xent, pair by pair, leaving out what has the same text or is `near`er than the partner."""
    unit = functional.normalize(vectors.double(), dim=-1)
    count = len(unit) // 2
    texts = [*texts, *texts]
    total = 0.0
    for i in range(2 * count):
        partner = (i + count) % (2 * count)
        others = [k for k in range(2 * count) if k != i and (k == partner or texts[k] != texts[i])]
        others = [k for k in others if k == partner or near is None or near[i, k] < near[i, partner] - 1e-4]
        logits = torch.stack([unit[i] @ unit[k] / temperature for k in others])
        total -= torch.log_softmax(logits, 0)[others.index(partner)].item()
    return total / (2 * count)


def test_pieces_are_contrasted_with_their_texts_and_the_same_text_is_no_negative(masked):
    examples = examples_of(masked)
    objective = made(masked, temperature=0.2)
    readings = readings_of(objective, examples)
    assert len(readings) > len(examples)  # long notes are read in pieces
    batch = objective.collate(readings)
    texts = [reading.unit.targets["title"] for reading in readings]
    assert batch.labels[:, 0].tolist() == texts
    output = objective(batch)
    assert output.loss.item() == pytest.approx(by_hand(vectors_of(objective, batch), texts, 0.2), rel=1e-4)
    assert output.counts == {"pairs": 2 * len(readings)}


def test_what_the_base_places_nearer_than_the_partner_is_passed_over(masked):
    examples = examples_of(masked)
    objective = made(masked, examples, temperature=0.2)
    readings = readings_of(objective, examples)
    batch = objective.collate(readings)
    rows = torch.tensor([objective.rows[reading.unit.id] for reading in readings])
    texts = [reading.unit.targets["title"] for reading in readings]
    guide = torch.cat([objective.guide_notes[rows], objective.guide_texts[texts]])
    near = guide @ guide.T
    vectors = vectors_of(objective, batch)
    expected = by_hand(vectors, texts, 0.2, near)
    assert expected < by_hand(vectors, texts, 0.2) - 1e-3
    assert objective(batch).loss.item() == pytest.approx(expected, rel=1e-4)


def test_the_guide_is_the_base_reading_whole_notes_and_texts(masked):
    examples = examples_of(masked)
    objective = made(masked, examples)
    short = objective.collate([Reading(examples[0], 0), Reading(examples[2], 0)])
    vectors = functional.normalize(vectors_of(objective, short), dim=-1)
    assert torch.allclose(objective.guide_notes[0], vectors[0], atol=1e-5)
    assert torch.allclose(objective.guide_texts[[0, 2]], vectors[-2:], atol=1e-5)


def test_tokens_counts_the_piece_and_the_text(masked):
    examples = examples_of(masked)
    objective = made(masked)
    readings = readings_of(objective, examples)
    assert objective.collate(readings).tokens == sum(objective.tokens(one) for one in readings)


def test_one_of_several_texts_is_drawn_in_each_epoch(masked):
    objective = made(masked, columns=["title", "question"])
    example = examples_of(masked)[-1]
    drawn = [objective.collate([Reading(example, epoch)]).labels[0, 0].item() for epoch in range(40)]
    assert set(drawn) == {3, len(CATEGORIES["title"]) + 1}
    assert drawn == [objective.collate([Reading(example, epoch)]).labels[0, 0].item() for epoch in range(40)]


def test_notes_without_a_text_take_no_part(masked):
    objective = made(masked)
    empty, silent = random_examples(masked, [0, 9])
    assert not objective.usable(dataclasses.replace(empty, targets={"title": 1}))
    assert not objective.usable(dataclasses.replace(silent, targets={"title": -1}))
    assert objective.pieces(dataclasses.replace(silent, targets={"title": -1})) == 0


def test_a_long_text_is_cut_to_the_window(masked):
    setting = setting_of(masked, window=8, categories={"title": ["word " * 50, "other"]})
    objective = build(PairsConfig(columns=["title"]), masked, setting)
    assert max(map(len, objective.texts)) == setting.text_window


def test_a_column_that_tells_nothing_apart_is_told(masked):
    with pytest.raises(WardspaceError, match="'title' has 1 different texts"):
        build(PairsConfig(columns=["title"]), masked, setting_of(masked, categories={"title": ["one"]}))


def test_checkpoints_hold_nothing_of_the_notes(masked):
    assert not [name for name in made(masked, examples_of(masked)).state_dict() if "guide" in name]


def test_the_guide_is_the_same_whatever_dropout_draws(masked):
    examples = examples_of(masked)
    objective = made(masked)
    objective.options = PairsConfig(columns=["title"])
    objective.train()
    one, other = (objective.prepare_targets(examples, nullcontext, show_progress=False) for _ in range(2))
    assert objective.model.training
    np.testing.assert_array_equal(one.notes.numpy(), other.notes.numpy())
    objective.eval()
