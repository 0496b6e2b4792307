"""How names are written: the pieces of regular expressions that the detectors of names and places share."""

from __future__ import annotations

UPPER = "A-ZÀ-ÖØ-ÞĀĂĄĆČĎĐĒĘĚĞĢĪİĶŁĽĻŃŇŅŐŒŘŚŠŞȘŤŢȚŪŮŰŲŸŹŽŻ"
LOWER = "a-zß-öø-ÿāăąćčďđēęěğģīıķłľļńňņőœřśšşșťţțūůűųźžż"

_PREFIX = rf"(?:[OD]['’](?=[{UPPER}])|Ma?c(?=[{UPPER}]))?"
_CAPITALISED = rf"{_PREFIX}[{UPPER}][{LOWER}]+(?:[{UPPER}][{LOWER}]+)?"
WORD = rf"(?:{_CAPITALISED}(?:[-‐]{_CAPITALISED}){{0,3}}(?![{LOWER}{UPPER}\d]))"
"""A capitalised word of two letters or more: Smith, O'Neil, McDonald, Jean-Luc."""

CAPITALS = rf"(?:(?:[OD]['’])?[{UPPER}]{{2,}}(?:['’-][{UPPER}]{{2,}})*(?![{LOWER}\d]))"
"""A word in capitals."""

INITIAL = rf"(?:[{UPPER}](?:\.|(?![{UPPER}{LOWER}\d'’.-])))"
"""One letter, with a full stop or alone."""

PARTICLE = (
    r"(?:[Vv]an|[Vv]on|[Dd]er|[Dd]en|[Dd]el|[Dd]ella|[Dd]e|[Dd]i|[Dd]a|[Dd]os|[Ll]a|[Ll]e|[Ee]l|[Aa]l"
    r"|bin|ibn|ter|ten|Mac|St\.?)"
)
"""A small word inside a surname."""

GAP = r"[ \t]{1,2}"
ANY = rf"(?:{WORD}|{CAPITALS})"

NAME = (
    rf"(?:(?:{INITIAL}[ \t]?){{0,3}}(?:{PARTICLE}{GAP}){{0,3}}{ANY}(?:{GAP}(?:{INITIAL}|"
    rf"(?:{PARTICLE}{GAP}){{0,2}}{ANY})){{0,3}})"
)
"""One to four words and initials, with particles."""

FULL = (
    rf"(?:(?:{INITIAL}[ \t]?){{1,3}}(?:{PARTICLE}{GAP}){{0,2}}{WORD}|{WORD}"
    rf"(?:{GAP}{INITIAL}){{0,2}}{GAP}(?:(?:{PARTICLE}{GAP}){{0,2}}{WORD}|{INITIAL}))"
)
"""Two words at least, one of which may be initials."""
