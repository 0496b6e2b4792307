"""Training notes that are never trained on and give the validation loss."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from wardspace.core.errors import WardspaceError
from wardspace.core.seeds import unit

MINIMUM = 2
"""Fewest held-out notes that each objective must be able to use: a contrast needs two."""


@dataclass(frozen=True)
class Holdout:
    """Which notes validate, and which are barred from training because they are of the same patients.

    Parameters
    ----------
    validating : int64 [v]
        Places of the notes that give the validation loss.
    barred : bool [n]
        True for every note of a held-out patient.
    """

    validating: npt.NDArray[np.int64]
    barred: npt.NDArray[np.bool_]


def hold_out(
    patients: Sequence[str],
    trainable: npt.NDArray[np.bool_],
    usable: Sequence[npt.NDArray[np.bool_]],
    *,
    share: float,
    most: int,
) -> Holdout:
    """Choose patients by the hash of their name, so that the choice is the same for every model and seed.

    Patients whose hash falls below `share` are taken, in order of their hashes, until `most` notes are held out.
    If that leaves an objective with fewer than two notes it can use, further patients who help are taken.

    Parameters
    ----------
    patients : sequence of str [n]
        Patient of each note.
    trainable : bool [n]
        True for notes of the training split; only they are held out.
    usable : sequence of bool [n]
        For each objective, the notes it can use.
    share : float
        Share of the patients.
    most : int
        Most notes held out for validation.

    Raises
    ------
    WardspaceError
        If no note would be left to train on.
    """
    names, patient_of = _numbered(patients)
    notes_of = _notes_of(patient_of, trainable)
    draws = {patient: draw(names[patient]) for patient in notes_of}
    chosen: list[int] = []
    validating: list[int] = []
    for patient in sorted(notes_of, key=lambda patient: (draws[patient], names[patient])):
        notes = notes_of[patient]
        lacking = [mask for mask in usable if mask[validating].sum() < MINIMUM]
        within = draws[patient] < share and len(validating) < most
        if within or any(mask[notes].any() for mask in lacking):
            chosen.append(patient)
            validating.extend(notes if lacking else notes[: max(0, most - len(validating))])
        elif not lacking:
            break
    barred = np.isin(patient_of, chosen)
    if not (trainable & ~barred).any():
        raise WardspaceError(
            f"too few patients to train on: {len(notes_of)} in the training split, {len(chosen)} of them held out",
            where="training.holdout",
            fix="adaptation needs at least two patients with a note each; prepare more notes",
        )
    return Holdout(np.array(validating, dtype=np.int64), barred)


def draw(patient: str) -> float:
    """A number in [0, 1): patients with one below the share held out are the first to be held out."""
    return unit("holdout", patient)


def _numbered(patients: Sequence[str]) -> tuple[list[str], npt.NDArray[np.int64]]:
    """Every patient once, and for each note which of them it is of."""
    encoded = pa.array(patients, pa.large_string()).dictionary_encode()
    return encoded.dictionary.to_pylist(), encoded.indices.to_numpy().astype(np.int64)


def _notes_of(patient_of: npt.NDArray[np.int64], trainable: npt.NDArray[np.bool_]) -> dict[int, npt.NDArray[np.int64]]:
    """Places of the training notes of each patient who has any, in order."""
    places = np.flatnonzero(trainable)
    places = places[np.argsort(patient_of[places], kind="stable")]
    found, starts = np.unique(patient_of[places], return_index=True)
    return dict(zip(found.tolist(), np.split(places, starts[1:]), strict=True))
