"""A text that knows its spans: they are recorded as it is appended, so offsets are right by construction."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from random import Random
from typing import Protocol

from wardspace.synthetic.patients.ontology import Term
from wardspace.synthetic.text.gold import FollowUp, Fragment, Identifier, Phenotype, Relation
from wardspace.synthetic.text.style import Style

_SLOT = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, slots=True)
class Placed:
    """Where something with an identifier of its own came to stand."""

    start: int
    end: int
    known_as: str


class Mention(Protocol):
    """Something that can be written into a text."""

    def write(self, writer: Writer) -> list[Placed]:
        """Append itself and record its spans."""


Slot = str | Mention
Slots = Mapping[str, Slot]


class Writer:
    """Builds a fragment piece by piece.

    Parameters
    ----------
    rng : Random
        Draws the author's slips and short forms.
    style : Style
        The author's habits.
    slots : mapping of str to str or Mention
        What ``{name}`` in a template stands for, unless the call says otherwise.
    """

    def __init__(self, rng: Random, style: Style, slots: Slots) -> None:
        self.rng = rng
        self.style = style
        self._slots = slots
        self._pieces: list[str] = []
        self._length = 0
        self._opening = True
        self._fragment = Fragment()

    def __len__(self) -> int:
        return self._length

    def fragment(self) -> Fragment:
        """What was written so far."""
        self._fragment.text = "".join(self._pieces)
        return self._fragment

    def raw(self, text: str) -> tuple[int, int]:
        """Append `text` as it is and give its span."""
        start = self._length
        self._pieces.append(text)
        self._length += len(text)
        self._opening = False
        return start, self._length

    def say(self, text: str) -> tuple[int, int]:
        """Append `text` as the author types it, with a capital where a sentence opens."""
        text = self.style.written(text, self.rng)
        if self._opening and not self.style.lowercase:
            text = text[:1].upper() + text[1:]
        return self.raw(text)

    def fill(self, template: str, **slots: Slot) -> dict[str, list[Placed]]:
        """Append a template; give where the things of its slots came to stand."""
        placed: dict[str, list[Placed]] = {}
        for literal, name in _pieces(template):
            if literal:
                self.say(literal)
            if not name:
                continue
            slot = slots[name] if name in slots else self._slots[name]
            if isinstance(slot, str):
                self.say(slot)
            else:
                placed.setdefault(name, []).extend(slot.write(self))
        return placed

    def sentence(self, template: str, **slots: Slot) -> dict[str, list[Placed]]:
        """A template as the next sentence of the paragraph."""
        if self._length and not self._pieces[-1].endswith("\n"):
            self.raw(" ")
        self._opening = True
        return self.fill(template, **slots)

    def line(self, template: str, **slots: Slot) -> dict[str, list[Placed]]:
        """A template on a line of its own."""
        if self._length:
            self.raw("\n")
        self._opening = True
        return self.fill(template, **slots)

    def heading(self, text: str) -> None:
        """A heading, on a line of its own, as it is."""
        self.raw(f"\n{text}" if self._length else text)

    @contextmanager
    def followup(self, kind: str) -> Iterator[None]:
        """Mark what is written inside, less the space in front, as a follow-up."""
        before, pieces = self._length, len(self._pieces)
        yield
        written = "".join(self._pieces[pieces:])
        start = before + len(written) - len(written.lstrip())
        self._fragment.followups.append(FollowUp(start, self._length, kind))

    def identifier(self, text: str, kind: str) -> None:
        """Append something that identifies."""
        self._fragment.identifiers.append(Identifier(*self.raw(text), kind))

    def phenotype(
        self, term: Term, *, negated: bool, experiencer: str, historical: bool = False, hypothetical: bool = False
    ) -> Placed:
        """Append a name of a phenotype in the author's wording."""
        start, end = self.say(surface(term, self.style, self.rng))
        self._fragment.phenotypes.append(
            Phenotype(start, end, term.hpo_id, negated, experiencer, historical, hypothetical)
        )
        return Placed(start, end, term.hpo_id)

    def relate(self, kind: str, head: Placed, tail: Placed) -> None:
        """Record that `kind` holds between two things of this text."""
        self._fragment.relations.append(
            Relation(kind, head.start, head.end, tail.start, tail.end, head.known_as, tail.known_as)
        )


def surface(term: Term, style: Style, rng: Random) -> str:
    """The words an author of this style has for a phenotype."""
    if term.abbreviations and rng.random() < style.abbreviates:
        return rng.choice(term.abbreviations)
    if term.synonyms and rng.random() < style.lay:
        return rng.choice(term.synonyms)
    return term.name


@lru_cache(maxsize=4096)
def _pieces(template: str) -> tuple[tuple[str, str], ...]:
    """Pairs of running text and the slot after it (empty at the end)."""
    parts = _SLOT.split(template)
    return tuple(zip(parts[::2], [*parts[1::2], ""], strict=True))
