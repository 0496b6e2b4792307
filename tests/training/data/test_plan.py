from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wardspace.objectives import Reading, Unit
from wardspace.training.data.plan import Planner
from wardspace.training.data.source import FixedSource


@dataclass
class Sized:
    """An objective that reads a note in pieces of at most `room` tokens."""

    group_lengths: bool = True
    room: int = 500

    def pieces(self, example: Unit) -> int:
        return -(-len(example.ids) // self.room)

    def tokens(self, reading: Reading) -> int:
        return len(reading.unit.ids) // self.pieces(reading.unit) + 2


def examples_of(lengths: list[int]) -> list[Unit]:
    return [Unit(f"n{index}", np.zeros(length, dtype=np.int32)) for index, length in enumerate(lengths)]


def planner(lengths: list[int], *, seed: int = 1, batch_tokens: int = 1000, group: bool = True) -> Planner:
    return Planner(Sized(group), FixedSource(examples_of(lengths)), seed, batch_tokens)


LENGTHS = st.lists(st.integers(1, 1800), min_size=2, max_size=60)


@given(LENGTHS, st.integers(1, 30_000), st.booleans())
def test_the_budget_is_reached_and_overshot_by_less_than_a_batch(lengths, budget, group):
    made = planner(lengths, group=group)
    plan = made.training(range(len(lengths)), budget)
    assert plan.tokens.sum() >= budget
    assert plan.tokens[:-1].sum() < budget
    for index in range(len(plan)):
        batch = plan.batch(index)
        assert len(batch) >= 2 or sum(made.objective.pieces(e) for e in made.source.units(0)) == 1
        read = [
            made.objective.tokens(Reading(made.source.units(0)[note], epoch, piece)) for note, epoch, piece in batch
        ]
        assert sum(read) == plan.tokens[index]


@given(LENGTHS, st.booleans())
def test_an_epoch_reads_every_piece_once_and_batches_keep_to_one_epoch(lengths, group):
    made = planner(lengths, group=group)
    tokens = sum(
        made.objective.tokens(Reading(e, 0, p)) for e in made.source.units(0) for p in range(made.objective.pieces(e))
    )
    plan = made.training(range(len(lengths)), 2 * tokens)
    seen = [tuple(row) for row in plan.readings.tolist()]
    pieces = {
        (n, e, p) for n, x in enumerate(made.source.units(0)) for e in (0, 1) for p in range(made.objective.pieces(x))
    }
    assert sorted(seen) == sorted(pieces)
    assert all(len({epoch for _, epoch, _ in plan.batch(i)}) == 1 for i in range(len(plan)))
    assert plan.notes_seen == len(lengths)
    assert plan.notes_read == 2 * len(lengths)


@given(LENGTHS, st.integers(1, 20_000))
def test_a_cut_keeps_everything_in_order(lengths, budget):
    plan = planner(lengths).training(range(len(lengths)), budget)
    if len(plan) < 2:
        return
    first, rest = plan.cut(0.1 * plan.tokens.sum())
    assert len(first) >= 1
    assert len(rest) >= 1
    batches = [part.batch(index) for part in (first, rest) for index in range(len(part))]
    assert batches == [plan.batch(index) for index in range(len(plan))]
    assert first.tokens.tolist() + rest.tokens.tolist() == plan.tokens.tolist()


def test_the_same_seed_gives_the_same_plan_whatever_the_order_of_the_notes():
    lengths = list(range(20, 220))
    one = planner(lengths).training(range(200), 20_000)
    same = planner(lengths).training(list(reversed(range(200))), 20_000)
    other = planner(lengths, seed=2).training(range(200), 20_000)
    assert one.readings.tolist() == same.readings.tolist()
    assert one.readings.tolist() != other.readings.tolist()


def test_lengths_are_close_within_a_batch_and_batches_come_in_mixed_order():
    random = np.random.default_rng(0)
    lengths = np.clip(random.lognormal(4.5, 1, 3000), 5, 500).astype(int).tolist()
    made = planner(lengths, batch_tokens=4000)
    plan = made.training(range(3000), sum(lengths))
    widths = [[lengths[note] + 2 for note, _, _ in plan.batch(index)] for index in range(len(plan))]
    padded = sum(max(width) * len(width) for width in widths)
    assert 1 - plan.tokens.sum() / padded < 0.05
    means = [np.mean(width) for width in widths]
    assert abs(np.corrcoef(means[:-1], means[1:])[0, 1]) < 0.4
    assert (np.abs(plan.tokens / 4000 - 1) < 0.3).mean() > 0.95


def test_contrasts_get_batches_of_mixed_lengths():
    lengths = [20] * 200 + [400] * 200
    plan = planner(lengths, group=False, batch_tokens=4000).training(range(400), 80_000)
    mixed = [len({lengths[note] for note, _, _ in plan.batch(index)}) for index in range(len(plan))]
    assert np.mean(mixed) > 1.9


def test_validation_reads_one_piece_of_each_note_in_an_epoch_of_its_own():
    plan = planner([5000, 30, 700]).validation([0, 1, 2])
    assert sorted(plan.readings[:, 0].tolist()) == [0, 1, 2]
    assert set(plan.readings[:, 1].tolist()) == {-1}


def test_tokens_until_counts_from_the_start():
    plan = planner([100] * 40).training(range(40), 4000)
    assert plan.tokens_until[0] == 0
    assert plan.tokens_until[-1] == plan.tokens.sum()
    assert plan.tokens_until[2] == pytest.approx(plan.tokens[:2].sum())


def test_notes_that_cannot_be_used_are_a_fault_and_no_endless_loop():
    with pytest.raises(ValueError, match="none of these notes"):
        planner([0, 0, 40]).training([0, 1], 100)


def test_a_plan_over_some_notes_keeps_the_order_they_have_among_all():
    lengths = [100] * 60
    whole = planner(lengths, batch_tokens=100_000).training(range(60), 1).readings[:, 0].tolist()
    some = planner(lengths, batch_tokens=100_000).training(range(0, 60, 3), 1).readings[:, 0].tolist()
    assert some == [note for note in whole if note % 3 == 0]
