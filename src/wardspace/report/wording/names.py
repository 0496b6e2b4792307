"""Names of metrics, measures and settings as the page prints them."""

from __future__ import annotations

METRICS = {
    "macro_f1": "macro F1",
    "micro_f1": "micro F1",
    "accuracy": "accuracy",
    "balanced_accuracy": "balanced accuracy",
    "auroc": "AUROC",
    "ndcg_at_10": "nDCG@10",
    "mrr_at_10": "MRR@10",
    "recall_at_1": "recall@1",
    "recall_at_10": "recall@10",
    "recall_at_100": "recall@100",
}
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
SETTINGS = {
    "logistic": "logistic regression",
    "head": "two-layer head",
    "words_beside": "logistic regression on embedding + TF-IDF",
    "private_logistic": "logistic regression with differential privacy",
    "private_head": "two-layer head with differential privacy",
    "finetune": "fine-tuned",
    "retrieval": "search by query",
}
"""Settings in the order of the tables."""
INTERVALS = {"bca": "BCa bootstrap", "percentile": "percentile bootstrap"}
SPLITS = {"train": "training", "validation": "validation", "test": "test"}


def metric_name(metric: str) -> str:
    """Name of a metric in a sentence."""
    return METRICS.get(metric, metric.replace("_", " "))


def measure_name(measure: str) -> str:
    """Name of a measure of the space in a sentence."""
    return MEASURES.get(measure, measure.replace("_", " "))


def setting_name(setting: str) -> str:
    """Name of a setting in a sentence."""
    return SETTINGS.get(setting, setting)
