"""What answers the questions, whatever it has learned from: texts and mentions in, assertions out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from wardspace.tasks.assertions.asserted import Asked
from wardspace.tasks.assertions.context import Assertion, Stretch, assertions
from wardspace.tasks.predictions import NAME, lists, names

Mentions = Sequence[Sequence[Stretch]]
"""Of each text."""
PREDICTED = pa.schema(
    [
        pa.field("note_id", NAME, nullable=False),
        pa.field("predicted", pa.list_(pa.bool_()), nullable=False),
        pa.field("probabilities", pa.list_(pa.float32()), nullable=False),
    ]
)
"""Columns of what is predicted of a mention: each answer, and its probability."""


@dataclass(frozen=True)
class FittedAssertions:
    """What answers the questions of mentions.

    Attributes
    ----------
    of_texts : callable
        From texts and their mentions to the probability of each answer, float32 [mentions, questions].
    questions : tuple of str
        In the order of the probabilities.
    thresholds : float64 [questions]
        Probability from which the answer is yes.
    of_notes : callable, optional
        The same for mentions of the corpus, where something was kept of them.
    about : mapping
        What results must say of it.
    """

    of_texts: Callable[[Sequence[str], Mentions], NDArray[np.float32]]
    questions: tuple[str, ...]
    thresholds: NDArray[np.float64]
    of_notes: Callable[[Asked], NDArray[np.float32]] | None = None
    about: Mapping[str, Any] = field(default_factory=dict)

    def assertions(self, texts: Sequence[str], mentions: Mentions) -> list[list[Assertion]]:
        """What each text says of the mentions in it; a question that was not learned is answered with no."""
        decided = iter((self.of_texts(texts, mentions) >= self.thresholds).tolist())
        return [[Assertion(**dict(zip(self.questions, next(decided), strict=True))) for _ in own] for own in mentions]

    def predict(self, units: Asked) -> pa.Table:
        """Answers and probabilities of each mention."""
        found = self.of_notes(units) if self.of_notes else self.of_texts(units.texts.of(units.rows), units.mentions)
        note_ids = names(units.each(units.note_id))
        decided = lists(found >= self.thresholds, pa.bool_())
        return pa.table([note_ids, decided, lists(found, pa.float32())], schema=PREDICTED)


def by_rules(texts: Sequence[str], mentions: Mentions, questions: Sequence[str]) -> NDArray[np.float32]:
    """Answers of the rules, 1 for yes [mentions, questions]."""
    found = [
        [getattr(one, name) for name in questions]
        for text, own in zip(texts, mentions, strict=True)
        for one in assertions(text, own)
    ]
    return np.array(found, dtype=np.float32).reshape(-1, len(questions))


def assertion_of(
    texts: Sequence[str], mentions: Mentions, fitted: FittedAssertions | None = None
) -> list[list[Assertion]]:
    """What each of several texts says of the mentions in it: by the rules, or by a fitted setting.

    Examples
    --------
    >>> from wardspace.tasks.entities.mentions import Mention
    >>> assertion_of(["No fever."], [[Mention(3, 8, "Sign")]])
    [[Assertion(negated=True, historical=False, hypothetical=False, family=False)]]
    """
    if fitted is not None:
        return fitted.assertions(texts, mentions)
    return [assertions(text, own) for text, own in zip(texts, mentions, strict=True)]
