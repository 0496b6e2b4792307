"""A tagger that has been fitted: texts in, mentions with their confidence out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np
import pyarrow as pa

from wardspace.config.fields import SourceKey
from wardspace.corpus.note.scripts import main_scripts
from wardspace.models import Encoder
from wardspace.models.token_vectors import TokenVectors
from wardspace.objectives.supervised.chains import Chain, decoded
from wardspace.objectives.supervised.tags import Pieces, positions_of
from wardspace.tasks.confidence import UNSCALED, Scaled, scaled_on
from wardspace.tasks.entities.emissions import Emissions
from wardspace.tasks.entities.mentions import (
    PREDICTED,
    PREDICTED_MENTIONS,
    Mention,
    ScoredMention,
    mention_column,
)
from wardspace.tasks.fields.filler import ReadNote
from wardspace.tasks.fields.values import Value
from wardspace.tasks.notes import Notes
from wardspace.tasks.predictions import names

Predictor = Callable[[Sequence[str]], Iterable[list[ScoredMention]]]
"""From texts to the mentions in each, in the order of the text."""
_TOGETHER = 64


@dataclass(frozen=True)
class FittedTagger:
    """What finds mentions, whatever it has learned from.

    Attributes
    ----------
    find : callable
        From texts to mentions; their confidence is not scaled yet.
    types : tuple of str
        Types in the order of their numbers.
    scaled : Scaled
        Makes confidences mean what they say.
    about : mapping
        What results must say of it.
    scripts : tuple of str
        Scripts of the texts that it was calibrated on; see `wardspace.corpus.note.scripts`.
    """

    find: Predictor
    types: tuple[str, ...]
    scaled: Scaled = UNSCALED
    about: Mapping[str, Any] = field(default_factory=dict)
    scripts: tuple[str, ...] = ()

    @classmethod
    def calibrated(
        cls, find: Predictor, types: tuple[str, ...], texts: Sequence[str], truth: Sequence[Sequence[Mention]],
        about: Mapping[str, Any] | None = None,
    ) -> FittedTagger:  # fmt: skip
        """One whose confidence is scaled on validation texts with their mentions."""
        found = [(one, set(true)) for own, true in zip(find(texts), truth, strict=True) for one in own]
        right = [Mention(one.start, one.end, one.type) in true for one, true in found]
        scaled = scaled_on([one.confidence for one, _ in found], right)
        return cls(find, types, scaled, about or {}, main_scripts(texts))

    def mentions(self, texts: Sequence[str]) -> Iterator[list[ScoredMention]]:
        """Mentions of each text in its order; a confidence is the chance that borders and type are right."""
        for text, found in zip(texts, self.find(texts), strict=True):
            for one in found:
                if not 0 <= one.start < one.end <= len(text):
                    raise ValueError(f"a mention from {one.start} to {one.end} in a text of {len(text)} characters")
            yield [one._replace(confidence=self.scaled(one.confidence)) for one in found]

    source: ClassVar[SourceKey] = "entity"

    @property
    def names(self) -> Sequence[str]:
        """Its types: what fields may ask it for."""
        return self.types

    def found(self, notes: Sequence[ReadNote], asked: Sequence[str]) -> Iterator[list[Value]]:
        """Mentions of each note as values of fields."""
        for note, mentions in zip(notes, self.mentions([note.text for note in notes]), strict=True):
            yield [
                Value(note.text[one.start : one.end], one.start, one.end, one.confidence, one.type) for one in mentions
            ]

    def predict(self, units: Notes) -> pa.Table:
        """Mentions of each note."""
        found = self.mentions(units.texts.of(units.rows))
        return pa.table([names(units.note_id), mention_column(found, self.types, PREDICTED_MENTIONS)], schema=PREDICTED)


@dataclass(frozen=True)
class Tagging:
    """How token vectors become mentions."""

    encoder: Encoder
    pieces: Pieces
    emissions: Emissions
    chain: Chain
    layers: int = 1
    """How many layers of the encoder it sees; see `Encoder.spread_layers`."""

    def __call__(self, texts: Sequence[str]) -> Iterator[list[ScoredMention]]:
        """Mentions of each text; texts are read some at a time, so memory does not grow with their number."""
        for start in range(0, len(texts), _TOGETHER):
            some = texts[start : start + _TOGETHER]
            read = self.encoder.token_vectors(some, layers=self.encoder.spread_layers(self.layers))
            yield from self._block(list(zip(some, read, strict=True)))

    def _block(self, some: Sequence[tuple[str, TokenVectors]]) -> Iterator[list[ScoredMention]]:
        places = [positions_of(text, tokens, self.pieces) for text, tokens in some]
        scores = [self.emissions(tokens.vectors[at.places]) for (_, tokens), at in zip(some, places, strict=True)]
        types = self.chain.scheme.types
        for at, found in zip(places, decoded(scores, self.chain), strict=True):
            yield [
                ScoredMention(
                    int(at.bounds[first, 0]), int(at.bounds[last - 1, 1]), types[kind], float(np.exp(log_probability))
                )
                for (first, last, kind), log_probability in zip(found.spans, found.log_probabilities, strict=True)
            ]
