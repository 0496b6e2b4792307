"""What is mentioned in one sentence is related: the baseline that learns nothing from words."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from wardspace.corpus.note.sentences import sentences
from wardspace.tasks.relations.candidates import Candidate, Pairing, Types
from wardspace.tasks.relations.documents import Document, Relation
from wardspace.tasks.relations.stored import ScoredRelation


class Usual(NamedTuple):
    """How two types of entity are mostly related where a sentence mentions both."""

    type: str
    share: float
    """Share of the pairs that are related so."""


@dataclass(frozen=True)
class CoOccurrence:
    """Relates all candidates of which a sentence mentions both.

    Attributes
    ----------
    pairing : Pairing
        Which pairs are candidates.
    usual : mapping
        By types of head and tail: the commonest relation between them in the training notes, wherever they are.
    """

    pairing: Pairing
    usual: Mapping[Types, Usual]

    @classmethod
    def learned(
        cls,
        texts: Sequence[str],
        documents: Sequence[Document],
        relations: Sequence[Sequence[Relation]],
        pairing: Pairing,
    ) -> CoOccurrence:
        """Count in annotated texts."""
        kinds: dict[Types, Counter[str]] = defaultdict(Counter)
        right: dict[Types, Counter[str]] = defaultdict(Counter)
        together: Counter[Types] = Counter()
        for text, document, own in zip(texts, documents, relations, strict=True):
            known: dict[tuple[int, int], set[str]] = defaultdict(set)
            for one in own:
                kinds[_types(document, one)][one.type] += 1
                known[one.head, one.tail].add(one.type)
            for candidate in _together(text, document, pairing):
                together[_types(document, candidate)] += 1
                right[_types(document, candidate)].update(known[candidate.head, candidate.tail])
        usual = {}
        for types, count in kinds.items():
            kind = min(count, key=lambda name: (-count[name], name))
            usual[types] = Usual(kind, right[types][kind] / max(1, together[types]))
        return cls(pairing, usual)

    def __call__(self, texts: Sequence[str], documents: Sequence[Document]) -> Iterator[list[ScoredRelation]]:
        """Relations of each text; confidence is the share of such pairs that are related so in the training notes."""
        for text, document in zip(texts, documents, strict=True):
            found = ((one, self.usual.get(_types(document, one))) for one in _together(text, document, self.pairing))
            yield [ScoredRelation(one.head, one.tail, *usual) for one, usual in found if usual]


def _types(document: Document, one: Candidate | Relation) -> Types:
    return document.arguments[one.head].type, document.arguments[one.tail].type


def _together(text: str, document: Document, pairing: Pairing) -> Iterator[Candidate]:
    """Candidates of which a sentence mentions both."""
    starts = [one.start for one in sentences(text)]
    of = [bisect_right(starts, mention.start) for mention in document.mentions]
    for one in pairing.candidates(document):
        if any(of[head] == of[tail] for head, tail in one.pairs):
            yield one
