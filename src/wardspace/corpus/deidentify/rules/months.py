"""Names of the months, and the numbers of Chinese dates, as notes write them."""

from __future__ import annotations

import re
from functools import cache

from wardspace.corpus.deidentify.folding import folded

COVERED = {
    "en": "all types",
    "de, fr, es, zh": "known names, dates, ages over 89, numbers and contacts of English or international form; not "
    "tried: other names, addresses, institutions, national numbers",
    "others": "known names, dates in figures, contacts; the rest was not tried",
}
"""What the rules find by language (ISO 639-1); corpus.json says so with the counts."""

_FULL = {
    "en": "January February March April May June July August September October November December",
    "de": "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
    "fr": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
    "es": "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
}
_SHORT = {
    "en": "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec",
    "de": "Jan Feb Mär Apr Mai Jun Jul Aug Sep Okt Nov Dez",
    "fr": "janv févr mars avr mai juin juil août sept oct nov déc",
    "es": "ene feb mar abr may jun jul ago sep oct nov dic",
}
_ALSO = {
    "en": {"sept": 9},
    "de": {"jänner": 1, "feber": 2, "mrz": 3, "sept": 9},
    "fr": {"fév": 2, "jan": 1},
    "es": {"setiembre": 9, "sept": 9, "set": 9},
}


def _plain(names: str) -> list[str]:
    return folded(names).text.lower().split()


@cache
def _numbers(language: str) -> dict[str, int]:
    lists = (enumerate(_plain(names[language]), 1) for names in (_SHORT, _FULL))
    return {name: i for each in lists for i, name in each} | {
        folded(name).text: i for name, i in _ALSO[language].items()
    }


def month_number(name: str, language: str) -> int:
    """Which month, from 1, a name is, whatever its case and accents."""
    return _numbers(language)[folded(name).text.lower()]


def month_name(number: int, written: str, language: str) -> str:
    """The name of a month, in full or short and in the case of another that was written."""
    plain = folded(written).text.lower()
    in_full = plain in _plain(_FULL[language]) or len(plain) > 4
    name = (_FULL if in_full else _SHORT)[language].split()[number - 1]
    if written.isupper():
        return name.upper()
    return name.lower() if written.islower() else name.capitalize()


def names(language: str, *, short: bool) -> str:
    """An expression for the full or the short names of the months, folded."""
    full = _plain(_FULL[language])
    found = [name for name in _numbers(language) if (name not in full) == short]
    return "|".join(sorted(found, key=len, reverse=True))


_DIGITS = "〇一二三四五六七八九"
YEAR_ZH = rf"[零{_DIGITS}]{{4}}"
"""A year in Chinese signs, digit by digit."""
MONTH_ZH = r"十[一二]?|[一二三四五六七八九]"
"""A month in Chinese signs."""
DAY_ZH = r"三十一?|二十[一二三四五六七八九]?|十[一二三四五六七八九]?|[一二三四五六七八九]"
"""A day in Chinese signs."""


def number(written: str) -> int:
    """A number in digits or in Chinese signs, or "primero"."""
    if written[0] not in f"零十{_DIGITS}":
        return 1 if written.lower() in ("primero", "premier") else int(written)
    if "十" not in written:
        return int("".join(str(_DIGITS.index(sign.replace("零", "〇"))) for sign in written))
    tens, _, ones = written.partition("十")
    return 10 * (_DIGITS.index(tens) if tens else 1) + (_DIGITS.index(ones) if ones else 0)


def in_chinese(value: int, written: str) -> str:
    """A number in the signs of another: years digit by digit, months and days with tens."""
    if value > 99:
        signs = "".join(_DIGITS[int(digit)] for digit in str(value))
        return signs.replace("〇", "零") if "零" in written else signs
    tens, ones = divmod(value, 10)
    return f"{_DIGITS[tens] if tens > 1 else ''}{'十' if tens else ''}{_DIGITS[ones] if ones else ''}"


def is_chinese(written: str) -> bool:
    """Whether a number is written in Chinese signs."""
    return re.fullmatch(rf"[零十{_DIGITS}]+", written) is not None
