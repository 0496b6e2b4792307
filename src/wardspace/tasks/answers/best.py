"""Which of several ways to score answers is best on validation, where each window is read once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from wardspace.models import Encoder
from wardspace.objectives.supervised.question_answering import WEIGHTS
from wardspace.tasks.answers.asked import Asked
from wardspace.tasks.answers.fitted import FittedReader, Read
from wardspace.tasks.answers.linear import LinearSpans
from wardspace.tasks.answers.reading import Found, Windowing, WindowReader


def best_reader(
    encoder: Encoder, heads: Sequence[LinearSpans], how: Windowing, held: Asked, about: Mapping[str, Any]
) -> FittedReader:
    """Choose the head, and what shared words count, by the token F1 on some questions.

    Parameters
    ----------
    encoder : Encoder
        Reads question and window together.
    heads : sequence of LinearSpans
        At least one.
    how : Windowing
        Windows, and how long an answer may be.
    held : Asked
        Questions of validation.
    about : mapping
        What results must say.

    Returns
    -------
    FittedReader
        The first of equals: with the smaller weight.
    """
    together = WindowReader(encoder, LinearSpans.beside(heads), how)
    found = zip(*together.in_ways(held.passages(), WEIGHTS), strict=True)
    fitted = [FittedReader.calibrated(_known(own), held, about) for own in found]
    best = int(np.argmax([one.validation_f1 for one in fitted]))
    head, weight = divmod(best, len(WEIGHTS))
    return replace(fitted[best], read=WindowReader(encoder, heads[head], how, WEIGHTS[weight]))


def _known(found: Sequence[Found]) -> Read:
    """Gives answers that have been found."""
    return lambda passages: found
