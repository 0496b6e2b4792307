"""Labelled notes in, predictions with note ids out; scores are computed later from what was stored."""

from wardspace.tasks.finetune import finetune_predictions
from wardspace.tasks.frozen import frozen_predictions
from wardspace.tasks.labelled import Labelled, labelled
from wardspace.tasks.predictions import SCHEMA, classes_of, read_predictions, terms_of, write_predictions
from wardspace.tasks.tfidf import tfidf_predictions

__all__ = [
    "SCHEMA",
    "Labelled",
    "classes_of",
    "finetune_predictions",
    "frozen_predictions",
    "labelled",
    "read_predictions",
    "terms_of",
    "tfidf_predictions",
    "write_predictions",
]
