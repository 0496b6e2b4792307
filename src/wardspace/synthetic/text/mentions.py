"""Things that are marked where they are written: identifiers, phenotypes and lists of them, diseases, drugs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from wardspace.synthetic.patients.ontology import Term
from wardspace.synthetic.text.writer import Placed, Slot, Writer


@dataclass(frozen=True, slots=True)
class Identifies:
    """A name, number, date or place."""

    text: str
    kind: str

    def write(self, writer: Writer) -> list[Placed]:
        """Append it as it is."""
        writer.identifier(self.text, self.kind)
        return []


@dataclass(frozen=True, slots=True)
class Named:
    """A disease or a drug under its own identifier."""

    text: str
    known_as: str

    def write(self, writer: Writer) -> list[Placed]:
        """Append the name."""
        return [Placed(*writer.say(self.text), self.known_as)]


@dataclass(frozen=True, slots=True)
class Findings:
    """One phenotype or a list of them."""

    terms: Sequence[Term]
    negated: bool = False
    experiencer: str = "patient"
    last: str = " and "
    """What stands before the last of several."""
    grade: str = ""
    """How much of it: stands before the first, outside its span."""
    historical: bool = False
    hypothetical: bool = False

    def write(self, writer: Writer) -> list[Placed]:
        """Append the list, each phenotype with its span."""
        placed = []
        if self.grade:
            writer.say(f"{self.grade} ")
        for i, term in enumerate(self.terms):
            if i:
                writer.raw(self.last if i == len(self.terms) - 1 else ", ")
            placed.append(
                writer.phenotype(
                    term,
                    negated=self.negated,
                    experiencer=self.experiencer,
                    historical=self.historical,
                    hypothetical=self.hypothetical,
                )
            )
        return placed


@dataclass(frozen=True, slots=True)
class Drawn:
    """One of several, drawn anew each time it is written."""

    options: Sequence[Slot]

    def write(self, writer: Writer) -> list[Placed]:
        """Append one of the options."""
        option = writer.rng.choice(self.options)
        if isinstance(option, str):
            writer.say(option)
            return []
        return option.write(writer)
