"""Notes that may have several labels: one logistic regression a label, each against its absence."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from wardspace.tasks.probes.logistic import Features, LogisticModel, fit_logistic


@dataclass(frozen=True)
class OneVsRest:
    """A fitted classifier for each label.

    Attributes
    ----------
    models : tuple of LogisticModel or float
        Of a label that all training notes have, or none, its probability is that constant.
    """

    models: tuple[LogisticModel | float, ...]

    def probabilities(self, features: Features) -> NDArray[np.float32]:
        """Probability of each label [n, labels]."""
        found = np.empty((features.shape[0], len(self.models)), np.float32)
        for label, model in enumerate(self.models):
            found[:, label] = model if isinstance(model, float) else model.probabilities(features)[:, 1]
        return found


def fit_one_vs_rest(
    features: Features, flags: NDArray[np.bool_], validation: Features, validation_flags: NDArray[np.bool_]
) -> OneVsRest:
    """Fit each label by itself, its strength and weighting chosen on validation; see `fit_logistic`.

    Parameters
    ----------
    features : [n, d]
        Training notes, of mean squared length one.
    flags : bool [n, labels]
        Which labels they have.
    validation, validation_flags
        The whole validation split.
    """
    models: list[LogisticModel | float] = []
    for has, validation_has in zip(flags.T.astype(np.int32), validation_flags.T.astype(np.int32), strict=True):
        both = 0 < has.sum() < len(has)
        models.append(fit_logistic(features, has, validation, validation_has, 2) if both else float(has[0]))
    return OneVsRest(tuple(models))
