"""The scene of one note: who writes about whom, when, and what the words of its templates stand for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from random import Random

from wardspace.synthetic.course import Stay
from wardspace.synthetic.patients.diseases import Knowledge
from wardspace.synthetic.patients.ontology import SPECIALTIES, Term
from wardspace.synthetic.patients.patient import Patient, suits
from wardspace.synthetic.patients.people import Name
from wardspace.synthetic.text.mentions import Drawn, Identifies, Named
from wardspace.synthetic.text.style import Style
from wardspace.synthetic.text.writer import Slot, Writer

_PRONOUNS = {
    "F": {"he": "she", "He": "She", "him": "her", "his": "her", "His": "Her", "himself": "herself"},
    "M": {"he": "he", "He": "He", "him": "him", "his": "his", "His": "His", "himself": "himself"},
}
_PERSONS = {"F": ("woman", "lady", "woman", "female"), "M": ("man", "gentleman", "man", "male")}
_TITLES = {"F": ("Mrs", "Ms", "Miss"), "M": ("Mr",)}
_FEW = Drawn(("two", "three", "four", "five", "2", "3", "4", "5"))
_WEEKS = Drawn(("4", "6", "8", "12", "six", "eight"))
# share of denied phenotypes that belong to the patient's own specialty; chance alone would give a tenth
_DENIED_OF_OWN = 0.6


@dataclass(frozen=True)
class Scene:
    """Everything that the writing of one note draws on."""

    known: Knowledge
    patient: Patient
    stay: Stay
    when: datetime
    author: Name
    consultant: Name
    style: Style
    rng: Random
    told: set[str] = field(default_factory=set)
    """Stock sentences that stand in the note already."""

    def writer(self) -> Writer:
        """An empty text in this scene's style and words."""
        return Writer(self.rng, self.style, self._slots)

    def day(self, when: datetime) -> Identifies:
        """A date in one of the usual notations."""
        return Identifies(self._date(when), "date")

    def some(self, own: int, other: int) -> list[Term]:
        """Phenotypes of the patient, of the disease and not, in no order that tells them apart."""
        rng, patient = self.rng, self.patient
        beside = (*patient.other, *patient.conditions)
        chosen = rng.sample(patient.own, min(own, len(patient.own))) + rng.sample(beside, min(other, len(beside)))
        rng.shuffle(chosen)
        return chosen

    def denied(self, count: int) -> list[Term]:
        """Phenotypes the patient does not have, some of them such as one would ask for."""
        found: dict[str, Term] = {}
        for _ in range(4 * count):
            specialty = self.patient.disease.specialty
            if self.rng.random() >= _DENIED_OF_OWN:
                specialty = self.rng.choice(SPECIALTIES)
            term = self.rng.choice(self.known.by_specialty[specialty])
            if term.hpo_id not in self.patient.present and suits(term, self.patient.person.sex):
                found[term.hpo_id] = term
            if len(found) == count:
                break
        return list(found.values())

    def pick(self, options: Sequence[str]) -> str:
        """One of several wordings."""
        return self.rng.choice(options)

    @cached_property
    def _slots(self) -> dict[str, Slot]:
        person, rng = self.patient.person, self.rng
        drugs = [Named(drug.name, drug.drug_id) for drug, _ in self.patient.treatments]
        return {
            **_PRONOUNS[person.sex],
            "person": rng.choice(_PERSONS[person.sex]),
            "title": rng.choice(_TITLES[person.sex]),
            "age": str(person.age(self.when.date())),
            "few": _FEW,
            "weeks": _WEEKS,
            "name": Identifies(person.name.full, "name"),
            "last": Identifies(person.name.last, "name"),
            "mrn": Identifies(person.mrn, "mrn"),
            "nhs": Identifies(person.nhs_number, "nhs_number"),
            "born": Identifies(person.born.strftime("%d/%m/%Y"), "date"),
            "phone": Identifies(f"01632 960{rng.randrange(1000):03d}", "phone"),
            "home_phone": Identifies(person.phone, "phone"),
            "address": Identifies(person.address, "address"),
            "email": Identifies(person.email, "email"),
            "hospital": Identifies(person.hospital, "hospital"),
            "practice": Identifies(person.practice, "hospital"),
            "ward": person.ward,
            "relation": person.relation,
            "relative": Identifies(person.relative.full, "name"),
            "relative_phone": Identifies(person.relative_phone, "phone"),
            "gp": Identifies(person.clinicians[0].last, "clinician"),
            "author": Identifies(rng.choice((self.author.full, self.author.initial)), "clinician"),
            "consultant": Identifies(self.consultant.last, "clinician"),
            "today": self.day(self.when),
            "admitted": self.day(self.stay.admitted),
            "later": Drawn([self.day(self.when + timedelta(days=days)) for days in (9, 23, 41)]),
            "clock": self.when.strftime("%H:%M"),
            "disease": Named(self.patient.disease.name, self.patient.disease.disease_id),
            "drug": Drawn(drugs or ("the usual tablets",)),
        }

    def _date(self, when: datetime) -> str:
        form = self.rng.choice(("%d/%m/%Y", "%d/%m/%y", "%d %B %Y", "%d %b %Y", "%d.%m.%y"))
        return when.strftime(form)
