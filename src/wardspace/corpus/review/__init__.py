"""A person's look at random redactions: which notes, what was said of them, what leaks, and what to learn from it."""

from __future__ import annotations

from wardspace.corpus.review.corrections import Corrections
from wardspace.corpus.review.estimate import Estimate, Share, estimated
from wardspace.corpus.review.examples import Example, reviewed_examples, write_examples
from wardspace.corpus.review.judgement import Answer, JudgedSpan, Judgement, Place
from wardspace.corpus.review.review import Review, ReviewNote

__all__ = [
    "Answer",
    "Corrections",
    "Estimate",
    "Example",
    "JudgedSpan",
    "Judgement",
    "Place",
    "Review",
    "ReviewNote",
    "Share",
    "estimated",
    "reviewed_examples",
    "write_examples",
]
