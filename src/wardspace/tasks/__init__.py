"""Labelled notes in, predictions with note ids out; scores are computed later from what was stored."""

from wardspace.tasks.documents.finetune import finetune_predictions
from wardspace.tasks.documents.labelled import Labelled, labelled
from wardspace.tasks.documents.probing import frozen_predictions
from wardspace.tasks.documents.runs import read_rows
from wardspace.tasks.predictions import SCHEMA, classes_of, read_predictions, terms_of, write_predictions
from wardspace.tasks.retrieval.queries import Queries, read_queries
from wardspace.tasks.retrieval.rankings import retrieval_predictions, tfidf_retrieval
from wardspace.tasks.tfidf import tfidf_features, tfidf_predictions

__all__ = [
    "SCHEMA",
    "Labelled",
    "Queries",
    "classes_of",
    "finetune_predictions",
    "frozen_predictions",
    "labelled",
    "read_predictions",
    "read_queries",
    "read_rows",
    "retrieval_predictions",
    "terms_of",
    "tfidf_features",
    "tfidf_predictions",
    "tfidf_retrieval",
    "write_predictions",
]
