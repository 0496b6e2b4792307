"""One spelling for each id, label and other short value, whichever file and format it comes from.

Programs write one and the same number as `1001`, `1001.0`, `1.001e+10` or `1001.0000000000`: pandas turns whole numbers
into fractions where one of them is missing, databases give decimals their zeros. A number has therefore one spelling,
and text that means a number is spelled as that number; text that merely looks like one is left alone.
"""

from __future__ import annotations

import json
import math
import re
import unicodedata
from decimal import Decimal
from typing import Any

from wardspace.config.corpus.cleaning import MissingConfig

_WHOLE = re.compile(r"(-?(?:0|[1-9][0-9]*))\.0+")
_PADDED = re.compile(r"[+-]?[0-9]+\.0+")
_EXPONENT = re.compile(r"-?[1-9](?:\.[0-9]+)?[eE]\+[0-9]{2,3}")
_POINTED = re.compile(r"\S*[0-9]\.[0-9]\S*")
_LONGEST = 64
"""Characters of a number or code at most."""


def canonical(value: Any, *, pointed: bool = False) -> str | None:
    """A value in its one spelling, without outer blanks; None where there is none.

    Numbers are written out in full, without exponents and without zeros behind the point. Text is composed (Unicode
    NFC), and is spelled as a number where it is a whole one with zeros behind its point (`1001.0`) or with the exponent
    that programs give large ones (`1.0000000000002e+16`). All else keeps what distinguishes it: `007`, `1e5`, `+5`,
    `1.50`, digits of any length.

    Parameters
    ----------
    value : object
        As a reader gives it.
    pointed : bool
        Whether a point in a text of this column has a meaning (ICD codes: `428.0` is not `428`), so that zeros behind
        it are kept.

    Examples
    --------
    >>> [canonical(value) for value in (1001, 1001.0, "1001.0", " 007 ", "1e5", 1e10, float("nan"))]
    ['1001', '1001', '1001', '007', '1e5', '10000000000', None]
    """
    if isinstance(value, str):
        return _text(value, pointed)
    if value is None:
        return None
    if isinstance(value, float | Decimal):
        return number(value)
    return json.dumps(_whole(value), ensure_ascii=False, default=str)


class Keys:
    """Reads ids as joins of tables need them.

    Parameters
    ----------
    missing : MissingConfig
        The study's words for missing values.
    """

    def __init__(self, missing: MissingConfig) -> None:
        self._words = frozenset((*missing.words, *missing.words_outside_categories))

    def key(self, value: Any) -> str | None:
        """An id in its one spelling; None where there is none, or a word for a missing value."""
        found = canonical(value)
        return None if found in self._words else found

    def first(self, *values: Any) -> Any:
        """The first of some values that is not missing; None where all are."""
        return next((value for value in values if self.key(value) is not None), None)


def number(value: float | Decimal) -> str | None:
    """A number written out in full; None for one that is none (NaN)."""
    if math.isnan(value):
        return None
    if math.isinf(value):
        return "inf" if value > 0 else "-inf"
    if value == int(value):
        return str(int(value))
    plain = format(value if isinstance(value, Decimal) else Decimal(repr(value)), "f")
    return plain.rstrip("0")


def is_pointed(text: str) -> bool:
    """Whether a point in a text has a meaning: between digits, and not in a whole number (`428.9`, `1.2.840`)."""
    if len(text) > _LONGEST or not _POINTED.fullmatch(text):
        return False
    return not _PADDED.fullmatch(text) and not _EXPONENT.fullmatch(text)


def is_padded(text: str) -> bool:
    """Whether a text is a whole number with zeros behind its point."""
    return len(text) <= _LONGEST and _WHOLE.fullmatch(text) is not None


def is_rounded(text: str) -> bool:
    """Whether a spreadsheet wrote a long number with few of its digits: `1.23457E+10` may have been many numbers."""
    if not _EXPONENT.fullmatch(text):
        return False
    digits, exponent = re.split("[eE]", text.lstrip("-"))
    return len(digits.replace(".", "")) <= min(7, int(exponent))


def _text(value: str, pointed: bool) -> str | None:
    text = value.strip()
    if not text:
        return None
    if not text.isascii():
        return unicodedata.normalize("NFC", text)
    if text[-1].isdigit() and len(text) <= _LONGEST:
        if not pointed and text[-1] == "0" and (whole := _WHOLE.fullmatch(text)):
            return "0" if whole[1] == "-0" else whole[1]
        if "+" in text and _EXPONENT.fullmatch(text):
            return _written_out(text)
    return text


def _written_out(text: str) -> str:
    found = float(text)
    # a fraction of so many digits is a number too, and keeps its digits
    return number(found if found.is_integer() else Decimal(text)) or text


def _whole(value: Any) -> Any:
    """Lists and records with their whole fractions as whole numbers."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, list):
        return [_whole(item) for item in value]
    return {key: _whole(item) for key, item in value.items()} if isinstance(value, dict) else value
