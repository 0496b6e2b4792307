"""Ages over 89, which the Safe Harbor rule (45 CFR 164.514(b)(2)) counts among identifiers, in figures and in words."""

from __future__ import annotations

import re
from collections.abc import Sequence

from wardspace.corpus.deidentify.findings import Finding

_ONES = "one|two|three|four|five|six|seven|eight|nine"
_IN_WORDS = (
    rf"ninety(?:[ -]?(?:{_ONES}))?|(?:a|one)[ -]hundred(?:[ ](?:and[ ])?(?:{_ONES}|ten|eleven|twelve))?",
    # German, French, Spanish, Chinese
    r"(?:(?:ein|zwei|drei|vier|funf|fuenf|sechs|sieben|acht|neun)und)?neunzig|(?:ein)?hundert(?:eins|zwei|drei|vier)?",
    r"quatre[- ]vingts?[- ](?:dix(?:[- ](?:sept|huit|neuf))?|onze|douze|treize|quatorze|quinze|seize)"
    r"|cent(?:[ ](?:un|deux|trois|quatre))?",
    r"noventa(?:[ ]y[ ](?:un[oa]?|dos|tres|cuatro|cinco|seis|siete|ocho|nueve))?|cien|ciento[ ](?:un[oa]?|dos|tres)",
    r"九十[一二三四五六七八九]?|一百(?:零[一二三四五六七八九]|一?十[一二三四五六七八九]?)?",
)
_FIGURES = r"(?<![\d./-])(?P<age>9\d|1[01]\d|120)"
_ENGLISH, _GERMAN, _FRENCH, _SPANISH, _CHINESE = (rf"(?:{_FIGURES}|(?<!\w)(?P<words>{words}))" for words in _IN_WORDS)
_SEX = r"(?:[MF]|male|female|man|woman|lady|gentleman)\b"
# 90 years of smoking, 90 years ago: no ages
_DURATION = r"(?![ ]*[-]?(?:of(?![ ]age)|ago|later|history|hx|h/o|smok|pack|duration|after|before|prior|since))"

_ENGLISH_AGES = (
    (
        rf"{_ENGLISH}[ \-–]?(?:years?|yrs?|y)"
        rf"(?:[ \-–./]*(?:old|of[ ]age|o)\b|\.?(?=[ ]?(?:[,;.)\n]|$|{_SEX})){_DURATION})",
        re.I,
    ),
    (rf"{_ENGLISH}[ -]?(?:y\.?o\b|y/o|yo[mf]?\b)", re.I),
    (rf"{_FIGURES}(?:(?:yrs?|y)\b{_DURATION}|(?:st|nd|rd|th)[ ]birthday)", re.I),
    (rf"\b(?:aged|age|age[ ]of|turn(?:s|ed|ing))[ :=]*{_ENGLISH}(?![/.]*\d|[ ]?%)", re.I),
    (rf"{_FIGURES}[ ]?{_SEX}(?![/ ]*\d)", 0),
    (
        r"\bin(?:to)?[ ](?:his|her|their|the)[ ](?:(?:early|mid|late|mid to late)[ -]?)?"
        r"(?P<age>(?:9|10)0'?s|(?P<words>nineties))\b",
        re.I,
    ),
    (r"\b(?P<age>nonagenarian|(?P<words>centenarian))", re.I),
)
_GERMAN_AGES = (
    (rf"{_GERMAN}[ -]?(?:jahr(?:e[ ]alt|e|ig(?:e[rnms]?)?|iges)|jaehrig(?:e[rnms]?)?|j\.)(?!\w)", re.I),
    (rf"\balter[ :]*(?:von[ ])?{_GERMAN}(?![/.]*\d)", re.I),
)
_FRENCH_AGES = ((rf"{_FRENCH}[ ]?ans\b", re.I),)
_SPANISH_AGES = ((rf"{_SPANISH}[ ]?anos\b", re.I), (rf"\bedad[ :]*(?:de[ ])?{_SPANISH}(?![/.]*\d)", re.I))
_CHINESE_AGES = (
    (rf"{_CHINESE}[ ]?(?:多|余)?[ ]?周?[岁歲歳]", 0),
    (rf"(?:年龄|年齡|年齢)[ :：为]*{_CHINESE}", 0),
)
_AGES = tuple(
    (hints, tuple(re.compile(pattern, flags) for pattern, flags in patterns))
    for hints, patterns in (
        (("y", "age", "9", "1", "in the"), _ENGLISH_AGES),
        (("jahr", "jaehr", "alter", "j."), _GERMAN_AGES),
        (("ans",), _FRENCH_AGES),
        (("anos", "edad"), _SPANISH_AGES),
        (("岁", "歲", "歳", "年"), _CHINESE_AGES),
    )
)
"""Expressions, each language's with what a text holds that has such an age."""
_HINT = re.compile(r"9\d|1[012]\d|ninet|nonagen|centenar|hundred|neunzig|hundert|vingt|cent |noventa|cien|九十|一百")


class AgeDetector:
    """Ages over 89 in English, German, French, Spanish and Chinese."""

    name = "ages"

    def find(self, text: str, found: Sequence[Finding]) -> list[Finding]:
        """The numbers of ages over 89."""
        low = text.lower()
        if not _HINT.search(low):
            return []
        patterns = (pattern for hints, each in _AGES if any(hint in low for hint in hints) for pattern in each)
        matches = (match for pattern in patterns for match in pattern.finditer(text))
        return [Finding(*match.span("age" if match["age"] else "words"), "AGE", 0.9, self.name) for match in matches]
