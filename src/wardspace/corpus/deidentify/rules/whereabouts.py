"""Institutions and places that no list holds, by the words before and after them: seen at …, from …, our … office."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from wardspace.corpus.deidentify import clinical_allow_list, lexicon
from wardspace.corpus.deidentify.findings import Finding
from wardspace.corpus.deidentify.rules.name_patterns import LOWER, TITLE_ALONE, UPPER, WORD

_PART = rf"(?:(?:St|Mt|Ft)\b\.?|{WORD}(?:'s?)?)"
_JOINED = rf"(?:[{UPPER}]{{2,5}}[ ])?{_PART}(?:[ ](?:(?:of|and|the|for|&)[ ]){{0,2}}{_PART}){{0,4}}"
_NEXT = rf"(?:,[ ](?P<next>{WORD}(?:[ ]{WORD}){{0,2}}|[A-Z]{{2}}\b))?"
_ACRONYM = (
    rf"[{UPPER}]{{3,6}}(?![{LOWER}{UPPER}\d]|[ -]?\d"
    r"|[ ](?:trial|study|score|scale|protocol|criteria|guideline|registry|diet|regimen|index|class|stage|test))"
)
_DONE = (
    r"(?:seen|treated|admitted|evaluated|present(?:s|ed|ing)|diagnosed|assessed|consulted|reviewed|examined|operated"
    r"|hospitali[sz]ed|followed|managed|attended|attending|visit(?:s|ed|ing)?|surgery|procedure|appointment|check-?up"
    r"|care|work-?up|transferred|referred|discharged|records?|reports?|notes?|born|delivered|done|performed"
    r"|scheduled|received|stay|admission|follow-?up|works?)"
)
_AT = re.compile(rf"(?:\b[Aa]t|@)[ ](?:the[ ]|our[ ])?(?P<place>{_JOINED}){_NEXT}")
_TO = re.compile(
    r"\b(?:(?:admitted|transferred|referred|discharged|presented|admission|transfer|referral|sent)[ ](?:to|from|by)"
    rf"|visit(?:s|ed)?)[ ](?:the[ ]|our[ ])?(?P<place>{_JOINED}){_NEXT}"
)
_SURE = re.compile(rf"{_DONE}[ ](?:at|to|@)[ ](?:the[ ]|our[ ])?$")
_AT_ACRONYM = re.compile(
    rf"\b(?:{_DONE}|Dr\.?(?:[ ]{WORD}|[ ][{UPPER}]\.){{1,3}})(?:[ ](?!at\b|to\b)\w+){{0,2}}?"
    rf"[ ](?:at|to|from|@)[ ](?:the[ ])?(?P<place>{_ACRONYM}(?:[ ]{WORD})*)"
)
_IN = re.compile(
    r"\b(?:[Ii]n|[Ff]rom|[Nn]ear|[Oo]utside)[ ]"
    rf"(?:our[ ]|the[ ](?=[{UPPER}]{{2}}|(?:{WORD}[ ])+(?:area|region|suburb)))?"
    rf"(?P<place>(?:[{UPPER}]{{2,5}}[ ])?{WORD}(?:[ ]{WORD}){{0,2}}){_NEXT}"
)
_SITE = re.compile(
    rf"\b(?:our|the|their|at|in)[ ](?P<place>{WORD}(?:[ ]{WORD}){{0,2}})[ ]"
    r"(?:office|branch|clinic|campus|location|area|site|region|metro|hospital|facility|practice|suburbs?)\b"
)
_COUNTY = re.compile(
    rf"(?<![{UPPER}{LOWER}])(?P<place>{WORD}(?:[ ]{WORD})?[ ](?:County|Township|Parish)"
    rf"|{WORD}(?:[ ]{WORD})?(?=-based\b|[ ](?:native|resident)\b))"
)
_HOUSE = re.compile(
    rf"(?<![{UPPER}{LOWER}'-])(?P<place>(?:{_PART}[ ]){{1,4}}"
    r"(?:Cent(?:er|re)|Institute|Associates|Network|Partners|Urgent Care|Rehab|Pavilion|Campus|Practice|House|Lodge"
    r"|Manor|Village|Surgical|Health|Medical|Hosp|Gen|Urology|Oncology))\b"
)
# of the states only those whose two letters are nothing clinical
_STATE = re.compile(r"\b(?:in|from)[ ](?P<place>N\.?Y\.?C?|NJ|TX|FL|TN|AZ|WA|NV|UT|KY|SF|D\.?C)\b(?!\.?\w)")
_CLINICAL_ENDING = re.compile(
    r"(?:itis|osis|emia|penia|opathy|oma|uria|algia|graphy|azole|cillin|mycin|micin|pril|sartan|statin|olol|azepam"
    r"|idine|osin|caine|oxacin|mab|nib|vir|gliptin|parin|[tpxnzm]ine|phine)s?$",
    re.I,
)
_KINDS = {"general", "hospital", "clinic", "center", "centre", "infirmary", "memorial"}
_BEFORE = 32  # characters in which a cue is
_NAMED = (("HOSPITAL", _AT), ("HOSPITAL", _TO), ("HOSPITAL", _HOUSE), ("PLACE", _IN), ("PLACE", _SITE))


class WhereaboutsDetector:
    """Institutions and places by the words around them."""

    name = "whereabouts"

    def find(self, text: str, found: Sequence[Finding]) -> list[Finding]:
        """Institutions (HOSPITAL) and places (PLACE)."""
        findings = []
        for kind, pattern in (
            ("HOSPITAL", _AT),
            ("HOSPITAL", _TO),
            ("PLACE", _IN),
            ("HOSPITAL", _HOUSE),
            ("PLACE", _SITE),
        ):
            for match in pattern.finditer(text):
                findings += [Finding(*span, kind, 0.6, self.name) for span in _named(text, match)]
        for match in _AT_ACRONYM.finditer(text):
            if not _is_word(match["place"].split()[0]):
                findings.append(Finding(*match.span("place"), "HOSPITAL", 0.6, self.name))
        findings += [Finding(*match.span("place"), "PLACE", 0.6, self.name) for match in _STATE.finditer(text)]
        findings += [
            Finding(*match.span("place"), "PLACE", 0.6, self.name)
            for match in _COUNTY.finditer(text)
            if not _is_word(match["place"].split()[0])
        ]
        return findings


def _named(text: str, match: re.Match[str]) -> Iterator[tuple[int, int]]:
    """The place, and the town after a comma, if they are no words of the clinic."""
    start = match.start("place")
    sure = _SURE.search(text, max(0, start - _BEFORE), start) is not None
    if not _is_place(text, *match.span("place"), sure=sure):
        return
    yield match.span("place")
    following = match.groupdict().get("next")
    if following and (following.isupper() or _is_place(text, *match.span("next"))):
        yield match.span("next")


def _is_place(text: str, start: int, end: int, *, sure: bool = False) -> bool:
    """Whether capitalised words name a place; `sure` where somebody was treated there, so that an eponym may be one."""
    words = [word for word in text[start:end].split() if word[0].isupper()]
    if TITLE_ALONE.fullmatch(words[0]) or clinical_allow_list.headed(text, end):
        return False
    if not sure and clinical_allow_list.protects(text, start, end):
        return False
    first, last = lexicon.bare(words[0]), lexicon.bare(words[-1])
    if not all(_is_word(word) for word in words):
        return not _is_word(words[0]) or len(words) > 1
    if len(words) > 1:  # Mass General, but not Emergency Center
        return last in lexicon.words("institution_words") | _KINDS and first not in lexicon.words("departments")
    return sure and first in lexicon.words("eponyms")


def _is_word(word: str) -> bool:
    """Whether a capitalised word is one of the language, of medicine or of a people, and no name of a place."""
    plain = lexicon.bare(word)
    return (
        lexicon.common(word)
        or clinical_allow_list.clinical(word)
        or plain in lexicon.words("not_places")
        or _CLINICAL_ENDING.search(plain) is not None
    )
