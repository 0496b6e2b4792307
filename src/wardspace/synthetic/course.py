"""The course of a patient: stays in hospital, how ill in each, and which notes are written when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from random import Random

from wardspace.core.seeds import derive
from wardspace.synthetic.acuity import drawn, severity
from wardspace.synthetic.patients.patient import Patient

NOTE_TYPES = ("admission", "progress", "radiology", "discharge", "nursing", "referral")

_MORE_STAYS = 0.2
# how often each is written in a stay; with progress and nursing notes about 2.9
_CHANCES = {"referral": 0.34, "admission": 0.55, "radiology": 0.38, "discharge": 0.4}
_EDITED = 0.05


@dataclass(frozen=True, slots=True)
class Stay:
    """One stay in hospital, or one look at a referral."""

    number: int
    admitted: datetime
    nights: int
    acuity: float
    """How ill, in [0, 1]; hidden from the reader."""

    @property
    def severity(self) -> str:
        """The triage label of the stay."""
        return severity(self.acuity)


@dataclass(frozen=True, slots=True)
class Entry:
    """A note to be written."""

    note_type: str
    stay: Stay
    when: datetime
    edited: bool
    """Whether a second edition of it was filed."""


def course(patient: Patient, seed: int) -> tuple[Entry, ...]:
    """The notes of a patient in the order of time."""
    rng = Random(derive("ward course", seed, patient.index))
    entries: list[Entry] = []
    day = patient.seen
    for number in range(1 + (rng.random() < _MORE_STAYS)):
        stay = _stay(number, datetime.combine(day, time(rng.randrange(24), rng.randrange(60))), rng)
        entries += _entries(stay, rng)
        day = day + timedelta(days=stay.nights + rng.randint(40, 400))
    return tuple(sorted(entries, key=lambda entry: entry.when))


def _stay(number: int, admitted: datetime, rng: Random) -> Stay:
    acuity = drawn(rng)
    nights = max(1, round(rng.gauss(3 + 5 * acuity, 2.5)))
    return Stay(number, admitted, nights, acuity)


def _entries(stay: Stay, rng: Random) -> list[Entry]:
    wanted = [name for name, chance in _CHANCES.items() if rng.random() < chance]
    wanted += ["progress"] * rng.choice((0, 0, 0, 0, 1, 2, 3))
    wanted += ["nursing"] * rng.choice((0, 0, 1))
    if not wanted:
        wanted = ["admission"]
    return [Entry(name, stay, _moment(name, stay, rng), rng.random() < _EDITED) for name in wanted]


def _moment(note_type: str, stay: Stay, rng: Random) -> datetime:
    minutes = timedelta(minutes=rng.randrange(5, 240))
    if note_type == "referral":
        return stay.admitted - timedelta(days=rng.randint(1, 20)) + minutes
    if note_type == "admission":
        return stay.admitted + minutes
    if note_type == "discharge":
        return stay.admitted + timedelta(days=stay.nights) + minutes
    return stay.admitted + timedelta(hours=rng.uniform(5, 24 * stay.nights)) + minutes
