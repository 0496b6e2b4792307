from __future__ import annotations

import dataclasses
from contextlib import nullcontext

import numpy as np
import pytest
import torch
from torch.nn import functional

from tests.fixtures.objectives import random_examples, setting_of, vectors_of
from wardspace.config import BlendConfig
from wardspace.objectives import Reading, build
from wardspace.objectives.micro_batches import TokenLimit

LENGTHS = [5, 40, 90, 12, 30, 64, 7, 25, 33, 18]


def made(masked, examples=None, **options):
    given = {"dimensions": 4, "neighbours": 2, **options}
    setting = setting_of(masked, window=32, reading=TokenLimit(100))
    objective = build(BlendConfig(**given), masked, setting)
    if examples:
        objective.set_targets(objective.prepare_targets(examples, nullcontext, show_progress=False))
    return objective.eval()


def readings_of(objective, examples):
    return [Reading(one, 0, piece) for one in examples for piece in range(objective.pieces(one))]


def test_the_loss_is_the_mean_distance_of_pieces_from_their_notes_places(masked):
    examples = random_examples(masked, LENGTHS)
    objective = made(masked, examples)
    readings = readings_of(objective, examples)
    batch = objective.collate(readings)
    assert len(batch.micro_batches) > 1
    found = functional.normalize(vectors_of(objective, batch), dim=-1) - objective.centre
    places = torch.stack([objective.targets[objective.firsts[one.unit.id] + one.piece] for one in readings])
    expected = (1 - functional.cosine_similarity(found, places)).mean()
    output = objective(batch)
    assert output.loss.item() == pytest.approx(expected.item(), rel=1e-5)
    assert output.counts == {"blend": len(readings)}


def test_pieces_hold_every_token_once(masked):
    examples = random_examples(masked, LENGTHS)
    objective = made(masked, examples)
    readings = readings_of(objective, examples)
    batch = objective.collate(readings)
    assert batch.tokens == sum(LENGTHS) + 2 * len(readings) == sum(objective.tokens(one) for one in readings)


def test_without_words_and_neighbours_the_base_is_taught_its_own_notes(masked):
    examples = [one for one in random_examples(masked, LENGTHS) if len(one.ids) <= 30]
    objective = made(masked, examples, weight=0, neighbours=0)
    output = objective(objective.collate(readings_of(objective, examples)))
    assert output.loss.item() == pytest.approx(0, abs=1e-4)


def test_the_same_notes_give_the_same_places_whatever_dropout_draws(masked):
    examples = random_examples(masked, LENGTHS)
    first = made(masked, examples)
    torch.rand(7)
    again = made(masked)
    again.train()
    again.set_targets(again.prepare_targets(examples, nullcontext, show_progress=False))
    assert torch.equal(first.targets, again.targets)
    assert again.training


def test_checkpoints_hold_nothing_of_the_notes(masked):
    objective = made(masked, random_examples(masked, LENGTHS))
    assert not {"targets", "centre"} & set(objective.state_dict())


def test_gradients_reach_the_encoder_and_no_head(masked):
    examples = random_examples(masked, LENGTHS)
    objective = made(masked, examples)
    objective(objective.collate(readings_of(objective, examples))).loss.backward()
    assert any(p.grad is not None and p.grad.abs().sum() > 0 for p in masked.encoder.parameters())
    assert all(p.grad is None for p in masked.head_parameters())
    masked.zero_grad()


def test_an_empty_note_is_left_out(masked):
    (empty,) = random_examples(masked, [0])
    objective = made(masked)
    assert not objective.usable(empty)
    assert objective.pieces(empty) == 0


def test_a_note_never_looked_at_is_no_silent_zero(masked):
    objective = made(masked, random_examples(masked, LENGTHS))
    (stranger,) = random_examples(masked, [9], seed=5)
    with pytest.raises(KeyError):
        objective.collate([Reading(type(stranger)("elsewhere", stranger.ids), 0)])


def test_words_that_notes_share_draw_them_together(masked):
    random = np.random.default_rng(0)
    groups = [random.choice(np.arange(10, 40), 6, replace=False) for _ in range(3)]
    examples = [
        type(one)(f"n{i}", random.choice(groups[i % 3], 20).astype(np.int32))
        for i, one in enumerate(random_examples(masked, [20] * 45))
    ]
    targets = made(masked, examples, weight=3.0).targets.numpy()
    near = (np.arange(45) % 3 == (np.arange(45) % 3)[:, None]) & ~np.eye(45, dtype=bool)
    apart = np.arange(45) % 3 != (np.arange(45) % 3)[:, None]
    cosines = targets @ targets.T
    assert cosines[near].mean() > cosines[apart].mean() + 0.3


@pytest.fixture
def others(tmp_path):
    path = tmp_path / "texts.txt"
    path.write_text("\n".join(f"the patient has pain {i} days and fever" for i in range(30)))
    return str(path)


def test_other_texts_are_held_to_what_the_base_made_of_them(masked, others):
    examples = random_examples(masked, LENGTHS)
    objective = made(masked, examples, keep=0.5, texts=others)
    readings = readings_of(objective, examples)
    batch = objective.collate(readings)
    labels = batch.labels[:, 0]
    read = -1 - labels[labels < 0]
    assert batch.counts == {"blend": len(readings), "keep": len(read)}
    vectors = functional.normalize(vectors_of(objective, batch), dim=-1)
    assert objective(batch).parts["keep"].item() == pytest.approx(0, abs=1e-5)  # the encoder still is the base
    turned = objective.kept.roll(1, dims=1)
    objective.kept = turned
    expected = (1 - (vectors[len(readings) :] * turned[read]).sum(1)).mean()
    output = objective(batch)
    assert output.parts["keep"].item() == pytest.approx(expected.item(), rel=1e-4)
    assert output.loss.item() == pytest.approx((output.parts["blend"] + output.parts["keep"]).item(), rel=1e-5)
    places = torch.stack([objective.targets[objective.firsts[one.unit.id] + one.piece] for one in readings])
    notes = 1 - functional.cosine_similarity(vectors[: len(readings)] - objective.centre, places)
    assert output.parts["blend"].item() == pytest.approx(notes.mean().item(), rel=1e-4)


def test_as_many_other_texts_are_read_as_asked_and_all_are_counted(masked, others):
    examples = random_examples(masked, [40] * 200)
    objective = made(masked, keep=0.5, texts=others)
    readings = readings_of(objective, examples)
    tokens = objective.collate(readings).tokens
    assert tokens == sum(objective.tokens(one) for one in readings)
    alone = sum(made(masked).tokens(one) for one in readings)
    words = sum(len(one.ids) for one in examples)
    assert 0.4 * words < tokens - alone < 0.6 * words


def test_without_keep_no_other_text_is_looked_for(masked):
    assert made(masked, keep=0, texts="no such file").rehearsal.texts == []


def test_neighbours_are_looked_for_across_types_of_notes(masked):
    """Notes of one type change nothing; of several, other neighbours are found."""
    examples = random_examples(masked, LENGTHS)
    plain = made(masked, examples, neighbours=1)

    def places(codes):
        typed = [dataclasses.replace(e, targets={"kind": code}) for e, code in zip(examples, codes, strict=True)]
        return made(masked, typed, neighbours=1, across=["kind"]).targets

    torch.testing.assert_close(places([0] * len(examples)), plain.targets)
    assert (places([i % 2 for i in range(len(examples))]) - plain.targets).abs().max() > 0.01
