"""Made-up identifiers in the place of real ones: consistent within a patient, in the same notation."""

from __future__ import annotations

import re
from collections.abc import Iterable

from wardspace.config import DeidentifyConfig
from wardspace.corpus.deidentify import lexicon, nhs
from wardspace.corpus.deidentify.surrogates.dates import shifted
from wardspace.corpus.deidentify.surrogates.key import Keyed
from wardspace.corpus.deidentify.surrogates.names import SurrogateNames

_HOSPITAL_KIND = re.compile(
    r"\b(?:hosp|infirm|medical|med\b|health|clinic|hospice|surgery|practice|cent"
    r"|university|college|general|district|county|royal|pharmacy|nhs|trust|institute"
    r"|school|home)\w*.*$",
    re.I,
)
_POSTCODE = re.compile(r"\b[A-Z]{1,2}\d[A-Z\d]? \d[A-Z]{2}\b")
_ZIP = re.compile(r"\b\d{5}(?:-\d{4})?$")
_HOUSE = re.compile(r"\d+")
_STREETS = ("Street", "Road", "Lane", "Close", "Avenue")


class Surrogates:
    """Surrogates of one patient.

    Parameters
    ----------
    keyed : Keyed
        Where choices come from: key and patient.
    config : DeidentifyConfig
        How far dates move and how NHS numbers are made.
    names : iterable of str
        Whole names that stand in the note or are known: they tell surnames from given names.
    """

    def __init__(self, keyed: Keyed, config: DeidentifyConfig, names: Iterable[str] = ()) -> None:
        self._keyed, self._config = keyed, config
        self._names = SurrogateNames(keyed)
        self._names.learn(names)
        span = 2 * config.max_shift_days
        drawn = keyed.number("days") % span - config.max_shift_days
        self.days = drawn if drawn < 0 else drawn + 1
        """By how many days this patient's dates move; never 0."""

    def replace(self, kind: str, text: str, before: str = "") -> str:
        """What stands for `text` from now on.

        Parameters
        ----------
        kind : str
            Type of the identifier.
        text : str
            The identifier as written.
        before : str
            What stands in front of it in the note.
        """
        if kind == "NAME":
            return self._names.name(text, before)
        if kind == "DATE":
            moved = shifted(text, self.days, day_first=self._config.day_first)
            return "[DATE]" if moved is None else moved
        if kind == "AGE":
            return "90+"
        if kind in ("PLACE", "HOSPITAL", "ADDRESS"):
            return self._place(kind, text)
        if kind in ("EMAIL", "URL", "IP"):
            return self._contact(kind, text)
        return self._number(kind, text)

    def _place(self, kind: str, text: str) -> str:
        plain = " ".join(text.lower().split())
        town = self._keyed.pick(lexicon.entries("towns"), "town", plain)
        if kind == "PLACE":
            return town.upper() if text.isupper() else town
        if kind == "HOSPITAL":
            ending = _HOSPITAL_KIND.search(text)
            return f"{town} {ending[0]}" if ending and ending.start() else f"{town} Hospital"
        return self._address(text, plain, town)

    def _address(self, text: str, plain: str, town: str) -> str:
        """As many of house, street, town and code as there were."""
        code = _POSTCODE.search(text) or _ZIP.search(text)
        made = self.figures(code[0], "code") if code else ""
        if code and code[0] == text:
            return made
        street = self._keyed.pick(sorted(lexicon.entries("towns")), "street", plain).split()[0]
        house = _HOUSE.search(text)
        first = (
            f"{self.figures(house[0], 'house')} {street} {self._keyed.pick(_STREETS, 'road', plain)}" if house else ""
        )
        return ", ".join(part for part in (first, town, made) if part)

    def _contact(self, kind: str, text: str) -> str:
        low = text.lower()
        if kind == "IP":  # ranges set aside for documentation: RFC 5737, RFC 3849
            last = self._keyed.number("ip", low) % 254 + 1
            return f"2001:db8::{last:x}" if ":" in text else f"192.0.2.{last}"
        # names set aside for examples: RFC 2606
        token = f"{self._keyed.number(kind, low) % 16**8:08x}"
        return f"user-{token}@example.org" if kind == "EMAIL" else f"https://example.org/{token}"

    def _number(self, kind: str, text: str) -> str:
        digits = re.sub(r"\D", "", text)
        if kind == "NHS" and len(digits) == 10:
            return _filled(text, self._nhs(digits))
        if kind == "SSN" and len(digits) == 9:
            # no number has begun with 9 since the scheme began (SSA, "The SSN Numbering Scheme")
            return _filled(text, f"9{self._keyed.digits(8, 'ssn', digits)}")
        if kind == "PHONE" and len(digits) in (10, 11) and not text.startswith(("+44", "0", "(0")):
            return _filled(text, f"{digits[:-10]}{self._area(digits)}55501{self._keyed.digits(2, 'phone', digits)}")
        if kind == "PHONE" and text.startswith(("+44", "0", "(0")):
            return self._british(text, digits)
        return self.figures(text, kind)

    def _british(self, text: str, digits: str) -> str:
        """A number that Ofcom has set aside for drama, 01632 960xxx."""
        code = re.match(r"440?|0", digits)
        new = f"{code[0] if code else ''}1632960{self._keyed.digits(3, 'phone', digits[-9:])}"
        return _filled(text, new) if len(new) == len(digits) else self.figures(text, "PHONE")

    def _area(self, digits: str) -> str:
        return str(200 + self._keyed.number("area", digits) % 700)

    def _nhs(self, digits: str) -> str:
        """A number of the range 999, which is given to nobody, with a right or wrong check digit as configured."""
        for attempt in range(1000):
            nine = f"999{self._keyed.digits(6, 'nhs', f'{digits}/{attempt}')}"
            check = nhs.check_digit(nine)
            if check < 10:
                return f"{nine}{check if self._config.valid_nhs_numbers else (check + 1) % 10}"
        raise AssertionError("one of eleven sets of nine digits has no check digit")

    def figures(self, text: str, purpose: str) -> str:
        """Other digits for digits and other letters for letters, all else as it was."""
        plain = re.sub(r"[\W_]", "", text).lower()
        drawn = iter(self._keyed.digits(2 * len(text), purpose, plain))
        return "".join(self._figure(letter, int(next(drawn) + next(drawn))) for letter in text)

    @staticmethod
    def _figure(old: str, drawn: int) -> str:
        if old.isdecimal():
            return str(drawn % 10)
        if old.isalpha():
            new = "ABCDEFGHJKLMNPRSTUVWXY"[drawn % 22]
            return new if old.isupper() else new.lower()
        return old


def _filled(text: str, digits: str) -> str:
    """`text` with its digits replaced in order."""
    waiting = iter(digits)
    return re.sub(r"\d", lambda _: next(waiting), text)
