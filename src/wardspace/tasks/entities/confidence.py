"""Confidence of mentions that means what it says: scaled by what came true on validation."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from sklearn.linear_model import LogisticRegression

from wardspace.tasks.entities.mentions import Mention, ScoredMention

FEWEST = 20
"""Mentions on validation from which confidence is scaled; it stays as it came where there are fewer."""
_LEAST = 1e-6


class Scaled(NamedTuple):
    """A confidence p becomes the logistic function of `slope` · logit(p) + `shift` (Platt scaling).

    References
    ----------
    Platt 1999, Probabilistic Outputs for Support Vector Machines. Guo et al. 2017, On Calibration of Modern Neural
    Networks.
    """

    slope: float
    shift: float

    def __call__(self, confidence: float) -> float:
        """The scaled confidence."""
        return float(1 / (1 + np.exp(-(self.slope * _logit(confidence) + self.shift))))


UNSCALED = Scaled(1.0, 0.0)


def scaled_on(predicted: Sequence[Sequence[ScoredMention]], truth: Sequence[Sequence[Mention]]) -> Scaled:
    """Fit the scaling to predicted mentions of some texts, which are right where borders and type are."""
    right, found = [], []
    for mentions, true in zip(predicted, truth, strict=True):
        known = set(true)
        right += [Mention(one.start, one.end, one.type) in known for one in mentions]
        found += [_logit(one.confidence) for one in mentions]
    if len(right) < FEWEST or len(set(right)) < 2:
        return UNSCALED
    model = LogisticRegression(C=100.0).fit(np.array(found)[:, None], np.array(right))
    slope = float(model.coef_[0, 0])
    # a slope below zero would turn the order round: then the mean is all that can be said
    return Scaled(slope, float(model.intercept_[0])) if slope > 0 else Scaled(0.0, _logit(float(np.mean(right))))


def _logit(confidence: float) -> float:
    inside = min(max(confidence, _LEAST), 1 - _LEAST)
    return float(np.log(inside / (1 - inside)))
