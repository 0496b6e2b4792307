"""What adaptation moved: each category's notes before and after, once one space is turned onto the other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from wardspace.core.nameable import is_nameable
from wardspace.results import Shift
from wardspace.space.classes.classes import Classes, classes
from wardspace.space.classes.cosine import cosines_of_notes
from wardspace.space.estimate import ratio
from wardspace.space.measures import as_column
from wardspace.space.unit import Floats, class_sums, unit_norm

LARGEST = 50
"""Categories of a column that are followed, the largest first."""


@dataclass(frozen=True)
class Shifted:
    """A shift with what each note adds to the change of its category's separation."""

    shift: Shift
    effects: Floats | None


def shifts(
    before: NDArray[np.floating],
    after: NDArray[np.floating],
    columns: Mapping[str, Sequence[str | None] | NDArray[Any]],
    *,
    model: str,
    against: str = "base",
) -> list[Shifted]:
    """How each category moved from one space to another.

    Adaptation may turn a space as a whole without changing any likeness. So `after` is first turned (and, if need be,
    mirrored) onto `before` by orthogonal Procrustes over all notes (Schönemann 1966, Psychometrika 31); what is left
    has moved. How far a category stands apart does not depend on that.

    Parameters
    ----------
    before, after : arrays of shape (n, d)
        Embeddings of the same notes; scaled to length one here.
    columns : mapping of str to sequence of n values
        Labels and metadata; see `measures`. Of each, the `LARGEST` categories; values too long to be names are passed
        over, since they may be text of notes.
    model, against : str
        Names of `after` and `before`.

    Raises
    ------
    ModelError
        If an embedding is not finite.
    ValueError
        If the shapes differ.
    """
    if before.shape != after.shape:
        raise ValueError(f"spaces of shapes {before.shape} and {after.shape}")
    first, second = unit_norm(before, model=against), unit_norm(after, model=model)
    turned = second @ rotation(second, first)
    moved = 1 - np.einsum("ij,ij->i", first, turned)
    steps = turned - first
    pair = {"model": model, "against": against}
    whole = Shift(**pair, column="*", category="*", n=len(first), moved=float(moved.mean()), centre=_length(steps))
    found = [Shifted(whole, None)]
    for name, values in columns.items():
        divided = classes(as_column(values, len(first), name))
        if not divided.rows.size:
            continue
        apart, earlier = (_apart(units[divided.rows], divided) for units in (second, first))
        sizes = np.bincount(divided.codes)
        nameable = np.flatnonzero([is_nameable(category) for category in divided.names])
        for code in np.sort(nameable[np.argsort(-sizes[nameable], kind="stable")[:LARGEST]]):
            rows = divided.rows[divided.codes == code]
            shift = Shift(
                **pair, column=name, category=divided.names[code], n=len(rows),
                moved=float(moved[rows].mean()), centre=_length(steps[rows]),
                apart_before=earlier[code][0], apart=apart[code][0],
            )  # fmt: skip
            effects = np.zeros(len(first))
            effects[rows] = apart[code][1] - earlier[code][1]
            found.append(Shifted(shift, effects))
    return found


def rotation(of: Floats, onto: Floats) -> Floats:
    """The orthogonal matrix R for which ‖of R − onto‖ is least."""
    left, _, right = np.linalg.svd(of.T @ onto)
    return np.asarray(left @ right)


def _length(steps: Floats) -> float:
    return float(np.linalg.norm(steps.mean(axis=0)))


def _apart(units: Floats, divided: Classes) -> list[tuple[float, Floats]]:
    """Cosine within less cosine with the others, of each class, and the effects of its notes (the others held)."""
    sums, counts = class_sums(units, divided.codes)
    within, outside = cosines_of_notes(units, divided.codes, sums)
    found = []
    for code, m in enumerate(counts):
        own = divided.codes == code
        inside = ratio(within[own], np.full(m, m - 1.0), order=2)
        others = ratio(outside[own], np.full(m, float(len(units) - m)))
        effects = np.asarray(inside.effects) - np.asarray(others.effects)
        found.append((inside.value - others.value, effects))
    return found
