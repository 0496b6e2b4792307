"""Names of metrics, measures and settings as the page prints them."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from wardspace.tasks import KINDS, KindWords

MEASURES = {
    "uniformity": "uniformity",
    "mean_cosine": "mean cosine",
    "effective_rank": "effective rank",
    "isoscore": "IsoScore",
    "hubness": "hubness",
    "antihubs": "notes never retrieved",
    "alignment": "alignment",
    "cosine_within": "cosine within classes",
    "cosine_between": "cosine between classes",
    "silhouette": "silhouette",
    "davies_bouldin": "Davies–Bouldin",
    "calinski_harabasz": "Calinski–Harabasz",
    "variance_explained": "variance explained",
    "neighbour_purity": "nearest-neighbour purity",
    "mean_average_precision": "mean average precision",
    "ndcg": "nDCG of the first ten",
    "recall": "recall in the first ten",
    "v_measure": "V-measure of k-means",
}
INTERVALS = {"bca": "BCa bootstrap", "percentile": "percentile bootstrap"}
SPLITS = {"train": "training", "validation": "validation", "test": "test"}


def metric_name(metric: str) -> str:
    """Name of a metric in a sentence."""
    return _metrics().get(metric, metric.replace("_", " "))


def metric_order(kind: str = "") -> list[str]:
    """Metrics of a kind of task in the order of the tables; of all kinds where it is not known."""
    return list(kind_words(kind).metrics or _metrics())


def measure_name(measure: str) -> str:
    """Name of a measure of the space in a sentence."""
    return MEASURES.get(measure, measure.replace("_", " "))


def setting_name(setting: str, kind: str = "") -> str:
    """Name of a setting in a sentence; settings of several kinds of task may have one name in the results."""
    return kind_words(kind).settings.get(setting) or _settings().get(setting, setting)


def setting_order() -> list[str]:
    """Settings of all kinds of task in the order of the tables."""
    return list(dict.fromkeys(name for kind in KINDS.values() for name in kind.words.settings))


def meanings(kind: str = "") -> Mapping[str, str]:
    """What the metrics of a kind of task say in plain words; of all kinds where it is not known."""
    return kind_words(kind).meaning if kind in KINDS else _of_all(lambda words: words.meaning)


def kind_words(kind: str) -> KindWords:
    """The words of a kind of task; plain ones where it is not known."""
    known = KINDS.get(kind)
    return KindWords("note", "notes", {}, {}) if known is None else known.words


def explained(metric: str, kind: str = "") -> str:
    """What a metric is, from the glossary of its kind of task, or of any; empty where that does not have it."""
    name = metric_name(metric).lower()
    terms = (pair for one in (kind_words(kind), *(each.words for each in KINDS.values())) for pair in one.glossary)
    return next((text for term, text in terms if term.lower() == name), "")


def units_name(unit: str) -> str:
    """Several of what a task scores: `notes` of `note`."""
    return next((kind.words.units for kind in KINDS.values() if kind.words.unit == unit), f"{unit}s")


def _metrics() -> dict[str, str]:
    return _of_all(lambda words: words.metrics)


def _settings() -> dict[str, str]:
    return _of_all(lambda words: words.settings)


def _of_all(told: Callable[[KindWords], Mapping[str, str]]) -> dict[str, str]:
    """What all kinds say, in their order; of a name that several have, the first."""
    found: dict[str, str] = {}
    for kind in KINDS.values():
        for name, text in told(kind.words).items():
            found.setdefault(name, text)
    return found
