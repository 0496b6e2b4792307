"""What a measure of a space is called, which direction is better, and what one measurement holds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from wardspace.results import SpaceScore
from wardspace.space.unit import Floats

Direction = Literal["higher", "lower"]

DIRECTIONS: dict[str, Direction] = {
    "uniformity": "lower",
    "mean_cosine": "lower",
    "effective_rank": "higher",
    "isoscore": "higher",
    "hubness": "lower",
    "antihubs": "lower",
    "alignment": "lower",
    "cosine_within": "higher",
    "cosine_between": "lower",
    "silhouette": "higher",
    "davies_bouldin": "lower",
    "calinski_harabasz": "higher",
    "variance_explained": "higher",
    "neighbour_purity": "higher",
    "mean_average_precision": "higher",
    "ndcg": "higher",
    "recall": "higher",
    "v_measure": "higher",
}
"""Which direction of each measure is better."""

RANGES: dict[str, tuple[float, float]] = {
    "uniformity": (-8.0, 0.0),
    "mean_cosine": (-1.0, 1.0),
    "isoscore": (0.0, 1.0),
    "antihubs": (0.0, 1.0),
    "alignment": (0.0, 4.0),
    "cosine_within": (-1.0, 1.0),
    "cosine_between": (-1.0, 1.0),
    "silhouette": (-1.0, 1.0),
    "calinski_harabasz": (0.0, float("inf")),
    "variance_explained": (0.0, 1.0),
    "neighbour_purity": (0.0, 1.0),
    "mean_average_precision": (0.0, 1.0),
    "ndcg": (0.0, 1.0),
    "recall": (0.0, 1.0),
}
"""What no value can leave, where there is such a range: intervals to first order end there too."""


@dataclass(frozen=True)
class Measured:
    """A score with what each note adds to it."""

    score: SpaceScore
    effects: Floats | None
    """Effect of each note's weight, shape (notes,), see `Estimate`; None where it is not worked out."""
