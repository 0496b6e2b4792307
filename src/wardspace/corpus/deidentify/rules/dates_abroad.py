"""Dates as German, French, Spanish and Chinese notes write them."""

from __future__ import annotations

import re

from wardspace.corpus.deidentify.rules.months import DAY_ZH, MONTH_ZH, YEAR_ZH, names

_D = r"(?P<d>3[01]|[12]\d|0?[1-9])"
_M = r"(?P<m>1[0-2]|0?[1-9])"
_Y = r"(?P<y>(?:19|20)\d\d)"
_FROM = r"(?:(?P<d0>3[01]|[12]\d|0?[1-9])\.?[ ]?(?:-|–|bis|und|/|au|et|al|a|y)[ ]?)?"
_GERMAN_CUE = "|".join(
    rf"(?<=\b{cue} )" for cue in ("am", "vom", "bis", "seit", "ab", "zum", "den", "von", "geb", "geb.", "dem")
)


def _full(language: str) -> str:
    return rf"(?P<name>(?i:{names(language, short=False)}))"


def _short(language: str) -> str:
    return rf"(?P<name>(?i:{names(language, short=True)}))\.?"


def _german(month: str, gap: str = r"\.[ ]?") -> str:
    return rf"(?<![\w/]){_FROM}{_D}{gap}{month}(?:[ ]{{0,2}}{_Y})?(?!\w)"


SHAPES_ABROAD = (
    # 15. März 2024, 15 März 2024, 12.-14. März, 15. Okt. 2024
    (0.95, "de", _german(_full("de"), r"(?:\.[ ]?|[ ]?(?=[A-Z]))")),
    (0.95, "de", _german(_short("de"))),
    # Mai 2024; capitalised, or it is French
    (0.9, "de", rf"(?<!\w)(?=[A-Z]){_full('de')}[ ]{_Y}(?!\w)"),
    (0.9, "de", rf"(?<!\w)(?=[A-Z]){_short('de')}[ ]{_Y}(?!\w)"),
    # 3. 5. 2024, am 15.03., am 3.5.24
    (0.9, "de", rf"(?<![\w/.\-]){_D}\.[ ]{_M}\.[ ]?{_Y}(?!\w)"),
    (0.8, "de", rf"(?=\d)(?:{_GERMAN_CUE}){_D}\.[ ]?{_M}\.(?:[ ]?(?P<y>\d\d)(?!\d|[.,:]\d|[ ]?%))?(?![\d/])"),
    # 3 mai 2024, 1er mai, 3 oct. 2024, mai 2024
    (0.95, "fr", rf"(?<![\w/]){_FROM}(?:{_D}|(?P<d1>premier))(?P<nth>er)?[ ]{_full('fr')}(?:[ ]{_Y})?(?!\w)"),
    (0.95, "fr", rf"(?<![\w/]){_FROM}{_D}(?P<nth>er)?[ ]{_short('fr')}[ ]{_Y}(?!\w)"),
    (0.9, "fr", rf"(?<!\w){_full('fr')}[ ]{_Y}(?!\w)"),
    (0.9, "fr", rf"(?<!\w){_short('fr')}[ ]{_Y}(?!\w)"),
    # 15 märz 2024: after the French, whose months are small, too
    (0.9, "de", _german(_full("de"), "[ ]?")),
    # 3 de mayo de 2024, 1o de mayo, 3-mayo-2024, 3 mar 2024, mayo 3 de 2024, mayo de 2024
    (
        0.95,
        "es",
        rf"(?<![\w/]){_FROM}(?:{_D}(?P<nth>[o°])?|(?P<d1>[Pp]rimero))(?:[ ](?:de[ ])?|[-/]){_full('es')}"
        rf"(?:(?:,?[ ](?:del?[ ](?:ano[ ])?)?|[-/]){_Y})?(?!\w)",
    ),
    (0.9, "es", rf"(?<![\w/]){_D}(?:[ ](?:de[ ])?|[-/]){_short('es')}(?:,?[ ](?:del?[ ])?|[-/]){_Y}(?!\w)"),
    (0.95, "es", rf"(?<!\w){_full('es')}[ ]{_D},?[ ](?:del?[ ])?{_Y}(?!\w)"),
    (0.9, "es", rf"(?<!\w){_full('es')}[ ](?:del?[ ])?{_Y}(?!\w)"),
    (0.9, "es", rf"(?<!\w){_short('es')}[ ](?:del?[ ])?{_Y}(?!\w)"),
    # le 3/5, el 3/5
    (0.6, "fr", rf"(?=\d)(?:(?<=\b[Ll]e )|(?<=\b[Ee]l )){_D}/{_M}(?![\d/%.]*\d|[ ]?%)"),
    # 2024年3月15日, 3月15日, 2024年3月, 二〇二四年三月十五日
    (
        0.95,
        "zh",
        rf"(?<!\d)(?:(?P<y>(?:19|20)\d\d|{YEAR_ZH})[ ]?年[ ]?)?(?P<m>1[0-2]|0?[1-9]|{MONTH_ZH})[ ]?月[ ]?"
        rf"(?P<d>3[01]|[12]\d|0?[1-9]|{DAY_ZH})[ ]?[日号號]",
    ),
    (0.9, "zh", rf"(?<!\d)(?P<y>(?:19|20)\d\d|{YEAR_ZH})[ ]?年[ ]?(?P<m>1[0-2]|0?[1-9]|{MONTH_ZH})[ ]?月(?![ ]?\d)"),
)
"""How sure each is, the language of its month, and its expression on folded text."""


_WORDS = re.compile("[a-z]+")


def _names(*languages: str) -> set[str]:
    return {name for each in languages for short in (False, True) for name in names(each, short=short).split("|")}


_OWN = frozenset(_names("de", "fr", "es") - _names("en"))
# dates whose months are figures, or have the names of English ones
_FORMS = re.compile(
    r"\d\.[ ]?(?:\d\d?\.|Apr|Aug|Sep|Nov|Jan|Feb|Mar|Jun|Jul)|\b(?:am|vom|bis|seit|ab|zum|den|geb\.?)[ ]\d\d?\."
    r"|\b[LlEe][el][ ]\d|\d[ ]de[ ]"
)


def languages_of_dates(text: str) -> set[str]:
    """In which languages it is worth while to look for dates in a folded text: most notes have those of one alone."""
    languages = {"en"}
    if not _OWN.isdisjoint(_WORDS.findall(text.lower())) or _FORMS.search(text):
        languages |= {"de", "fr", "es"}
    return languages | {"zh"} if "月" in text else languages
