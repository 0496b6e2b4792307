"""How each patient moves what was measured of a space, kept between stages; and the results that follow."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from wardspace.config import ReportConfig
from wardspace.evaluation.results import Shift, Similarity, SpaceScore
from wardspace.evaluation.space_intervals import (
    Effects,
    Key,
    shifts_with_intervals,
    space_differences,
    with_intervals,
)
from wardspace.space import Measured, Shifted


def write_effects(path: Path, groups: Sequence[str], measured: Sequence[Measured], moved: Sequence[Shifted]) -> None:
    """Write the sums of effects over each patient's notes; no text, no ids.

    Parameters
    ----------
    path : Path
        An npz file.
    groups : sequence of n str
        Patient of each note.
    measured, moved : sequences
        What was measured, with effects on these n notes.
    """
    by_note: dict[Key, NDArray[np.float64]] = {}
    for score, effects in ((one.score, one.effects) for one in measured):
        if effects is not None:
            by_note[Key("score", score.column, score.measure)] = effects
    for shift, effects in ((one.shift, one.effects) for one in moved):
        if effects is not None:
            by_note[Key("shift", shift.column, shift.category)] = effects
    owners = np.unique(np.asarray(groups, dtype=object), return_inverse=True)[1]
    patients = int(owners.max()) + 1
    values = np.zeros((len(by_note), patients), np.float32)
    for row, effects in enumerate(by_note.values()):
        values[row] = np.bincount(owners, weights=effects, minlength=patients)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as handle:
        np.savez(handle, keys=np.array([tuple(key) for key in by_note], dtype=np.str_).reshape(-1, 3), values=values)


def read_effects(path: Path) -> Effects:
    """What `write_effects` wrote."""
    with np.load(path) as held:
        keys = [Key(*(str(part) for part in key)) for key in held["keys"]]
        return Effects(keys, held["values"])


def space_results(
    measured: Mapping[str, Mapping[str, Any]],
    similar: Sequence[Mapping[str, Any]],
    effects: Mapping[str, Path],
    config: ReportConfig,
) -> dict[str, Any]:
    """The fields of the results that tell of the spaces, with intervals and paired differences."""
    draws = {name: read_effects(path).draws(config) for name, path in effects.items()}
    plain = [SpaceScore.model_validate(score) for found in measured.values() for score in found["scores"]]
    moved = [Shift.model_validate(shift) for found in measured.values() for shift in found["shifts"]]
    scores = with_intervals(plain, draws, config)
    return {
        "space": scores,
        "space_differences": space_differences(scores, draws, config),
        "similarities": [Similarity.model_validate(one) for one in similar],
        "shifts": shifts_with_intervals(moved, draws, config),
    }
