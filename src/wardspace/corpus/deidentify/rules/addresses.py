"""Postal addresses, postcodes, and towns and states where a word says that somebody is from there."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

from wardspace.corpus.deidentify import clinical_allow_list, lexicon
from wardspace.corpus.deidentify.findings import Finding
from wardspace.corpus.deidentify.rules.name_patterns import LOWER, UPPER, WORD

_STREET = (
    r"(?:Street|St|Road|Rd|Avenue|Ave|Lane|Ln|Drive|Dr|Boulevard|Blvd|Court|Ct|Close"
    r"|Crescent|Cres|Place|Pl|Square|Sq|Terrace|Way|Parkway|Pkwy|Highway|Hwy|Circle|Cir"
    r"|Trail|Grove|Gardens|Hill|Mews|Row|Walk|Green|Park|Rise|View|Loop|Turnpike|Route)"
)
_FLAT = r"(?:(?:Flat|Apt|Apartment|Unit|Studio|Suite|Ste|House)\.?[ ]?#?\w{1,5},?[ ])"
_NUMBER = r"\d{1,5}[A-Za-z]?(?:[-/]\d{1,4})?"
_WORDS = rf"{WORD}(?:[ ]{WORD}){{0,4}}"
UK_POSTCODE = r"(?:GIR[ ]?0AA|[A-Z]{1,2}\d[A-Z\d]?[ ]\d[ABD-HJLNP-UW-Z]{2})"
_STATE = (
    r"(?:A[KLRZ]|C[AOT]|D[CE]|FL|GA|HI|I[ADLN]|K[SY]|LA|M[ADEINOST]|N[CDEHJMVY]|O[HKR]|PA"
    r"|RI|S[CD]|T[NX]|UT|V[AT]|W[AIVY])"
)
_ZIP = r"\d{5}(?:-\d{4})?"

_STREETS = re.compile(
    rf"(?<![\w/.-]){_FLAT}?{_NUMBER}[ ](?:[NSEW]{{1,2}}\.?[ ])?(?:{WORD}[ ]|\d{{1,3}}(?:st"
    rf"|nd|rd|th)[ ]){{1,4}}{_STREET}\b\.?"
    rf"(?:,?[ ](?:Apt|Suite|Ste|Unit|Floor|Flat|\#)\.?[ ]?\#?\w{{1,5}})?"
    rf"(?:(?:,[ ]*|\n[ \t]*){_WORDS}){{0,2}}(?:,?[ ]{_STATE}\b\.?)?(?:,?[ ]{_ZIP}(?!\d))?"
    rf"(?:,?[ \n]{{1,2}}{UK_POSTCODE}\b)?"
)
_TO_POSTCODE = re.compile(
    rf"(?<![\w/.-])(?:{_FLAT}(?:{_NUMBER},?[ ])?|{_NUMBER},?[ ])(?:{_WORDS},?[ \n]{{1,2}}){{1,4}}{UK_POSTCODE}\b"
)
_TO_ZIP = re.compile(rf"(?<![\w.]){WORD}(?:[ ]{WORD}){{0,2}},?[ ]{_STATE}\.?[ ]+{_ZIP}(?!\d)")
_NO_HOUSE = re.compile(
    rf"(?i:\b(?:from|at|on|of|in))[ ](?P<place>(?:{WORD}[ ]){{1,2}}(?:Street|Road|Avenue|Boulevard|Lane|Drive))\b"
)
_POSTCODE = re.compile(rf"(?<![\w-]){UK_POSTCODE}(?![\w-])")
_ZIPPED = re.compile(rf"\b(?i:zip(?:[ -]?code)?|postal code|postcode)[ :#=]*(?:is[ ]|of[ ])?(?P<place>{_ZIP})(?!\d)")
_FROM_ZIP = re.compile(
    rf"\b(?:in|from|near|at|of)[ ](?P<place>{_ZIP})(?![\d/%]|[.,]\d|[ ]?[a-z]{{1,4}}/|[ ](?:mg|ml|units|steps|IU)\b)"
)
_STATE_ZIP = re.compile(rf"(?<!\w){_STATE}\.?[ ]{_ZIP}(?!\d)")
_BOX = re.compile(r"\bP\.?[ ]?O\.?[ ]Box[ ]\d+", re.I)
_CITY_STATE = re.compile(rf"(?<![{UPPER}{LOWER}])(?P<place>{WORD}(?:[ ]{WORD}){{0,2}},[ ]{_STATE})(?!\w|\.?\w)")
_CUED = re.compile(
    r"(?i:\b(?:lives? (?:alone )?in|living in|living near|lived in|resides? in|residing in"
    r"|resident of|residence in|moved (?:here )?(?:to|from)"
    r"|born in|native of|comes? from|originally from|raised in|grew up in|travell?ed (?:to"
    r"|from)|visiting from|home in|is from|was from|patient from|(?<!\w)near|hometown))[ ]"
    rf"(?P<place>{WORD}(?:[ ]{WORD}){{0,2}}(?:,[ ](?:{_STATE}\b|{WORD}))?)"
)


@cache
def _listed() -> re.Pattern[str]:
    return re.compile(
        rf"(?<![{UPPER}{LOWER}-])(?=[{UPPER}])(?:{lexicon.phrases('places')})(?:,[ ](?:{_STATE}\b"
        rf"|{lexicon.phrases('places')}))?(?![{UPPER}{LOWER}-])"
    )


@cache
def _town_and_state() -> re.Pattern[str]:
    return re.compile(
        rf"(?<![{UPPER}{LOWER}])(?P<place>{WORD}(?:[ ]{WORD})?,[ ](?:{lexicon.phrases('places')}))(?![{UPPER}{LOWER}-])"
    )


_NOT_A_PLACE = re.compile(
    r"[ ](?i:heart association|coma|brace|outcome|multiphasic|scale|virus|classification"
    r"|score|stool|criteria|bulletin|strain|consensus)"
)


class AddressDetector:
    """Addresses by street or postcode; towns and states from a list and by cue."""

    name = "places"

    def find(self, text: str, found: Sequence[Finding]) -> list[Finding]:
        """Addresses (ADDRESS) and places (PLACE)."""
        findings = [
            Finding(*match.span(), "ADDRESS", score, self.name)
            for pattern, score in (
                (_STREETS, 0.85),
                (_TO_POSTCODE, 0.95),
                (_TO_ZIP, 0.9),
                (_STATE_ZIP, 0.8),
                (_POSTCODE, 0.7),
                (_BOX, 0.9),
            )
            for match in pattern.finditer(text)
        ]
        findings += [
            Finding(*match.span("place"), "ADDRESS", 0.8, self.name)
            for pattern in (_ZIPPED, _FROM_ZIP, _NO_HOUSE)
            for match in pattern.finditer(text)
        ]
        for match in _listed().finditer(text):
            if not _NOT_A_PLACE.match(text, match.end()) and not (
                clinical_allow_list.clinical(match[0]) and clinical_allow_list.headed(text, match.end())
            ):
                findings.append(Finding(*match.span(), "PLACE", 0.7, self.name))
        return findings + self._cued(text)

    def _cued(self, text: str) -> list[Finding]:
        matches = [*_CUED.finditer(text), *_CITY_STATE.finditer(text), *_town_and_state().finditer(text)]
        return [
            Finding(*match.span("place"), "PLACE", 0.75, self.name)
            for match in matches
            if not all(lexicon.common(word) for word in re.findall(r"[^\W\d_]+", match["place"])[:1])
            and not clinical_allow_list.protects(text, *match.span("place"))
        ]
