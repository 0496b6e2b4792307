"""Made-up people: names, numbers and addresses that belong to nobody."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from random import Random
from typing import TYPE_CHECKING

from wardspace.core.seeds import derive
from wardspace.synthetic.patients.optional import name_makers

if TYPE_CHECKING:
    from faker import Faker

_LOCALES = ("en_GB", "en_IE", "en_IN", "pl_PL", "fr_FR")
_LOCALE_WEIGHTS = (70, 8, 10, 7, 5)

_RELATIVES = (
    ("mother", "F"),
    ("father", "M"),
    ("sister", "F"),
    ("brother", "M"),
    ("daughter", "F"),
    ("son", "M"),
    ("wife", "F"),
    ("husband", "M"),
    ("aunt", "F"),
    ("uncle", "M"),
)

_HOSPITALS = ("General Hospital", "Royal Infirmary", "County Hospital", "University Hospital", "District Hospital")
_WARDS = (
    "Ward 3",
    "Ward 5B",
    "Ward 7",
    "Ward 12",
    "Ward 14A",
    "Birch ward",
    "Elm ward",
    "Kestrel ward",
    "Level 6 East",
)
AGE_BANDS = ((34, "18-34"), (49, "35-49"), (64, "50-64"), (79, "65-79"), (200, "80+"))
"""Highest age of each band and its name."""


@dataclass(frozen=True, slots=True)
class Name:
    """A person's name."""

    first: str
    last: str

    @property
    def full(self) -> str:
        """First and last name."""
        return f"{self.first} {self.last}"

    @property
    def initial(self) -> str:
        """Initial and last name."""
        return f"{self.first[0]} {self.last}"


@dataclass(frozen=True, slots=True)
class Person:
    """A patient as the front sheet has them, with the people around them."""

    name: Name
    sex: str
    born: date
    mrn: str
    nhs_number: str
    phone: str
    address: str
    email: str
    relation: str
    relative: Name
    relative_phone: str
    practice: str
    hospital: str
    ward: str
    clinicians: tuple[Name, ...]
    """General practitioner first, then those of the hospital."""

    def age(self, on: date) -> int:
        """Whole years on a day."""
        return on.year - self.born.year - ((on.month, on.day) < (self.born.month, self.born.day))


def age_band(age: int) -> str:
    """The band an age in years falls into."""
    return next(name for highest, name in AGE_BANDS if age <= highest)


def nhs_check_digit(nine: str) -> int:
    """The tenth digit of an NHS number by modulus 11 (10 where the nine digits make no valid number).

    Source: NHS Data Model and Dictionary, "NHS NUMBER".
    """
    remainder = sum(int(digit) * weight for digit, weight in zip(nine, range(10, 1, -1), strict=True)) % 11
    return (11 - remainder) % 11


def nhs_number(rng: Random) -> str:
    """A number with a right check digit in the range 999, which is set aside for tests and given to nobody."""
    while True:
        nine = f"999{rng.randrange(10**6):06d}"
        check = nhs_check_digit(nine)
        if check < 10:
            return f"999 {nine[3:6]} {nine[6:]}{check}"


@cache
def _makers() -> tuple[Faker, ...]:
    return tuple(name_makers(_LOCALES))


@cache
def hospitals(seed: int) -> tuple[str, ...]:
    """The hospitals of a ward's region."""
    maker = _makers()[0]
    maker.seed_instance(derive("ward hospitals", seed))
    return tuple(f"{maker.last_name()} {kind}" for kind in _HOSPITALS)


def person(seed: int, index: int, rng: Random, sex: str, born: date) -> Person:
    """The person behind patient `index` (a function of seed and index alone)."""
    region = hospitals(seed)  # before the makers are seeded: its first call seeds one of them as well
    home, *_ = _makers()
    own = rng.choices(_makers(), _LOCALE_WEIGHTS)[0]
    for maker in (home, own):
        maker.seed_instance(derive("ward person", seed, index))
    relation, relative_sex = rng.choice(_RELATIVES)
    name = _name(own, sex)
    return Person(
        name=name,
        sex=sex,
        born=born,
        mrn=f"{rng.choice('ABDHKMRTW')}{rng.randrange(10**6, 10**7)}",
        nhs_number=nhs_number(rng),
        phone=home.phone_number(),
        address=f"{home.street_address()}, {home.city()}, {home.postcode()}".replace("\n", ", "),
        email=_email(name, rng),
        relation=relation,
        relative=_name(own, relative_sex),
        relative_phone=home.phone_number(),
        practice=f"{home.last_name()} {rng.choice(('Surgery', 'Medical Centre', 'Practice', 'Health Centre'))}",
        hospital=rng.choice(region),
        ward=rng.choice(_WARDS),
        clinicians=tuple(_name(home, rng.choice("FM")) for _ in range(4)),
    )


def birthday(rng: Random, on: date, age: int) -> date:
    """A day of birth that makes someone `age` years old on a day."""
    return on - timedelta(days=int(age * 365.2425) + rng.randrange(1, 364))


def _email(name: Name, rng: Random) -> str:
    """An address at a domain that RFC 2606 sets aside for examples."""
    first, last = (
        "".join(
            letter for letter in unicodedata.normalize("NFKD", part).lower() if letter.isascii() and letter.isalnum()
        )
        for part in (name.first, name.last)
    )
    local = rng.choice((f"{first}.{last}", f"{first[0]}{last}{rng.randrange(10, 99)}", f"{last}_{first}"))
    return f"{local}@{rng.choice(('example.org', 'example.com', 'example.net'))}"


def _name(maker: Faker, sex: str) -> Name:
    first = maker.first_name_female() if sex == "F" else maker.first_name_male()
    return Name(unicodedata.normalize("NFC", first), unicodedata.normalize("NFC", maker.last_name()))
