"""Which pairs of a note may be related: what is scored, and what is not looked at."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from wardspace.tasks.relations.documents import Document, Relation, ordered

Types = tuple[str, str]
"""Types of a head and a tail."""


class Candidate(NamedTuple):
    """Two arguments that may be related."""

    head: int
    tail: int
    pairs: tuple[tuple[int, int], ...]
    """Their mentions, each of the head's with each of the tail's that is near enough."""


@dataclass(frozen=True)
class Pairing:
    """Which pairs are looked at.

    Attributes
    ----------
    types : frozenset of (str, str)
        Types of head and tail that may be related; without direction, in the order of their names.
    directed : bool
        Whether head and tail differ.
    window : int or None
        Most words between two mentions.
    """

    types: frozenset[Types]
    directed: bool
    window: int | None = None

    @classmethod
    def learned(
        cls, related: Iterable[tuple[Document, Iterable[Relation]]], *, directed: bool, window: int | None
    ) -> Pairing:
        """Pairs of the types that are related in some notes."""
        types = {
            (document.arguments[one.head].type, document.arguments[one.tail].type)
            for document, relations in related
            for one in relations
        }
        return cls(frozenset(types), directed, window)

    def candidates(self, document: Document) -> list[Candidate]:
        """Pairs of a note, in the order of its arguments.

        A mention is never paired with itself: of two concepts that one mention names together, their other mentions
        are looked at.
        """
        found: list[Candidate] = []
        for head in range(len(document.arguments)):
            for tail in range(0 if self.directed else head + 1, len(document.arguments)):
                if head == tail:
                    continue
                one, other = ordered(document, head, tail, directed=self.directed)
                if pairs := self.pairs(document, one, other):
                    found.append(Candidate(one, other, pairs))
        return found

    def pairs(self, document: Document, head: int, tail: int) -> tuple[tuple[int, int], ...]:
        """Mentions of two arguments that are looked at together; none where their types are never related."""
        if (document.arguments[head].type, document.arguments[tail].type) not in self.types:
            return ()
        return tuple(
            (one, other)
            for one in document.arguments[head].mentions
            for other in document.arguments[tail].mentions
            if one != other and (self.window is None or document.words_between(one, other) <= self.window)
        )
