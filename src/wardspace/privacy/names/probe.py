"""Whether the embedding of a note reveals that it contains a given name."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold

from wardspace.config import PrivacyConfig
from wardspace.models import Encoder
from wardspace.privacy.membership import auc
from wardspace.privacy.names.names import NamedNote
from wardspace.privacy.record import Recovery, mean_figure

FOLDS = 5
FEWEST_PATIENTS = 5
"""A name in the notes of fewer patients would be found by recognising the patients."""

Vectors = NDArray[np.float32]


def probed(notes: Sequence[NamedNote], model: Encoder, base: Encoder, privacy: PrivacyConfig) -> Recovery | None:
    """Predict from embeddings which of the commonest names are in a note, patients apart.

    Parameters
    ----------
    notes : sequence of NamedNote
        Training notes.
    model, base : Encoder
        Who embeds them.
    privacy : PrivacyConfig
        How many names, resamples and confidence.

    Returns
    -------
    Recovery or None
        Areas under the curve, averaged over the names; None where no name is in the notes of enough patients.
    """
    patients = np.array([note.patient for note in notes])
    there = _presence(notes, patients, privacy.names)
    if not len(there):
        return None
    texts = [note.text for note in notes]
    own, other = (_aucs(encoder.encode(texts, show_progress=False), there, patients) for encoder in (model, base))
    known = ~np.isnan(own) & ~np.isnan(other)
    if not known.any():
        return None
    own, other = own[known], other[known]
    return Recovery(
        name="names in embeddings (AUC of a probe)",
        model=mean_figure(own, privacy),
        base=mean_figure(other, privacy),
        rise=mean_figure(own - other, privacy),
        n=len(own),
    )


def _presence(notes: Sequence[NamedNote], patients: NDArray[np.str_], most: int) -> NDArray[np.bool_]:
    """For each of the commonest names [k, n] whether it is in the note."""
    places: dict[str, set[int]] = defaultdict(set)
    for place, note in enumerate(notes):
        for mention in note.mentions:
            places[note.name(mention).casefold()].add(place)
    shared = {name: at for name, at in places.items() if _enough(at, patients)}
    commonest = sorted(shared, key=lambda name: (-len(shared[name]), name))[:most]
    found = np.zeros((len(commonest), len(notes)), dtype=np.bool_)
    for row, name in enumerate(commonest):
        found[row, list(shared[name])] = True
    return found


def _enough(places: set[int], patients: NDArray[np.str_]) -> bool:
    own = set(patients[list(places)])
    return len(own) >= FEWEST_PATIENTS and len(set(patients)) - len(own) >= FEWEST_PATIENTS


def _aucs(vectors: Vectors, there: NDArray[np.bool_], patients: NDArray[np.str_]) -> NDArray[np.float64]:
    """Area under the curve of each name; not a number where some fold lacks it."""
    centred = vectors - vectors.mean(axis=0)
    scaled = centred / np.sqrt(np.mean(np.square(centred)) * vectors.shape[1])
    folds = list(GroupKFold(FOLDS).split(scaled, groups=patients))
    return np.array([_crossed(scaled, present, folds) for present in there])


def _crossed(
    features: Vectors, present: NDArray[np.bool_], folds: list[tuple[NDArray[np.int64], NDArray[np.int64]]]
) -> float:
    values = []
    for train, test in folds:
        if len(set(present[train])) < 2 or len(set(present[test])) < 2:
            continue
        probe = LogisticRegression(C=10.0, class_weight="balanced", max_iter=500).fit(features[train], present[train])
        scores = probe.decision_function(features[test])
        values.append(auc(scores[present[test]], scores[~present[test]]))
    return float(np.mean(values)) if values else float("nan")
