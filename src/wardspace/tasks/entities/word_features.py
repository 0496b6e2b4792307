"""What a conditional random field over words sees of each word: the word, its form, and its neighbours."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache

from wardspace.objectives.supervised.tags import TagSpan

_EDGES = (2, 3, 4)
"""Characters of prefixes and suffixes."""
_SIGNS = ((re.compile(r"[^\W\d_a-z]"), "X"), (re.compile(r"[a-z]"), "x"), (re.compile(r"\d"), "d"))
_REPEATED = re.compile(r"(.)\1+")
_NOTHING = ("word=", "shape=", "last3=")
"""What is seen before the first word and after the last."""


def features(words: Sequence[str], known: Iterable[TagSpan] = ()) -> list[list[str]]:
    """Features of every word.

    Parameters
    ----------
    words : sequence of str
        Words of a text, in order.
    known : iterable of TagSpan
        Where a dictionary finds mentions.
    """
    ends = [_NOTHING] * 2
    own = [*ends, *map(_own, words), *ends]
    found = []
    for at in range(2, len(words) + 2):
        near = [f"{step}:{one}" for step in (-2, -1, 1, 2) for one in own[at + step][:3]]
        here, before, after = (own[place][0] for place in (at, at - 1, at + 1))
        found.append([*own[at], *near, f"{before}|{here}", f"{here}|{after}"])
    for first, last, kind in known:
        for place in range(first, last):
            where = "only" if last - first == 1 else "first" if place == first else "later"
            found[place] += [f"known={kind}", f"known={kind}, {where}"]
    return found


@lru_cache(maxsize=2**17)
def _own(word: str) -> tuple[str, ...]:
    """Features of a word by itself; the first three describe it to its neighbours too."""
    lower, form = word.lower(), word
    for pattern, sign in _SIGNS:
        form = pattern.sub(sign, form)
    shape = _REPEATED.sub(r"\1", form)
    edges = [f"first{n}={lower[:n]}" for n in _EDGES] + [f"last{n}={lower[-n:]}" for n in _EDGES]
    return (f"word={lower}", f"shape={shape}", f"last3={lower[-3:]}", f"form={form}", *edges)
