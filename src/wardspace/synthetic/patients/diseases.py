"""Diseases with their annotated phenotypes, and the specialty that most of these fall under.

Read from ``phenotype.hpoa`` (the annotations of OMIM and Orphanet diseases by the HPO team; Köhler et al. 2021).
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from wardspace.synthetic.patients.ontology import SPECIALTIES, Ontology, Term, ontology
from wardspace.synthetic.patients.optional import ontology_folder

# The frequency classes of the annotation format, at the middle of their ranges.
_FREQUENCY_CLASSES = {
    "HP:0040280": 1.0,  # obligate
    "HP:0040281": 0.9,  # very frequent, 80-99%
    "HP:0040282": 0.55,  # frequent, 30-79%
    "HP:0040283": 0.17,  # occasional, 5-29%
    "HP:0040284": 0.02,  # very rare, 1-4%
    "HP:0040285": 0.0,  # excluded
}
_UNSTATED = 0.5
_RAREST = 0.05

_TIDY = re.compile(r"[^\W\d_]+(?:[ '-][^\W\d_]+){0,4}(?: type)?(?: \d{1,2}[A-Z]?)?")
_NOT_OF_ADULTS = re.compile(
    r"(?i)infan|neonat|newborn|pa?ediatric|childhood|juvenile|congenital|malform|agenesis|atresia|dysplasia|embryo|fo?et"
    r"|lethal|deafness|intellectual|retardation|delay|developmental|duplication|deletion|somy\b|isochrom|absen|anomal"
    r"|\bring\b|cephaly|dactyly|dwarf|cleft|palate|autosomal|linked|susceptib|hydrops|exstrophy|meconium|-.*-"
)

_FEWEST_PHENOTYPES = 5
_LEAST_SHARE = 0.48
_LEAST_LEAD = 0.15
_COMMON = 40
_PLAIN = 10


@dataclass(frozen=True, slots=True)
class Disease:
    """One disease, the phenotypes seen with it and how often."""

    disease_id: str
    name: str
    specialty: str
    phenotypes: tuple[tuple[Term, float], ...]
    """Terms with their annotated frequency in (0, 1]."""


@dataclass(frozen=True, slots=True)
class Knowledge:
    """What the generator knows of medicine."""

    ontology: Ontology
    diseases: Mapping[str, tuple[Disease, ...]]
    """Diseases by specialty."""
    common: tuple[Term, ...]
    """Phenotypes of many diseases: what anyone may have in addition to the disease."""
    by_specialty: Mapping[str, tuple[Term, ...]]
    """Common phenotypes by specialty."""


def frequency(text: str) -> float:
    """The share of patients that an annotation's frequency stands for: a class, ``n/m``, a percentage or nothing."""
    if not text:
        return _UNSTATED
    if text in _FREQUENCY_CLASSES:
        return _FREQUENCY_CLASSES[text]
    if text.endswith("%"):
        return float(text[:-1]) / 100
    part, _, whole = text.partition("/")
    return int(part) / int(whole)


def positive_annotations(path: Path) -> Iterator[tuple[str, str, str, float]]:
    """Yield disease id, disease name, phenotype id and frequency of each positive annotation of OMIM and Orphanet."""
    with path.open(encoding="utf-8") as handle:
        for line in handle:
            cells = line.rstrip("\n").split("\t")
            if len(cells) < 11 or cells[10] != "P" or cells[2] or not cells[0].startswith(("OMIM:", "ORPHA:")):
                continue
            yield cells[0], cells[1], cells[3], frequency(cells[7])


def specialty_of(phenotypes: Iterable[tuple[Term, float]]) -> str | None:
    """The specialty whose organ systems most of the phenotypes fall under, weighted by frequency.

    A phenotype of several systems counts in equal parts. None where no specialty has about half of them and a lead.
    """
    shares: dict[str, float] = defaultdict(float)
    total = 0.0
    for term, often in phenotypes:
        total += often
        for specialty in term.specialties:
            shares[specialty] += often / len(term.specialties)
    ranked = sorted(shares.items(), key=lambda share: -share[1])
    if not ranked:
        return None
    lead = ranked[0][1] - (ranked[1][1] if len(ranked) > 1 else 0.0)
    return ranked[0][0] if ranked[0][1] >= _LEAST_SHARE * total and lead >= _LEAST_LEAD * total else None


@cache
def knowledge() -> Knowledge:
    """The installed ontology and annotations, read once (about a second and a half)."""
    return build(ontology(), ontology_folder() / "phenotype.hpoa")


def build(terms: Ontology, path: Path) -> Knowledge:
    """Join an ontology with a file of annotations."""
    names: dict[str, str] = {}
    seen: dict[str, dict[str, float]] = defaultdict(dict)
    for disease_id, name, hpo_id, often in positive_annotations(path):
        names[disease_id] = name
        seen[disease_id][hpo_id] = often
    counts = Counter(hpo_id for phenotypes in seen.values() for hpo_id in phenotypes)
    usable = {hpo_id: term for hpo_id, term in terms.plain_terms.items() if counts[hpo_id] >= _PLAIN}
    common = tuple(term for hpo_id, term in usable.items() if counts[hpo_id] >= _COMMON)
    return Knowledge(
        ontology=terms,
        diseases=_diseases(terms, names, seen, usable),
        common=common,
        by_specialty={name: tuple(term for term in common if name in term.specialties) for name in SPECIALTIES},
    )


def _diseases(
    terms: Ontology, names: dict[str, str], seen: dict[str, dict[str, float]], usable: dict[str, Term]
) -> dict[str, tuple[Disease, ...]]:
    found: dict[str, list[Disease]] = {name: [] for name in SPECIALTIES}
    for disease_id, name in names.items():
        if _TIDY.fullmatch(name) is None or name.isupper() or _NOT_OF_ADULTS.search(name):
            continue
        phenotypes = tuple(
            (usable[hpo_id], often)
            for hpo_id, often in seen[disease_id].items()
            if hpo_id in usable and often > _RAREST
        )
        specialty = specialty_of(phenotypes) if len(phenotypes) >= _FEWEST_PHENOTYPES else None
        if specialty is not None:
            found[specialty].append(Disease(disease_id, terms.inside(name), specialty, phenotypes))
    return {name: tuple(diseases) for name, diseases in found.items()}
