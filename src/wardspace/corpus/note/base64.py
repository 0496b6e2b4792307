"""Notes that a program has packed into base64."""

from __future__ import annotations

import binascii
import re

from wardspace.corpus.note.encoding import BOMS, likely_latin

_URL_SAFE = bytes.maketrans(b"-_", b"+/")
_PACKED = re.compile(r"[A-Za-z0-9+/_-]+={0,2}")
_SHORTEST, _SHORTEST_LINE = 24, 60
"""Characters of a packed note, and of a line of one that goes over several."""
_CONTROLS = re.compile("[\x00-\x08\x0e-\x1f\x7f]")


def from_base64(data: str) -> bytes | None:
    """The bytes behind base64, with or without line breaks and padding, in the alphabet of text or that of URLs.

    None where it is no base64.
    """
    try:
        packed = "".join(data.split()).encode("ascii").translate(_URL_SAFE).rstrip(b"=")
        # line breaks are common and harmless, anything else is no base64
        return binascii.a2b_base64(packed + b"=" * (-len(packed) % 4), strict_mode=True)
    except (binascii.Error, ValueError):
        return None


def base64_text(text: str) -> str | None:
    """The text that a note of nothing but base64 stands for; None for any other note.

    Ids, hashes and long words are made of the same letters: what is behind them is no readable text of several words.

    Examples
    --------
    >>> base64_text("Q2hlc3QgcGFpbiBzaW5jZSBNb25kYXku")
    'Chest pain since Monday.'
    >>> base64_text("Chest pain since Monday.") is None
    True
    """
    if not _is_packed(text):
        return None
    raw = from_base64(text)
    found = None if raw is None else _decoded(raw)
    if found is None or _CONTROLS.search(found) or not (len(found.split()) > 1 or 2 * _unspaced(found) > len(found)):
        return None
    return found


def _is_packed(text: str) -> bool:
    first, *others = text.split(None, 1) or [""]
    if len(first) < _SHORTEST or (others and len(first) < _SHORTEST_LINE):
        return False
    lines = text.split()
    return all(len(line) == len(first) for line in lines[1:-1]) and bool(_PACKED.fullmatch("".join(lines)))


def _decoded(raw: bytes) -> str | None:
    marked = next((name for bom, name in BOMS if raw.startswith(bom)), None)
    for name in (marked, "utf-8", None if raw.isascii() else likely_latin(raw)):
        try:
            if name:
                return raw.decode(name).removeprefix("\ufeff")
        except UnicodeError:
            continue
    return None


def _unspaced(text: str) -> int:
    return sum(not sign.isascii() and sign.isalpha() for sign in text)
