"""A short plan that stands for a whole one."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from wardspace.training.data.plan import Plan

PART = 4
"""The first step reads this part of a pass."""
WARM = 2
"""Steps that warm up and are not timed."""
FEWEST = 2
"""Steps that are timed, however long they take."""
MOST = 4096
"""Steps that are timed at most."""


def short(plan: Plan, pass_tokens: int) -> Plan:
    """Two steps to warm up, then batches in an order of which every beginning stands for the whole plan.

    The first two steps read the longest notes, a part of a pass and a whole one: that is when most memory is held.

    Parameters
    ----------
    plan : Plan
        All batches.
    pass_tokens : int
        Tokens that are read at once.
    """
    lengths = plan.tokens / np.diff(plan.starts)
    longest = int(lengths.argmax())
    shares = [tokens / plan.tokens[longest] for tokens in (pass_tokens / PART, pass_tokens)]
    order = spread(lengths)[:MOST]
    order = np.resize(order, max(FEWEST, len(order)))
    return _joined(plan, [longest, longest, *order], [*shares, *np.ones(len(order))])


def some(plan: Plan, tokens: float) -> Plan:
    """A few batches that stand for all, with about so many tokens together; one at least."""
    order = spread(plan.tokens / np.diff(plan.starts))
    order = order[: 1 + np.searchsorted(np.cumsum(plan.tokens[order]), tokens)]
    return _joined(plan, list(order), np.ones(len(order)).tolist())


def spread(sizes: npt.NDArray[np.float64]) -> npt.NDArray[np.int64]:
    """An order of which every beginning lies evenly among the sizes: the median, the quartiles, what lies between.

    References
    ----------
    van der Corput 1935, Verteilungsfunktionen (the sequence in base two).
    """
    n = len(sizes)
    bits = n.bit_length()
    places = (int(f"{k:0{bits}b}"[::-1], 2) * n >> bits for k in range(1, 2**bits))
    return np.argsort(sizes, kind="stable")[list(dict.fromkeys(places))]


def _joined(plan: Plan, batches: list[int], shares: list[float]) -> Plan:
    """Some batches of a plan, of each the first share of its readings (two at least)."""
    counts = np.diff(plan.starts)[batches]
    kept = np.minimum(counts, np.maximum(2, np.rint(counts * shares).astype(np.int64)))
    rows = [plan.readings[plan.starts[batch] :][:size] for batch, size in zip(batches, kept, strict=True)]
    tokens = np.rint(plan.tokens[batches] * kept / counts).astype(np.int64)
    return Plan(np.concatenate(rows), np.concatenate([[0], np.cumsum(kept)]), tokens)
