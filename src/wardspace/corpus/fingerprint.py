"""The fingerprint of a note's text, equal for texts that differ in case, blanks and punctuation alone."""

from __future__ import annotations

import hashlib
import re
import string

_ASIDE = re.compile(r"[\W_]+")
_LOWER = bytes.maketrans(string.ascii_uppercase.encode(), string.ascii_lowercase.encode())
_ASIDE_ASCII = bytes(code for code in range(128) if not chr(code).isalnum())


def normalised(text: str) -> str:
    """The text's letters and digits in lower case; a text that has none stays as it is, without outer blanks."""
    return _ASIDE.sub("", text.casefold()) or text.strip()


def fingerprint(text: str) -> bytes:
    """16 bytes that name the normalised text (BLAKE2b, so that chance collisions do not happen)."""
    if text.isascii():
        # the same as below, a good deal faster for the commonest case
        key = text.encode("ascii").translate(_LOWER, _ASIDE_ASCII) or text.strip().encode("ascii")
    else:
        key = normalised(text).encode("utf-8")
    return hashlib.blake2b(key, digest_size=16).digest()
