"""ConText: whether mentions are negated, historical, hypothetical or of a relative, by the words around them.

A trigger such as `no`, `history of`, `return if` or `mother` applies to the mentions after it (or before it: `was ruled
out`), to the end of the sentence or to a word that ends its scope (`but`, `presents with`). Phrases that only look
like a trigger (`no increase`, `history of present illness`) are passed over, because the longest phrase at a place
counts. Two things are added for notes: a heading (`Family history:`) speaks for its section, and a trigger that is an
adjective (`previous`) speaks for the next few words. A mention that is negated, or a relative's, is not historical:
"no history of asthma" and "mother had a history of asthma" say nothing of the patient's past. What is suspected
("rule out pneumonia") counts as present; the four questions do not ask for it.

The lists are English. Their text is in `triggers.yaml`.

References
----------
Harkema H, Dowling JN, Thornblade T, Chapman WW. ConText: an algorithm for determining negation, experiencer, and
temporal status from clinical reports. Journal of Biomedical Informatics 42(5), 839-851, 2009.
Chapman WW, Bridewell W, Hanbury P, Cooper GF, Buchanan BG. A simple algorithm for identifying negated findings and
diseases in discharge summaries. Journal of Biomedical Informatics 34(5), 301-310, 2001.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple, Protocol

from wardspace.corpus.note.headings import Heading, heading_of, headings
from wardspace.tasks.assertions.scopes import bounds, scopes
from wardspace.tasks.assertions.triggers import Found, Token, Triggers, tokens, triggers

_NEXT_WORDS = 4
"""How many words an adjective speaks for."""


class Stretch(Protocol):
    """A stretch of a text, as `Mention` is."""

    @property
    def start(self) -> int:
        """Its first character."""
        ...

    @property
    def end(self) -> int:
        """The character after its last."""
        ...


class Assertion(NamedTuple):
    """What a note says of something that it mentions; where nothing is true, the patient has it now."""

    negated: bool = False
    """The patient (or the relative) does not have it."""
    historical: bool = False
    """The patient had it before this illness, or it is part of the past history."""
    hypothetical: bool = False
    """Nobody has it yet: it may come, is to be prevented or watched for."""
    family: bool = False
    """It is a relative's."""


def assertions(text: str, mentions: Sequence[Stretch]) -> list[Assertion]:
    """What a text says of mentions in it, by rules.

    Parameters
    ----------
    text : str
        The note, as it is: headings and line breaks are read.
    mentions : sequence of stretches
        With `start` and `end`, in characters.

    Examples
    --------
    >>> from wardspace.tasks.entities.mentions import Mention
    >>> assertions("Denies fever but has cough.", [Mention(7, 12, "Sign"), Mention(21, 26, "Sign")])[0]
    Assertion(negated=True, historical=False, hypothetical=False, family=False)
    """
    note = _Note(text)
    return [note.assertion(one.start, one.end) for one in mentions]


@dataclass(frozen=True)
class _Note:
    """A text with its scopes and sections, each looked at once."""

    text: str
    _phrases: dict[tuple[str, int, int], list[Found]] = field(default_factory=dict)
    _tokens: dict[tuple[int, int], list[Token]] = field(default_factory=dict)

    @cached_property
    def _small(self) -> str:
        """In small letters, offsets as they were."""
        small = self.text.lower()
        if len(small) == len(self.text):
            return small
        return "".join(one.lower() if len(one.lower()) == 1 else one for one in self.text)

    @cached_property
    def _scopes(self) -> list[int]:
        return scopes(self.text, self._headings)

    @cached_property
    def _headings(self) -> list[Heading]:
        return headings(self.text)

    def assertion(self, start: int, end: int) -> Assertion:
        first, last = bounds(self._scopes, len(self.text), start, end)
        heading = heading_of(self._headings, start)
        if heading is not None and start < heading.end:  # `Cough: none` looks like a heading
            last = bounds(self._scopes, len(self.text), start, heading.end + 1)[1]
        said = {
            question: (heading is not None and own.heads(heading.name))
            or self._applies(question, own, (first, last), (start, end))
            for question, own in triggers().items()
        }
        said["historical"] &= not (said["negated"] or said["family"])
        return Assertion(**said)

    def _applies(self, question: str, own: Triggers, sentence: tuple[int, int], mention: tuple[int, int]) -> bool:
        found = self._found(question, own, sentence)
        before = [one for one in found if one.end <= mention[0]]
        after = [one for one in found if one.start >= mention[1]]
        return self._from_before(before, mention[0]) or _from_after(after)

    def _found(self, question: str, own: Triggers, sentence: tuple[int, int]) -> list[Found]:
        if (key := (question, *sentence)) not in self._phrases:
            if sentence not in self._tokens:
                self._tokens[sentence] = tokens(self._small, *sentence)
            self._phrases[key] = list(own.find(self._small, self._tokens[sentence], sentence[1]))
        return self._phrases[key]

    def _from_before(self, found: Sequence[Found], place: int) -> bool:
        """Whether a trigger in front reaches a place: nothing after it ends its scope."""
        for one in reversed(found):
            if "pseudo" in one.roles:
                continue
            if "forward" in one.roles:
                return True
            if "adjectives" in one.roles and len(self.text[one.end : place].split()) < _NEXT_WORDS:
                return True
            if "end" in one.roles:
                return False
        return False


def _from_after(found: Sequence[Found]) -> bool:
    """Whether a trigger behind reaches back: nothing before it ends its scope."""
    for one in found:
        if "pseudo" in one.roles:
            continue
        if "backward" in one.roles:
            return True
        if "end" in one.roles or "forward" in one.roles:
            return False
    return False
