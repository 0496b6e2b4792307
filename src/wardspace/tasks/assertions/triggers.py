"""Trigger words of the ConText rules, read from `triggers.yaml`."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple

import yaml

Words = Mapping[str, Sequence[str]]
_ROLES = ("forward", "adjectives", "backward", "pseudo", "end")
_TOKEN = re.compile(r"[^\W\d_]+|\d+|[-:,(]")
_PLACEHOLDER = re.compile(r"(<\w+>)")
_DIGITS = "0"
"""What stands for a number among first words."""


class Token(NamedTuple):
    """A word, number or sign of a text."""

    start: int
    key: str


class Found(NamedTuple):
    """A phrase in a sentence."""

    start: int
    end: int
    roles: frozenset[str]
    """Some of forward, adjectives, backward, pseudo and end."""


class Phrases(NamedTuple):
    """Phrases that begin with the same word, the longest first."""

    any: re.Pattern[str]
    roles: tuple[frozenset[str], ...]
    """Of each group of the pattern."""


@dataclass(frozen=True)
class Triggers:
    """Phrases of one question.

    Attributes
    ----------
    by_first : mapping of str to Phrases
        By their first word.
    headings : pattern or None
        Finds words of headings whose sections have the answer.
    """

    by_first: Mapping[str, Phrases]
    headings: re.Pattern[str] | None

    def find(self, text: str, tokens: Sequence[Token], end: int) -> Iterator[Found]:
        """Phrases that begin with one of the tokens of a text in small letters: at each place the longest."""
        free = 0
        for start, key in tokens:
            own = self.by_first.get(key) if start >= free else None
            match = own.any.match(text, start, end) if own else None
            if own and match:
                free = match.end()
                yield Found(start, free, own.roles[(match.lastindex or 1) - 1])

    def heads(self, heading: str) -> bool:
        """Whether mentions under a heading have the answer."""
        return self.headings is not None and self.headings.search(heading) is not None


def tokens(text: str, start: int, end: int) -> list[Token]:
    """Words, numbers and some signs of a part of a text in small letters."""
    found = ((match.start(), match[0]) for match in _TOKEN.finditer(text, start, end))
    return [Token(at, _DIGITS if word.isdigit() else word) for at, word in found]


@cache
def triggers() -> dict[str, Triggers]:
    """The triggers of each question, in the order of the file."""
    told: dict[str, Any] = yaml.safe_load(files(__package__).joinpath("triggers.yaml").read_text(encoding="utf-8"))
    words, ends = told.pop("words"), told.pop("end")
    return {question: _compiled(lists, ends, words) for question, lists in told.items()}


def _compiled(lists: Mapping[str, Sequence[str]], ends: Sequence[str], words: Words) -> Triggers:
    roles: dict[str, set[str]] = defaultdict(set)
    for role in _ROLES:
        for phrase in (*lists.get(role, ()), *(ends if role == "end" else ())):
            roles[phrase].add(role)
    starting: dict[str, list[str]] = defaultdict(list)
    for phrase in sorted(roles, key=lambda one: (-len(one), one)):
        for key in _first_words(phrase, words):
            starting[key].append(phrase)
    by_first = {
        key: Phrases(
            re.compile("|".join(f"({_pattern(one, words)})" for one in phrases)),
            tuple(frozenset(roles[one]) for one in phrases),
        )
        for key, phrases in starting.items()
    }
    headings = [rf"\b{re.escape(one)}\b" for one in lists.get("headings", ())]
    return Triggers(by_first, re.compile("|".join(headings)) if headings else None)


def _first_words(phrase: str, words: Words) -> set[str]:
    """Keys of the tokens that a phrase may begin with."""
    first = next(piece for piece in _PLACEHOLDER.split(phrase) if piece)
    options = words[first[1:-1]] if first.startswith("<") else (first,)
    return {_DIGITS if "\\d" in one else next(_TOKEN.finditer(one))[0] for one in options}


def _pattern(phrase: str, words: Words) -> str:
    """A phrase with its placeholders written out; it must not end within a word."""

    def written(piece: str) -> str:
        if not piece.startswith("<"):
            return r"\s+".join(re.escape(part) for part in piece.split(" "))
        options = sorted(words[piece[1:-1]], key=len, reverse=True)
        return "(?:" + "|".join(one if "\\" in one else one.replace(" ", r"\s+") for one in options) + ")"

    body = "".join(written(piece) for piece in _PLACEHOLDER.split(phrase) if piece)
    return body + (r"(?!\w)" if phrase[-1].isalnum() or phrase[-1] == ">" else "")
