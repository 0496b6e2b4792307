"""Patients: the disease behind the notes, what it did to them, what else they have, and what they take."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from wardspace.core.seeds import derive
from wardspace.synthetic.patients.diseases import Disease, Knowledge
from wardspace.synthetic.patients.ontology import SPECIALTIES, Term
from wardspace.synthetic.patients.people import Person, birthday, person
from wardspace.synthetic.tables.tables import Drug, formulary

_SPECIALTY_WEIGHTS = {
    "cardiology": 13,
    "respiratory": 12,
    "gastroenterology": 11,
    "neurology": 11,
    "musculoskeletal": 10,
}
_USUAL_WEIGHT = 9
_FIRST_DAY = date(2019, 1, 7)
_DAYS = 6 * 365
_MOST_OWN = 9
_RUNS_IN_FAMILY = 0.35

_BLOOD_RELATIVES = ("mother", "father", "sister", "brother", "maternal aunt", "paternal uncle", "grandmother", "cousin")
_OF_WOMEN = re.compile(r"(?i)menorrh|menopaus|uter|ovar|endometri|vagin|clitor|cervi(x|cal can)|female|pregnan|breast")
_OF_MEN = re.compile(r"(?i)prostat|testic|sperm|zoosperm|erectil|impoten|\bmale\b|gynecomastia|hydrocele|epididym")


@dataclass(frozen=True, slots=True)
class Kin:
    """A phenotype of a relative."""

    relative: str
    term: Term
    age: int


@dataclass(frozen=True, slots=True)
class Patient:
    """One patient of the ward."""

    index: int
    person: Person
    seen: date
    """First day in hospital."""
    disease: Disease
    own: tuple[Term, ...]
    """Phenotypes of the disease that this patient has."""
    other: tuple[Term, ...]
    """Phenotypes that have nothing to do with the disease."""
    conditions: tuple[Term, ...]
    """Comorbid conditions."""
    treatments: tuple[tuple[Drug, Term], ...]
    """Drugs with the condition each is taken for."""
    family: tuple[Kin, ...]
    allergy: str | None
    present: frozenset[str]
    """HPO ids of everything this patient has, with all they are a kind of: none of it may be denied."""

    @property
    def patient_id(self) -> str:
        """The patient's name in the corpus."""
        return f"P{self.index:06d}"


def patient(known: Knowledge, seed: int, index: int) -> Patient:
    """Patient `index` of the ward of `seed`; no other patient has a part in it."""
    rng = Random(derive("ward patient", seed, index))
    weights = [_SPECIALTY_WEIGHTS.get(name, _USUAL_WEIGHT) for name in SPECIALTIES]
    disease = rng.choice(known.diseases[rng.choices(SPECIALTIES, weights)[0]])
    sex = rng.choice("FM")
    seen = _FIRST_DAY + timedelta(days=rng.randrange(_DAYS))
    born = birthday(rng, seen, min(89, max(18, round(rng.gauss(58, 18)))))
    own = _own(disease, sex, rng)
    other = _distinct(_suited(rng.sample(known.common, 14), sex), own)[: rng.randint(2, 4)]
    conditions = _distinct(_conditions(known, sex, rng), (*own, *other))
    everything = (*own, *other, *conditions)
    return Patient(
        index=index,
        person=person(seed, index, rng, sex, born),
        seen=seen,
        disease=disease,
        own=own,
        other=other,
        conditions=conditions,
        treatments=_treatments(everything, rng),
        family=_family(known, disease.specialty, rng),
        allergy=rng.choice((None, None, None, "penicillin", "latex", "trimethoprim", "codeine", "plasters")),
        present=frozenset().union(*(known.ontology.ancestors(term.hpo_id) for term in everything)),
    )


def suits(term: Term, sex: str) -> bool:
    """Whether someone of this sex can have it."""
    return (_OF_MEN if sex == "F" else _OF_WOMEN).search(term.label) is None


def _suited(terms: Sequence[Term], sex: str) -> list[Term]:
    return [term for term in terms if suits(term, sex)]


def _distinct(terms: Sequence[Term], beside: Sequence[Term]) -> tuple[Term, ...]:
    taken = {term.hpo_id for term in beside}
    return tuple(term for term in terms if term.hpo_id not in taken)


def _own(disease: Disease, sex: str, rng: Random) -> tuple[Term, ...]:
    """Phenotypes drawn by their annotated frequency; the commonest two where chance gave fewer."""
    possible = [(term, often) for term, often in disease.phenotypes if suits(term, sex)] or list(disease.phenotypes)
    drawn = [term for term, often in possible if rng.random() < often]
    if len(drawn) < 2:
        drawn = [term for term, _ in sorted(possible, key=lambda pair: -pair[1])[:2]]
    rng.shuffle(drawn)
    return tuple(drawn[:_MOST_OWN])


def _conditions(known: Knowledge, sex: str, rng: Random) -> list[Term]:
    common = formulary().conditions
    ids = rng.choices(list(common), list(common.values()), k=rng.choice((0, 1, 1, 2, 2, 3)))
    return _suited([known.ontology.term(hpo_id) for hpo_id in dict.fromkeys(ids)], sex)


def _treatments(present: Sequence[Term], rng: Random) -> tuple[tuple[Drug, Term], ...]:
    treatments = formulary().treatments
    found: dict[str, tuple[Drug, Term]] = {}
    for term in present:
        if term.hpo_id in treatments and rng.random() < 0.85:
            drug = rng.choice(treatments[term.hpo_id])
            found.setdefault(drug.name, (drug, term))
    return tuple(found.values())


def _family(known: Knowledge, specialty: str, rng: Random) -> tuple[Kin, ...]:
    """Relatives with problems of all kinds, a little more often of the patient's own kind."""
    found = []
    for relative in rng.sample(_BLOOD_RELATIVES, rng.choice((1, 1, 2, 2, 3))):
        terms = known.by_specialty[specialty] if rng.random() < _RUNS_IN_FAMILY else known.common
        found.append(Kin(relative, rng.choice(terms), rng.randint(32, 84)))
    return tuple(found)
