"""Days that notes name without a date of their own: holidays, weekdays, ordinals in words, lists, slips of spelling.

They are hidden; a surrogate could not move them, so they become a tag.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

_YEAR = r"(?:(?:,?[ ](?:of[ ])?|[ ]?')(?:(?:19|20)\d\d|\d\d(?!\d|:)))?"
_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    r"|nov(?:ember)?|dec(?:ember)?)\.?"
)
_IN_FULL = "(?:January|February|March|April|May|June|July|August|September|October|November|December)"
_NTH = (
    r"(?:twenty[- ](?:first|second|third|fourth|fifth|sixth|seventh|eighth|ninth)|thirty[- ]first|first|second|third"
    r"|fourth|fifth|sixth|seventh|eighth|ninth|tenth|eleventh|twelfth|thirteenth|fourteenth|fifteenth|sixteenth"
    r"|seventeenth|eighteenth|nineteenth|twentieth|thirtieth)"
)
_SLIPS = (  # months as they are often misspelt
    *(
        "janurary",
        "janaury",
        "jannuary",
        "januray",
        "janury",
        "febuary",
        "feburary",
        "februrary",
        "februray",
        "febrary",
    ),
    *("marhc", "mrach", "arpil", "apirl", "apil", "aprill", "juen", "jully", "agust", "augst", "auguest", "septemer"),
    *(
        "septmber",
        "setpember",
        "setember",
        "septembr",
        "septemeber",
        "ocotber",
        "octobr",
        "octber",
        "octuber",
        "novemer",
    ),
    *("novmber", "novembr", "novemeber", "decemer", "decmber", "decembr", "decemeber"),
)
_SLIP = f"(?:{'|'.join(_SLIPS)})"
_DAY = r"(?:3[01]|[12]\d|0?[1-9])(?:st|nd|rd|th)?"
_FIGURES = r"(?:3[01]|[12]\d|0?[1-9])/(?:3[01]|[12]\d|0?[1-9])(?:/(?:19|20)?\d\d)?"
_FEASTS = (
    *(
        "christmas",
        "thanksgiving",
        "new year's",
        "halloween",
        "hanukkah",
        "ramadan",
        "good friday",
        "easter",
        "boxing day",
    ),
    *("juneteenth", "diwali", "passover", "yom kippur", "rosh hashanah", "mardi gras", "cinco de mayo", "black friday"),
    *("lunar new year", "chinese new year", "eid", "fourth of july", "labor day", "labour day", "memorial day"),
    *("independence day", "valentine's day", "mother's day", "father's day", "veterans day", "veterans' day"),
    *("columbus day", "presidents' day", "presidents day", "mlk day", "martin luther king day", "st. patrick's day"),
    *("st patrick's day", "canada day", "australia day", "anzac day", "remembrance day"),
)
_WEEKDAYS = ("sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday")

_FEAST = f"(?:{'|'.join(map(re.escape, _FEASTS))})"
_DAYS = tuple(
    (hints, re.compile(rf"(?<!\w)(?:{pattern})(?!\w)", flags))
    for hints, pattern, flags in (
        (_WEEKDAYS, rf"(?:last|next|this past)[ ](?:{'|'.join(_WEEKDAYS)})", re.I),
        (
            _FEASTS,
            rf"{_FEAST}(?:[ ](?:day|eve|sunday|monday|weekend)){{0,2}}{_YEAR}(?![ ]disease)",
            re.I,
        ),
        (
            _SLIPS,
            rf"{_SLIP}[ ]{_DAY}{_YEAR}|{_DAY}[ ](?:of[ ])?{_SLIP}{_YEAR}|{_SLIP},?[ ](?:of[ ])?(?:19|20)\d\d",
            re.I,
        ),
        # March fifth; the fifth of March, the first week of March
        (("th", "first", "second", "third"), rf"{_IN_FULL}[ ](?:the[ ])?{_NTH}{_YEAR}", 0),
        ((" of ", " in "), rf"(?:(?:first|second|third|last)[ ]week|{_NTH})[ ](?:of|in)[ ]{_IN_FULL}{_YEAR}", 0),
        # Oct 3, 4 and 5, 2023; Oct 3rd/4th; March/April 2022; March and April 2022; March 5 of this year
        (("",), rf"{_MONTH}[ ]{_DAY}(?:(?:,[ ]?|[ ]?(?:/|-|&|and|to)[ ]?){_DAY}){{1,3}}{_YEAR}(?!%|\.\d)", re.I),
        (("20", "19"), rf"{_MONTH}[ ]?(?:/|-|–|and|to)[ ]?{_MONTH},?[ ](?:of[ ])?(?:19|20)\d\d", re.I),
        ((" year",), rf"{_MONTH}[ ]{_DAY},?[ ](?:of[ ])?(?:this|last|next)[ ]year", re.I),
        (("q1", "q2", "q3", "q4"), r"Q[1-4](?:[ ]of)?[ ]'?(?:(?:19|20)\d\d|2\d)", 0),
    )
)
"""Forms, each with what a text in small letters holds that has one."""
_TWO = re.compile(
    rf"(?<![\w/.-])(?P<first>{_FIGURES})(?:[ ]?[-–][ ]?|[ ](?:to|and|through|thru|&)[ ])(?P<second>{_FIGURES})"
    r"(?![\w/%]|\.\d)"
)
_CUE = re.compile(r"(?i:\b(?:on|from|between|since|dated|dates?:?|seen|admitted|visits?|visited|hospitali[sz]ed)) $")
_BEFORE = 15  # characters in which a cue is


def days(text: str) -> Iterator[tuple[int, int]]:
    """Where a folded text names such days, each form for itself."""
    low = text.lower()
    for hints, pattern in _DAYS:
        if any(hint in low for hint in hints):
            yield from (match.span() for match in pattern.finditer(text))
    for match in _TWO.finditer(text):
        if match[0].count("/") > 2 or _CUE.search(text, max(0, match.start() - _BEFORE), match.start()):
            yield match.span("first")
            yield match.span("second")
