"""Relations that a fitted setting finds: texts with their mentions in, relations with their confidence out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import ClassVar, NamedTuple, Protocol

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from wardspace.config.fields import SourceKey
from wardspace.corpus.note.scripts import main_scripts
from wardspace.objectives.supervised.relation_classification import best_threshold
from wardspace.tasks.confidence import UNSCALED, Scaled, scaled_on
from wardspace.tasks.entities.mentions import Mention
from wardspace.tasks.fields.filler import ReadNote
from wardspace.tasks.fields.values import Value
from wardspace.tasks.predictions import names
from wardspace.tasks.relations.candidates import Candidate, Pairing
from wardspace.tasks.relations.documents import Document, Level, Relation, document_of
from wardspace.tasks.relations.predicted import Met, as_annotated
from wardspace.tasks.relations.related import Asked, RelatedNotes
from wardspace.tasks.relations.stored import PREDICTED, PREDICTED_RELATIONS, ScoredRelation, relation_column

Probabilities = NDArray[np.floating]
"""Of no relation and of each type, [candidates, 1 + types]."""
Finder = Callable[[Sequence[str], Sequence[Document]], Iterable[list[ScoredRelation]]]
"""From texts and what they mention to the relations in each."""
_TOGETHER = 64


class Scores(NamedTuple):
    """What a scorer makes of the candidates of a text."""

    probabilities: Probabilities
    unheld: int = 0
    """Candidates that it could not look at, because no window holds two of their mentions: they are not related."""


class Scorer(Protocol):
    """What gives candidates their probabilities."""

    def __call__(
        self, texts: Sequence[str], documents: Sequence[Document], candidates: Sequence[Sequence[Candidate]]
    ) -> Iterator[Scores]:
        """Probabilities of the candidates of each text."""
        ...


@dataclass(frozen=True)
class Finding:
    """How probabilities become relations.

    Attributes
    ----------
    scorer : Scorer
        Gives candidates their probabilities.
    pairing : Pairing
        Which pairs are candidates.
    types : tuple of str
        Types of relation.
    threshold : float
        Probability of being related from which a relation is predicted; of the likeliest type.
    """

    scorer: Scorer
    pairing: Pairing
    types: tuple[str, ...]
    threshold: float = 0.5
    unheld: list[int] = field(default_factory=list, compare=False)
    """Candidates that no window held, of each text that was read."""

    def __call__(self, texts: Sequence[str], documents: Sequence[Document]) -> Iterator[list[ScoredRelation]]:
        """Relations of each text."""
        return (self.decided(candidates, found) for candidates, (found, _) in self.scored(texts, documents))

    def scored(self, texts: Sequence[str], documents: Sequence[Document]) -> Iterator[tuple[list[Candidate], Scores]]:
        """Candidates of each text with their probabilities; texts are read some at a time, to bound memory."""
        for start in range(0, len(texts), _TOGETHER):
            some = documents[start : start + _TOGETHER]
            candidates = [self.pairing.candidates(one) for one in some]
            scores = self.scorer(texts[start : start + _TOGETHER], some, candidates)
            for own, found in zip(candidates, scores, strict=True):
                self.unheld.append(found.unheld)
                yield own, found

    def decided(self, candidates: Sequence[Candidate], found: Probabilities) -> list[ScoredRelation]:
        """Candidates that are related, with their types."""
        best = found[:, 1:].argmax(axis=1) + 1
        return [
            ScoredRelation(one.head, one.tail, self.types[kind - 1], float(found[place, kind]))
            for place, (one, kind) in enumerate(zip(candidates, best.tolist(), strict=True))
            if 1 - found[place, 0] >= self.threshold
        ]


@dataclass(frozen=True)
class FittedRelations:
    """What finds relations, whatever it has learned from.

    Attributes
    ----------
    find : callable
        From texts and what they mention to relations; their confidence is not scaled yet.
    types : tuple of str
        Types in the order of their numbers.
    scaled : Scaled
        Makes confidences mean what they say.
    level : {"concepts", "mentions"}
        What relations are between.
    scripts : tuple of str
        Scripts of the texts that it was calibrated on; see `wardspace.corpus.note.scripts`.
    met : callable
        Which mentions it meets where it is scored.
    """

    find: Finder
    types: tuple[str, ...]
    scaled: Scaled = UNSCALED
    level: Level = "mentions"
    scripts: tuple[str, ...] = ()
    met: Met = as_annotated
    source: ClassVar[SourceKey] = "relation"

    @property
    def about(self) -> dict[str, str]:
        """How many candidates no window held, of all that were read so far."""
        size = sum(self.find.unheld) if isinstance(self.find, Finding) else 0
        found = f"{size:,} pairs are further apart than a window, so they were not looked at and count as not related."
        return {"warning": found} if size else {}

    def relations(self, texts: Sequence[str], documents: Sequence[Document]) -> Iterator[list[ScoredRelation]]:
        """Relations of each text; a confidence is the chance that one is right."""
        for found in self.find(texts, documents):
            yield [one._replace(confidence=self.scaled(one.confidence)) for one in found]

    @property
    def names(self) -> Sequence[str]:
        """Its types: what fields may ask it for."""
        return self.types

    def found(self, notes: Sequence[ReadNote], asked: Sequence[str]) -> Iterator[list[Value]]:
        """Relations between the mentions that were found in each note, as values of fields: where they lead to."""
        texts = [note.text for note in notes]
        mentions = [[Mention(one.start or 0, one.end or 0, one.type) for one in note.mentions] for note in notes]
        documents = [document_of(text, own, self.level) for text, own in zip(texts, mentions, strict=True)]
        for text, document, relations in zip(texts, documents, self.relations(texts, documents), strict=True):
            yield [_value(text, document, one) for one in relations]

    def predict(self, units: Asked) -> pa.Table:
        """Relations of each note, between the mentions that it meets."""
        units = self.met(units)
        found = list(self.relations(units.texts.of(units.rows), units.documents))
        column = relation_column(found, units.documents, self.types, PREDICTED_RELATIONS)
        return pa.table([names(units.note_id), column], schema=PREDICTED)


def _value(text: str, document: Document, one: ScoredRelation) -> Value:
    """The first mention that a relation leads to, with the first that it starts from."""
    head, tail = (document.mentions[document.arguments[end].mentions[0]] for end in (one.head, one.tail))
    words = [text[each.start : each.end] for each in (head, tail)]
    return Value(words[1], tail.start, tail.end, one.confidence, one.type, None, words[0], head.start, head.end)


def fitted(scorer: Scorer, pairing: Pairing, gold: RelatedNotes, met: Met = as_annotated) -> FittedRelations:
    """A scorer whose threshold of no relation has the best micro F1 on validation notes, and its confidence scaled."""
    rows, types = gold.rows("validation"), gold.classes
    asked, truth, texts = met(gold.asked(rows)), gold.of(rows), gold.texts.of(rows)
    scored = list(Finding(scorer, pairing, types).scored(texts, asked.documents))
    codes = [classes_of(own, right, types) for (own, _), right in zip(scored, truth, strict=True)]
    unseen = sum(map(len, truth)) - sum(int((own > 0).sum()) for own in codes)
    every = np.concatenate([scores.probabilities for _, scores in scored])
    finding = Finding(scorer, pairing, types, best_threshold(np.concatenate(codes), every, unseen).at)
    found = [finding.decided(own, scores.probabilities) for own, scores in scored]
    return FittedRelations(finding, types, scaling(found, truth), gold.level, main_scripts(texts), met)


def scaling(found: Iterable[Sequence[ScoredRelation]], truth: Iterable[Sequence[Relation]]) -> Scaled:
    """How confidences are scaled, from what was found in validation notes and is right there."""
    said = [(one, set(true)) for own, true in zip(found, truth, strict=True) for one in own]
    right = [Relation(one.head, one.tail, one.type) in true for one, true in said]
    return scaled_on([one.confidence for one, _ in said], right)


def classes_of(
    candidates: Sequence[Candidate], relations: Sequence[Relation], types: Sequence[str]
) -> NDArray[np.int64]:
    """Number of the type of each candidate from 1, the first by name of several; 0 for no relation."""
    place = {name: number for number, name in enumerate(types, 1)}
    known: dict[tuple[int, int], int] = {}
    for one in sorted(relations, key=lambda each: each.type):
        known.setdefault((one.head, one.tail), place[one.type])
    return np.array([known.get((one.head, one.tail), 0) for one in candidates], dtype=np.int64)
