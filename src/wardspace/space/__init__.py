"""The shape of an embedding space: pure functions of arrays."""

from wardspace.space.alignment import alignment, uniformity
from wardspace.space.classes.clusters import calinski_harabasz, davies_bouldin, silhouette, v_measure
from wardspace.space.classes.cosine import cosine_between, cosine_within, mean_cosine
from wardspace.space.classes.separation import permutation_test, variance_explained
from wardspace.space.estimate import Estimate
from wardspace.space.measures import measures, sample
from wardspace.space.neighbours.neighbours import antihubs, hubness, neighbour_purity
from wardspace.space.neighbours.search import Search, search
from wardspace.space.project import Method, Projection, check_method, project, turned_alike
from wardspace.space.score import DIRECTIONS, RANGES, Measured
from wardspace.space.shift import Shifted, rotation, shifts
from wardspace.space.similarity import EXACT, similarities
from wardspace.space.spectrum import effective_rank, isoscore
from wardspace.space.unit import unit_norm

__all__ = [
    "DIRECTIONS",
    "EXACT",
    "RANGES",
    "Estimate",
    "Measured",
    "Method",
    "Projection",
    "Search",
    "Shifted",
    "alignment",
    "antihubs",
    "calinski_harabasz",
    "check_method",
    "cosine_between",
    "cosine_within",
    "davies_bouldin",
    "effective_rank",
    "hubness",
    "isoscore",
    "mean_cosine",
    "measures",
    "neighbour_purity",
    "permutation_test",
    "project",
    "rotation",
    "sample",
    "search",
    "shifts",
    "silhouette",
    "similarities",
    "turned_alike",
    "uniformity",
    "unit_norm",
    "v_measure",
    "variance_explained",
]
