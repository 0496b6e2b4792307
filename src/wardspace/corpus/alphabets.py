"""Which encoding makes the likeliest letters of some bytes, among those that charset detection mistakes for each other.

Latin one-byte encodings decode nearly anything, and differ in a few letters: the right one gives those of one language.
"""

from __future__ import annotations

import re
from collections import Counter

_ALPHABETS = (
    "äöüß",
    "àâæçéèêëîïôœùûüÿ",
    "áéíñóúü¿¡ºª",
    "áàâãçéêíóôõúüºª",
    "àèéìíòóù",
    "åäöæøé",
    "áðéíóúýþæö",
    "ëïéèöüá",
    "ąćęłńóśźż",
    "áčďéěíňóřšťúůýž",
    "áäčďéíĺľňóôŕšťúýž",
    "áéíóöőúüű",
    "čćđšž",
    "ăâîşţ",
    "çğıöşüâ\u0307",
)
"""German, French, Spanish, Portuguese, Italian, Nordic, Icelandic, Dutch, Polish, Czech, Slovak, Hungarian, South
Slavic, Romanian, Turkish."""
_SIGNS = "°±µ§€£²³½¼«»·×–—‘’“”„…•™®©\xa0"
"""Found in notes of any language."""

LATIN = ("cp1252", "iso8859-15", "cp1250", "iso8859-2", "cp1254")
"""Encodings told apart, the commonest first."""

_FRACTION_IN_WORD = re.compile(r"[¼½¾](?=[^\W\d_])")
_HIRAGANA = re.compile("[\u3041-\u3096]")
_SHARE_OF_HIRAGANA = 0.15


def likeliest_latin(sample: bytes) -> str:
    """The one of `LATIN` under which most letters of a sample are those of a single language."""
    return max(LATIN, key=lambda name: _share(sample.decode(name, "replace")))


def is_japanese(sample: bytes) -> bool:
    """Whether bytes make Japanese in EUC-JP; Chinese and Korean encodings hold most of these bytes too."""
    text = sample.decode("euc_jp", "ignore")
    coded = sum(not sign.isascii() for sign in text)
    return len(_HIRAGANA.findall(text)) > _SHARE_OF_HIRAGANA * coded and 2 * coded > 0.9 * _high(sample)


def _high(sample: bytes) -> int:
    return sum(code > 127 for code in sample)


def _share(text: str) -> float:
    letters = Counter(sign for sign in text.lower() if not sign.isascii())
    best = max(sum(letters[sign] for sign in set(alphabet)) for alphabet in _ALPHABETS)
    odd = len(_FRACTION_IN_WORD.findall(text))
    return (best + sum(letters[sign] for sign in _SIGNS) - odd) / max(1, letters.total())
