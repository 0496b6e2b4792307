"""The shapes in which clinical notes write dates, with their parts named: `d` day, `m` month, `y` year.

A weekday, a time of day and a year alone are no dates here (the US Safe Harbor rule, 45 CFR 164.514(b)(2), lets years
stand), nor are the clinical fractions `4/52` (four weeks) and `3/12` (three months) without a word that makes them one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from wardspace.corpus.deidentify.findings import Finding
from wardspace.corpus.deidentify.rules.dates_abroad import SHAPES_ABROAD, languages_of_dates
from wardspace.corpus.deidentify.rules.days import days

_MONTH = (
    r"(?P<name>(?i:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug"
    r"(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?))(?:\."
    r"(?=[ ]?['’\d]))?"
)
_DAY = r"(?P<d>3[01]|[12]\d|0?[1-9])"
_NTH = r"(?P<nth>(?i:st|nd|rd|th))?"
_EARLIER = r"(?:(?P<d0>3[01]|[12]\d|0?[1-9])(?i:st|nd|rd|th)?[ ]?(?:-|–|to|and|&)[ ]?)?"
_YEAR4 = r"(?P<y>(?:19|20)\d\d)"
_YEAR = r"(?P<y>(?:19|20)\d\d|['’]?\d\d(?![\d:/%]|\.\d))"
_START, _END = r"(?<![\w/.\-])", r"(?![\w/\-]|\.\d)"
_CUES = (
    *("on", "On", "since", "from", "dated", "until", "till", "by", "date", "date:", "Date:", "admitted", "visit"),
    *(
        "visited",
        "dx",
        "d/c",
        "evaluated",
        "treated",
        "seen",
        "discharged",
        "due",
        "reviewed",
        "last seen",
        "between",
        "after",
    ),
    *("before", "DOB", "DOB:"),
)
_CUED = "|".join(rf"(?<=\b{cue} )" for cue in _CUES)

_SHAPES = (
    # 2023-04-12, 2023/4/12, 2023.04.12, also before a T with the time
    (0.95, rf"(?<![\w/.\-])(?P<y>(?:19|20)\d\d)(?P<sep>[-/.])(?P<m>1[0-2]|0?[1-9])(?P=sep){_DAY}(?!\d|[-/.]\d)"),
    # 12/04/2023, 12.04.2023, 12-4-2023
    (0.95, rf"{_START}(?P<a>3[01]|[12]\d|0?[1-9])(?P<sep>[-/.])(?P<b>3[01]|[12]\d|0?[1-9])(?P=sep){_YEAR4}{_END}"),
    # 12/4/23, 12.04.23, 12-04-23
    (0.85, rf"{_START}(?P<a>3[01]|[12]\d|0?[1-9])/(?P<b>3[01]|[12]\d|0?[1-9])/(?P<y>['’]?\d\d){_END}"),
    (0.8, rf"{_START}(?P<a>3[01]|[012]\d)(?P<sep>[-.])(?P<b>3[01]|[012]\d)(?P=sep)(?P<y>\d\d){_END}"),
    # 12 Apr 2023, 12th of April '23, 12-Apr-2023, 12Apr2023, 12-14 April 2023, 12 April
    (
        0.95,
        rf"(?<![\w/.]){_EARLIER}{_DAY}{_NTH}[ ]?(?:[-/]|of[ ]|the[ ])?[ ]?{_MONTH}(?:[ ]?[-,/]?[ ]?{_YEAR})?(?![\w])",
    ),
    # April 12th, 2023, Apr 12 '23, April 12-14, 2023, April 12
    (
        0.95,
        rf"(?<!\w){_MONTH}[ ]?(?:the[ ])?{_EARLIER}{_DAY}{_NTH}(?:(?:,[ ]?|[ ])(?:of[ ])?{_YEAR})?"
        r"(?![\w/%]|\.\d|[ ]?(?:mg|ml|mcg|g)\b)",
    ),
    # April 2023, Apr '23, Apr-23
    (0.9, rf"(?<!\w){_MONTH},?(?:[ ](?:of[ ])?|-|/)(?P<y>(?:19|20)\d\d|['’]\d\d)(?!\w)"),
    (0.8, rf"(?<!\w){_MONTH}-(?P<y>\d\d)(?!\w)"),
    # 2023-Apr-12, 2023 April 12, Apr-12-2023
    (0.9, rf"(?<![\w/.\-])(?P<y>(?:19|20)\d\d)(?:[-/]|,?[ ]){_MONTH}[-/ ]{_DAY}{_NTH}(?![\w/\-])"),
    (0.9, rf"(?<![\w/.\-]){_MONTH}[-/]{_DAY}[-/](?P<y>(?:19|20)?\d\d)(?![\w/\-])"),
    # 12 / 04 / 2023, 12- 04-2023
    (
        0.85,
        rf"{_START}(?P<a>3[01]|[12]\d|0?[1-9])[ ]?(?P<sep>[-/])[ ]?(?P<b>3[01]|[12]\d|0?[1-9])[ ]?(?P=sep)[ ]?"
        rf"{_YEAR4}{_END}",
    ),
    # 2023-04
    (0.8, rf"{_START}(?P<y>(?:19|20)\d\d)[-/](?P<m>1[0-2]|0[1-9]){_END}"),
    # 04/2023
    (0.85, rf"{_START}(?P<m>1[0-2]|0?[1-9])/{_YEAR4}{_END}"),
    # last July, in March, since early May
    (
        0.7,
        r"(?<!\w)(?=[JFMASONDLNTlntp])(?:(?:[Ll]ast|[Nn]ext|[Tt]his|past)[ ]|(?<=\bin )|(?<=\bIn )|(?<=\bsince )"
        r"|(?<=\buntil )|(?<=\bearly )|(?<=\bmid )|(?<=\bmid-)|(?<=\blate )|(?<=\bduring ))"
        rf"(?=[JFMASOND]){_MONTH}(?![\w'-]|\.?[ ]?['\d]|[ ](?:the|of)\b)",
    ),
    # 20230412
    (0.6, r"(?<![\w\-])(?P<y>(?:19|20)\d\d)(?P<m>1[0-2]|0[1-9])(?P<d>3[01]|[12]\d|0[1-9])(?![\w\-])"),
    # on 3-5-22, DOB 3.5.22: one digit alone, only where a word before says that it is a date
    (
        0.7,
        rf"(?=\d)(?:{_CUED})(?P<a>3[01]|[12]\d|0?[1-9])(?P<sep>[-.])(?P<b>3[01]|[12]\d|0?[1-9])(?P=sep)(?P<y>\d\d){_END}",
    ),
    # on 4/12: day and month alone, only where a word before says that it is a date
    (
        0.6,
        rf"(?=\d)(?:{_CUED})(?P<a>3[01]|[12]\d|0?[1-9])/(?P<b>3[01]|[12]\d|0?[1-9])(?![\d/%.]*\d|[ ]?(?:%"
        r"|mm|strength|power|murmur|pain|in\b))",
    ),
)


@dataclass(frozen=True, slots=True)
class Shape:
    """One way to write a date.

    Attributes
    ----------
    score : float
        How sure it is.
    pattern : re.Pattern
        Its expression on folded text, with the groups named above.
    language : str
        Of the month's name, ISO 639-1.
    """

    score: float
    pattern: re.Pattern[str]
    language: str = "en"


SHAPES = (
    *(Shape(score, re.compile(pattern)) for score, pattern in _SHAPES),
    *(Shape(score, re.compile(pattern), language) for score, language, pattern in SHAPES_ABROAD),
)
"""The first that matches at a place counts."""


def dates(text: str) -> Iterator[tuple[float, re.Match[str]]]:
    """Dates in `text`, each shape for itself: a longer shape may hold a shorter one."""
    languages = languages_of_dates(text)
    for shape in SHAPES:
        if shape.language in languages:
            for match in shape.pattern.finditer(text):
                if _plausible(match):
                    yield shape.score, match


def _plausible(match: re.Match[str]) -> bool:
    parts = match.groupdict()
    if parts.get("a") is not None:
        return min(int(parts["a"]), int(parts["b"])) <= 12
    name = parts.get("name")
    # "may 12" is rather a verb than a month; "sep", "mar" and "dec" in small letters are left to their day
    return name is None or name != "may" or parts.get("y") is not None or parts.get("nth") is not None


class DateDetector:
    """Dates in clinical shorthand."""

    name = "dates"

    def find(self, text: str, found: Sequence[Finding]) -> list[Finding]:
        """Dates in `text`."""
        named = [Finding(start, end, "DATE", 0.7, self.name) for start, end in days(text)]
        return named + [Finding(*match.span(), "DATE", score, self.name) for score, match in dates(text)]
