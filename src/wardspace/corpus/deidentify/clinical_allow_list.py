"""Clinical words that look like names or places: eponyms, drugs, devices.

Parkinson in "Parkinson's disease" is nobody; Dr. Parkinson is. So the guard looks at what is around a finding.
"""

from __future__ import annotations

import re
from functools import cache

from wardspace.corpus.deidentify import lexicon

_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
_AFTER = re.compile(r"(?:['’]s?)?(?:[ \t]*[-/–][ \t]*[^\W\d_]+)*[ \t\n]+([^\W\d_]+)(?:[ \t]+([^\W\d_]+))?")


def clinical(word: str) -> bool:
    """Whether a word alone is an eponym, a drug or a device."""
    plain = lexicon.bare(word)
    known = lexicon.clinical_names()
    return plain in known or (plain.endswith("s") and plain[:-1] in known)


def headed(text: str, end: int) -> bool:
    """Whether a clinical noun follows: Parkinson's *disease*, Foley *catheter*, Glasgow *coma scale*."""
    after = _AFTER.match(text, end)
    if after is None:
        return False
    heads = lexicon.words("heads")
    return any(word is not None and word.lower() in heads for word in after.groups())


def protects(text: str, start: int, end: int) -> bool:
    """Whether a stretch that was taken for a name or place is clinical.

    It is if each of its words is an eponym, drug or device, or, where a clinical noun follows, if its last one is.
    Common surnames are protected in whole phrases alone: Smith is a person unless it is Smith's fracture.
    """
    if _phrases().match(text, start):
        return True
    found = _WORD.findall(text[start:end])
    if not found:
        return False
    if clinical(found[-1]) and (headed(text, end) or (len(found) == 1 and text[end : end + 2] in ("'s", "’s"))):
        return True
    return all(clinical(word) or lexicon.common(word) for word in found) and not _named(found)


@cache
def _phrases() -> re.Pattern[str]:
    return re.compile(rf"(?:{lexicon.phrases('clinical_phrases')})\b")


def _named(found: list[str]) -> bool:
    """A given name before one that may be both: John Wilson."""
    if len(found) < 2 or found[0].lower() not in lexicon.given_names():
        return False
    return not lexicon.common(found[0]) or found[-1].lower() in lexicon.words("surnames")
