"""How well a number tells members from others."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]


def auc(members: Numbers, others: Numbers) -> float:
    """Chance that a member has a higher number than another person, equals counted half (Mann and Whitney 1947)."""
    ordered = np.sort(others)
    below = np.searchsorted(ordered, members, side="left")
    equal = np.searchsorted(ordered, members, side="right") - below
    return float((below + equal / 2).mean() / len(others))


def tpr_at(members: Numbers, others: Numbers, fpr: float = 0.01) -> float:
    """Largest share of members found by a threshold that at most a share `fpr` of the others reach.

    Reference: Carlini et al. 2022, Membership Inference Attacks From First Principles.
    """
    allowed = int(fpr * len(others) + 1e-9)
    # a member counts where more than `allowed` others would not reach its number
    threshold = np.sort(others)[::-1][allowed] if allowed < len(others) else -np.inf
    return float((members > threshold).mean())
