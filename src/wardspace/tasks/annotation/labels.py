"""Labels of notes suggested by a logistic probe on a model's vectors."""

from __future__ import annotations

import warnings
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from wardspace.corpus.annotation import SuggestedLabel, Value
from wardspace.corpus.annotation.session import SessionNote

STRENGTH = 10.0
"""Inverse penalty of the probe, for features of mean squared length one: fixed, for no labels are left to choose by."""


class LabelSuggester:
    """Suggests the likeliest label of each note.

    Parameters
    ----------
    probabilities : float [n, classes]
        Of every note.
    labels : sequence of str
        Names of the classes.
    rows : mapping of str to int
        Row of each note by its id.
    """

    def __init__(self, probabilities: NDArray[np.floating], labels: NDArray[np.str_], rows: Mapping[str, int]) -> None:
        self._probabilities, self._labels, self._rows = probabilities, labels, rows

    def suggestion(self, note: SessionNote) -> SuggestedLabel | None:
        """The likeliest label with its probability."""
        row = self._rows.get(note.note_id)
        if row is None:
            return None
        place = int(self._probabilities[row].argmax())
        return SuggestedLabel(type=str(self._labels[place]), confidence=float(self._probabilities[row, place]))

    def learn(self, note: SessionNote, value: Value | None) -> None:
        """Nothing: the probe is fitted when notes are drawn."""


def label_probabilities(
    features: NDArray[np.floating], rows: NDArray[np.int64], labels: NDArray[np.str_]
) -> tuple[NDArray[np.float64], NDArray[np.str_]] | None:
    """Probabilities of every note, by logistic regression on those that have a label; None where all have the same.

    Classes weigh alike: few labels are seldom shared out as the notes are.

    Parameters
    ----------
    features : [n, d]
        Of every note, of mean squared length one.
    rows : int64 [m]
        Notes with a label.
    labels : str [m]
        Their labels.

    Returns
    -------
    probabilities : float64 [n, classes]
    classes : str [classes]
    """
    if len(set(labels.tolist())) < 2:
        return None
    model = LogisticRegression(C=STRENGTH, class_weight="balanced", max_iter=500)
    with warnings.catch_warnings():
        # many classes among few notes are what one starts with
        warnings.filterwarnings("ignore", message="The number of unique classes")
        model.fit(features[rows], labels)
    return model.predict_proba(features), model.classes_
