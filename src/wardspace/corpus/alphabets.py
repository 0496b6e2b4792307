"""Which Latin one-byte encoding makes the likeliest letters of some bytes.

These encodings decode nearly anything, and differ in a few letters. The right one gives letters of one language.
"""

from __future__ import annotations

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
    "çğıöşüâi̇",
)
"""German, French, Spanish, Portuguese, Italian, Nordic, Icelandic, Dutch, Polish, Czech, Slovak, Hungarian, South
Slavic, Romanian, Turkish."""
_SIGNS = "°±µ§€£²³½¼«»·×–—‘’“”„…•™®©\xa0"
"""Found in notes of any language."""

LATIN = ("cp1252", "iso8859-15", "cp1250", "iso8859-2", "cp1254")
"""Encodings told apart, the commonest first."""


def likeliest_latin(sample: bytes) -> str:
    """The one of `LATIN` under which most letters of a sample are those of a single language."""
    codes = Counter(code for code in sample if code > 127)
    return max(LATIN, key=lambda name: _share(codes, name))


def _share(codes: Counter[int], name: str) -> float:
    letters: Counter[str] = Counter()
    for code, count in codes.items():
        letters[bytes([code]).decode(name, "replace").lower()] += count
    best = max(sum(letters[sign] for sign in (*set(alphabet), "i̇")) for alphabet in _ALPHABETS)
    return (best + sum(letters[sign] for sign in _SIGNS)) / max(1, letters.total())
