"""What people say of notes: spans and labels, kept in the corpus folder, compared, exported, read by tasks."""

from __future__ import annotations

from wardspace.corpus.annotation.agreement import Agreement, Kappa, SpanAgreement, agreements
from wardspace.corpus.annotation.annotation import (
    Annotation,
    MarkedSpan,
    SuggestedLabel,
    SuggestedSpan,
    Suggestion,
    Value,
)
from wardspace.corpus.annotation.answers import Answers
from wardspace.corpus.annotation.kept import ADJUDICATED, Annotations, annotation_file

__all__ = [
    "ADJUDICATED",
    "Agreement",
    "Annotation",
    "Annotations",
    "Answers",
    "Kappa",
    "MarkedSpan",
    "SpanAgreement",
    "SuggestedLabel",
    "SuggestedSpan",
    "Suggestion",
    "Value",
    "agreements",
    "annotation_file",
]
