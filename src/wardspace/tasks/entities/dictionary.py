"""The plainest way to find mentions: look up those of the training notes."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from wardspace.objectives.supervised.tags import TagSpan
from wardspace.objectives.supervised.token_classification import strict_f1
from wardspace.tasks.entities.mentions import ScoredMention
from wardspace.tasks.entities.words import Example, Words

FOLDED_FROM = 5
"""Characters from which on a term is looked up whatever its case; shorter ones may be abbreviations."""
SHARES = tuple(tenth / 10 for tenth in range(10))
"""Least shares of a term's occurrences that are mentions, of which validation chooses."""


@dataclass(frozen=True)
class Term:
    """Words that are mentions in the training notes.

    Attributes
    ----------
    type : int
        The type that most of them have.
    mentions : int
        How often they are a mention of this type.
    occurrences : int
        How often they occur but within longer mentions.
    """

    type: int
    mentions: int
    occurrences: int

    @property
    def share(self) -> float:
        """Share of the occurrences that are mentions of the type."""
        return self.mentions / self.occurrences

    @property
    def confidence(self) -> float:
        """The same with one hit and one miss more: a term that was met once is not sure."""
        return (self.mentions + 1) / (self.occurrences + 2)


@dataclass(frozen=True)
class Dictionary:
    """Terms by their words, kept in memory alone: they are text of notes.

    Attributes
    ----------
    terms : mapping of str to Term
        By `key`.
    beginnings : frozenset of str
        What terms begin with, by words and in lower case: where none goes on, nothing is looked up.
    least : float
        Share of a term's occurrences that must be mentions for it to be looked up.
    """

    terms: Mapping[str, Term]
    beginnings: frozenset[str]
    least: float = 0.0

    @classmethod
    def learned(cls, examples: Sequence[Example]) -> Dictionary:
        """Read the terms of annotated texts.

        An occurrence within a longer mention does not count against a term: the longer one is found there.
        """
        kinds: defaultdict[str, Counter[int]] = defaultdict(Counter)
        beginnings: set[str] = set()
        for words, spans in examples:
            for first, last, kind in spans:
                parts = words.texts[first:last]
                kinds[key(" ".join(parts))][kind] += 1
                beginnings |= {" ".join(parts[:size]).lower() for size in range(1, len(parts) + 1)}
        occurrences = Counter(name for example in examples for name in _occurrences(example, beginnings))
        terms = {}
        for name, counts in kinds.items():
            kind = min(counts, key=lambda one: (-counts[one], one))
            terms[name] = Term(kind, counts[kind], occurrences[name])
        return cls(terms, frozenset(beginnings))

    def chosen(self, examples: Sequence[Example]) -> Dictionary:
        """The same with the least share that has the highest strict F1 on validation texts, the first of equals."""
        truth = [example.spans for example in examples]

        def score(one: Dictionary) -> float:
            return strict_f1(truth, [[span for span, _ in one.find(example.words)] for example in examples])

        return max((replace(self, least=least) for least in SHARES), key=score)

    def find(self, words: Words) -> Iterator[tuple[TagSpan, Term]]:
        """The longest terms from left to right, none within another."""
        at = 0
        while at < len(words.texts):
            found = self._longest(words, at)
            if found is not None:
                yield found
            at = at + 1 if found is None else found[0].last

    def mentions(self, text: str, types: Sequence[str]) -> list[ScoredMention]:
        """Mentions in a text."""
        words = Words.of(text)
        return [words.mention(span, types, term.confidence) for span, term in self.find(words)]

    def _longest(self, words: Words, at: int) -> tuple[TagSpan, Term] | None:
        """The longest term that begins at a word."""
        found = None
        for last, name in _stretches(words, at, self.beginnings):
            term = self.terms.get(name)
            if term is not None and term.share >= self.least:
                found = TagSpan(at, last, term.type), term
        return found


def key(joined: str) -> str:
    """What words joined by blanks are looked up by: long ones in lower case."""
    return joined if len(joined) < FOLDED_FROM else joined.lower()


def _stretches(words: Words, at: int, beginnings: Container[str]) -> Iterator[tuple[int, str]]:
    """Stretches of words from a place on that a term may be: the place after the last word, and the key."""
    joined = ""
    for last in range(at, len(words.texts)):
        joined = f"{joined} {words.texts[last]}" if joined else words.texts[last]
        if joined.lower() not in beginnings:
            return
        yield last + 1, key(joined)


def _occurrences(example: Example, beginnings: Container[str]) -> Iterator[str]:
    """Stretches that a term may be, but for those within a longer mention."""
    around = {place: span for span in example.spans for place in range(span.first, span.last)}
    for first in range(len(example.words.texts)):
        span = around.get(first)
        for last, name in _stretches(example.words, first, beginnings):
            if span is None or last > span.last or (first, last) == (span.first, span.last):
                yield name
