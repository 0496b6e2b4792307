"""The shape of an embedding space: pure functions of arrays."""

from wardspace.space.alignment import alignment, uniformity
from wardspace.space.clusters import calinski_harabasz, davies_bouldin, silhouette, v_measure
from wardspace.space.cosine import cosine_between, cosine_within
from wardspace.space.measures import DIRECTIONS, SpaceScore, measures, sample
from wardspace.space.neighbours import neighbour_purity
from wardspace.space.project import Projection, project
from wardspace.space.unit import unit_norm

__all__ = [
    "DIRECTIONS",
    "Projection",
    "SpaceScore",
    "alignment",
    "calinski_harabasz",
    "cosine_between",
    "cosine_within",
    "davies_bouldin",
    "measures",
    "neighbour_purity",
    "project",
    "sample",
    "silhouette",
    "uniformity",
    "unit_norm",
    "v_measure",
]
