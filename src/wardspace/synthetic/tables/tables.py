"""The tables of the ward as typed values, each read and checked when it is first asked for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.resources import files
from typing import Annotated, Any, TypeVar

import yaml
from pydantic import Field, TypeAdapter

T = TypeVar("T")
Texts = Annotated[tuple[str, ...], Field(min_length=1)]
"""Sentences, templates or ids."""
Steps = Annotated[tuple[Texts, ...], Field(min_length=5, max_length=5)]
"""Wording from well to gravely ill."""


@dataclass(frozen=True, slots=True)
class Drug:
    """A drug with a usual dose and what it is given for."""

    name: str
    dose: str
    treats: Texts

    @property
    def drug_id(self) -> str:
        """An identifier for relations: the generic name."""
        return f"drug:{self.name.replace(' ', '-')}"


@dataclass(frozen=True)
class Formulary:
    """Drugs in common use and the conditions that they treat."""

    conditions: Mapping[str, float]
    """HPO ids with how common they are next to another disease (a relative weight)."""
    drugs: tuple[Drug, ...]

    @cached_property
    def treatments(self) -> Mapping[str, tuple[Drug, ...]]:
        """Drugs by the condition they treat."""
        treated = dict.fromkeys(condition for drug in self.drugs for condition in drug.treats)
        return {name: tuple(drug for drug in self.drugs if name in drug.treats) for name in treated}


@dataclass(frozen=True, slots=True)
class Study:
    """One kind of examination of the radiology department."""

    title: str
    technique: str
    normal: Texts
    """Sentences about normal anatomy."""
    visible: Texts
    """HPO ids of what this study can show."""


@dataclass(frozen=True, slots=True)
class Imaging:
    """What the radiology department offers."""

    studies: Mapping[str, Study]
    usual: Mapping[str, Texts]
    """Studies that a specialty asks for more often than others do."""


@dataclass(frozen=True, slots=True)
class Phrases:
    """Templates of running text, shared by the types of notes."""

    complaints: Texts
    histories: Texts
    signs: Texts
    denials: Texts
    unremarkable: Texts
    known_disease: Texts
    only_disease: Texts
    past: Texts
    of_the_past: Texts
    treated: Texts
    kin: Texts
    no_kin: Texts
    consults: Texts
    teams: Texts
    social: Texts
    vitals: Texts
    bloods: Texts
    plans: Texts


@dataclass(frozen=True, slots=True)
class SeverityWords:
    """Wording that leans with how ill someone is."""

    cues: Mapping[str, Steps]
    degrees: Steps
    """How much of a finding there is."""
    past_trouble: Texts
    """Old stories that say nothing about today."""


@cache
def formulary() -> Formulary:
    """Drugs and the conditions they treat."""
    return _read("drugs", Formulary)


@cache
def imaging() -> Imaging:
    """Studies of the radiology department."""
    return _read("imaging", Imaging)


@cache
def phrases() -> Phrases:
    """Templates of running text."""
    return _read("phrases", Phrases)


@cache
def severity_words() -> SeverityWords:
    """Wording that leans with how ill someone is."""
    return _read("severity", SeverityWords)


@cache
def followups() -> Mapping[str, Texts]:
    """Sentences that ask for something after this note, by kind."""
    return _read("followups", dict[str, Texts])


@cache
def assertions() -> Texts:
    """Sentences about what is past, may come or is a relative's; each slot is named by what it says of its findings."""
    return _read("assertions", Texts)


@cache
def headings() -> Mapping[str, tuple[str, str]]:
    """Headings of sections, in words and as letters."""
    return _read("headings", dict[str, tuple[str, str]])


def _read(name: str, kind: type[T]) -> T:
    """A table as `kind`; a missing key, a wrong type or an empty list is an error that names its place."""
    text = (files("wardspace.synthetic.tables") / f"{name}.yaml").read_text(encoding="utf-8")
    values: Any = yaml.safe_load(text)
    return TypeAdapter(kind).validate_python(values)
