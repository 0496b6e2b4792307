"""The word lists of the detectors and surrogates, read once.

`words.txt` holds words that clinical reports write in small letters (drawn by frequency from public vaccine-safety
reports and dictated reports); the other lists were written for this package.
"""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files

from wardspace.corpus.deidentify.folding import folded


def _text(name: str) -> str:
    """A list as the detectors see text: folded."""
    return folded((files("wardspace.corpus.deidentify") / "lists" / f"{name}.txt").read_text(encoding="utf-8")).text


@cache
def words(name: str) -> frozenset[str]:
    """A list of single words, in small letters."""
    return frozenset(_text(name).lower().split())


@cache
def entries(name: str) -> tuple[str, ...]:
    """A list of phrases, one a line, as written."""
    return tuple(line for line in _text(name).splitlines() if line)


@cache
def given_names(sex: str = "") -> frozenset[str]:
    """Given names of `F` or `M`, in small letters; by default of both, with those whose sex no list says."""
    lists = {"F": ("female",), "M": ("male",)}.get(sex, ("female", "male", "given"))
    return frozenset().union(*(words(name) for name in lists))


def phrases(name: str) -> str:
    """A regular expression for any phrase of a list; the longest of several wins."""
    by_letter: dict[str, list[str]] = {}
    for phrase in sorted(entries(name), key=len, reverse=True):
        rest = re.escape(phrase[1:]).replace(r"\ ", r"[ \t]+").replace("'", "['’]")
        by_letter.setdefault(phrase[0], []).append(rest)
    # by their first letter, so that most places in a text cost one comparison for each letter
    return "|".join(f"{re.escape(letter)}(?:{'|'.join(rest)})" for letter, rest in sorted(by_letter.items()))


def bare(word: str) -> str:
    """A word in small letters, without possessive and points."""
    return re.sub(r"['’]s$", "", word).strip(".'’").lower()


def common(word: str) -> bool:
    """Whether clinical text writes the word in small letters (a plural counts as its singular)."""
    plain = bare(word)
    known = _common()
    return plain in known or (plain.endswith("s") and plain[:-1] in known)


@cache
def clinical_names() -> frozenset[str]:
    """Eponyms, drugs and devices, in small letters."""
    return words("eponyms") | words("drugs")


@cache
def person_names() -> frozenset[str]:
    """Given names and surnames, in small letters."""
    return given_names() | words("surnames")


@cache
def _common() -> frozenset[str]:
    return words("words") | words("clinical")
