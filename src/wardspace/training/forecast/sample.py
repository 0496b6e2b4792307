"""Which batches and readings stand for a whole plan."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import cycle

import numpy as np
import numpy.typing as npt

from wardspace.objectives import Objective, Reading, Unit
from wardspace.training.data.plan import Plan

_POOL = 16
"""Batches that single readings are taken from."""


def spread(sizes: npt.NDArray[np.float64]) -> npt.NDArray[np.int64]:
    """An order of which every beginning lies evenly among the sizes: the median, the quartiles, what lies between.

    Parameters
    ----------
    sizes : float [n]
        What to spread over.

    Returns
    -------
    int64 [n]

    References
    ----------
    van der Corput 1935, Verteilungsfunktionen (the sequence in base two).
    """
    n = len(sizes)
    bits = n.bit_length()
    places = (int(f"{k:0{bits}b}"[::-1], 2) * n >> bits for k in range(1, 2**bits))
    return np.argsort(sizes, kind="stable")[list(dict.fromkeys(places))]


def sample(
    plan: Plan, objective: Objective, examples: Sequence[Unit], *, most: int, fewest: int = 1, every: int = 1
) -> Plan:
    """A plan of a few batches that stand for all: short and long notes come in turn.

    Parameters
    ----------
    plan : Plan
        All batches.
    objective, examples : Objective, sequence of Unit
        What the plan was made with.
    most : int
        Most batches to take.
    fewest : int
        A smaller plan is repeated until it has so many.
    every : int
        Take every so-manieth reading of each batch.
    """
    order = spread(plan.tokens / np.diff(plan.starts))[:most]
    order = np.resize(order, max(fewest, len(order)))
    rows = [plan.readings[plan.starts[index] : plan.starts[index + 1]][::every] for index in order]
    tokens = plan.tokens[order]
    if every > 1:
        sizes = [[objective.tokens(reading) for reading in _readings(batch, examples)] for batch in rows]
        tokens = np.array([sum(batch) for batch in sizes], dtype=np.int64)
    starts = np.cumsum([0, *(len(batch) for batch in rows)]).astype(np.int64)
    return Plan(np.concatenate(rows), starts, tokens)


def readings_of(plan: Plan, objective: Objective, examples: Sequence[Unit], tokens: int) -> list[Reading]:
    """Readings of a plan, spread evenly over it, that have at least so many tokens together (and two of them at least).

    A plan of fewer tokens is read again and again.
    """
    rows = sample(plan, objective, examples, most=_POOL).readings
    known = _readings(rows[spread(np.arange(len(rows), dtype=np.float64))], examples)
    found: list[Reading] = []
    for reading in cycle(known):
        if tokens <= 0 and len(found) >= 2:
            break
        found.append(reading)
        tokens -= objective.tokens(reading)
    return found


def _readings(rows: npt.NDArray[np.int32], examples: Sequence[Unit]) -> list[Reading]:
    return [Reading(examples[note], epoch, piece) for note, epoch, piece in rows.tolist()]
