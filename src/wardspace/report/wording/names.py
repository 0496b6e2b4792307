"""Names of metrics, measures and settings as the page prints them."""

from __future__ import annotations

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


def metric_order() -> list[str]:
    """Metrics of all kinds of task in the order of the tables."""
    return list(_metrics())


def measure_name(measure: str) -> str:
    """Name of a measure of the space in a sentence."""
    return MEASURES.get(measure, measure.replace("_", " "))


def setting_name(setting: str, kind: str = "") -> str:
    """Name of a setting in a sentence; settings of several kinds of task may have one name in the results."""
    return kind_words(kind).settings.get(setting) or _settings().get(setting, setting)


def setting_order() -> list[str]:
    """Settings of all kinds of task in the order of the tables."""
    return list(dict.fromkeys(name for kind in KINDS.values() for name in kind.words.settings))


def meanings() -> dict[str, str]:
    """What metrics say in plain words."""
    return {name: told for kind in KINDS.values() for name, told in kind.words.meaning.items()}


def kind_words(kind: str) -> KindWords:
    """The words of a kind of task; plain ones where it is not known."""
    known = KINDS.get(kind)
    return KindWords("note", "notes", {}, {}) if known is None else known.words


def explained(metric: str) -> str:
    """What a metric is, from the glossary of its kind of task; empty where that does not have it."""
    name = metric_name(metric).lower()
    terms = (pair for kind in KINDS.values() for pair in kind.words.glossary)
    return next((text for term, text in terms if term.lower() == name), "")


def units_name(unit: str) -> str:
    """Several of what a task scores: `notes` of `note`."""
    return next((kind.words.units for kind in KINDS.values() if kind.words.unit == unit), f"{unit}s")


def _metrics() -> dict[str, str]:
    return {name: told for kind in KINDS.values() for name, told in kind.words.metrics.items()}


def _settings() -> dict[str, str]:
    return {name: told for kind in reversed(KINDS.values()) for name, told in kind.words.settings.items()}
