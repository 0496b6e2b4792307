"""Institutions whose names are words, letters or a doctor's: seen at Mercy, at HSS, at Dr. Roe's, at Clinic B."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache

from wardspace.corpus.deidentify import clinical_allow_list, lexicon
from wardspace.corpus.deidentify.findings import Finding
from wardspace.corpus.deidentify.rules.name_patterns import LOWER, NAME, UPPER, WORD

_DONE = (
    r"(?:seen|treated|admitted|evaluated|presented|presenting|presents|diagnosed|assessed|consulted|reviewed|examined"
    r"|operated(?: on)?|hospitali[sz]ed|followed(?: up)?|managed|attended|attending|visited|visit|surgery|procedure"
    r"|appointment|care|cared for|transferred|referred|discharged|born|delivered|done|performed|scheduled|received|stay"
    r"|follow-?up|operation|monitored|registered|hospitalization|underwent[ \w-]{0,40}|patient|lives|works|nurse|doctor"
    r"|physician|provider)"
)
_KIND = r"(?:Clinic|Hospital|Center|Centre|Office|Practice|Surgery|Hosp|Medical|Health|Med|ER|ED|Institute|Pavilion)"
_OWNED = re.compile(
    rf"(?<![{UPPER}{LOWER}])(?P<name>(?:(?:[Dd]rs?|DR|Doctor|Prof(?:essor)?)\.?[ ])(?:{NAME})'s?[ ]"
    r"(?:[Oo]ffice|[Cc]linic|[Pp]ractice|Surgery)"
    rf"|{WORD}'s?[ ](?:(?:Family|Medical|Dental|Private)[ ])?(?:Office|Clinic|Practice|Surgery)"
    rf"|(?<=at ){WORD}'s[ ](?:office|clinic|practice))(?!\w)"
)
_LETTERED = re.compile(
    r"(?<!\w)(?P<name>(?:Hospital|Clinic|Center|Centre|Facility|Practice)[ ]"
    r"(?:[A-Z]|\d{1,3}|No\.[ ]?\d+))(?![\w.-])"
)
_LETTERS = re.compile(
    rf"\b(?:at|@)[ ](?:the[ ])?(?P<name>[{UPPER}]{{2,6}}(?:[-+/&][{UPPER}]{{2,6}})?(?:[ ]{_KIND}){{0,2}})"
    r"(?=[ ]?(?:[.,;:?!)(]|$)|[ ](?:on|in|for|since|last|under|with|by|and|who|for|after|due|following|w/|where|this"
    r"|between|from|to|before|during)\b)"
)
_MIXED = (
    rf"(?:[{UPPER}]{{2,6}}[-/+])?{WORD}(?:[/+-](?:{WORD}|[{UPPER}]{{2,6}}))+"
    rf"|[{UPPER}]{{2,6}}[-/+](?:{WORD}|[{UPPER}]{{2,6}})"
    rf"|U(?:of)?{WORD}|U[ ]?of[ ]?(?:[{UPPER}]{{1,4}}|{WORD})"
    rf"|[{UPPER}][{LOWER}]+[{UPPER}]{{2,4}}|[{UPPER}]{{2,6}}(?=[ ](?:{WORD}|\+))"
)
_JOINED = re.compile(
    rf"\b{_DONE}[ ](?:at|to|from|by)[ ](?:the[ ]|our[ ])?"
    rf"(?P<name>(?:{_MIXED})(?:[ ][+&]?[ ]?{WORD}){{0,4}})(?![\w-])"
)
_UNIVERSITY = re.compile(
    rf"(?<![{UPPER}{LOWER}])(?P<name>(?:Univ(?:ersity|\.)?|U\.|Hospital|Institute|College|School)[ ](?:of[ ]|for[ ])"
    rf"(?:the[ ])?{WORD}(?:[ ](?:(?:at|of|and)[ ])?{WORD}){{0,4}}|{WORD}[ ](?:Univ\.?|University)(?:[ ]{WORD}){{0,3}}"
    rf"|Univ\.?[ ](?:Hosp(?:ital)?|Med(?:ical)?)\b\.?(?:[ ]{WORD})*"
    rf"|U[ ]of[ ][{UPPER}]{{1,3}}(?:[ ]{_KIND})?)(?![{LOWER}])"
)
_OWN = rf"(?:{WORD}(?:'s)?|[{UPPER}]{{2,6}})"
_SMALL_KIND = re.compile(
    rf"(?<![{UPPER}{LOWER}'-])(?P<name>(?P<own>{_OWN}(?:[ ]{_OWN}){{0,3}})[ ]"
    r"(?:(?:medical|med|health|cancer|heart|general|children's|community|university|urgent|memorial|regional)[ ])?"
    r"(?:hospitals?|hosp|cent(?:er|re)|ctr|infirmary|clinics?|campus|care|hospice|pharmacy"
    r"|VA(?: [A-Z][a-z]+)?))(?![\w-])"
)
_WORDED = re.compile(
    rf"\b(?:{_DONE}(?:[ ]\w+){{0,2}}?[ ](?:at|to|from|by|@)|visit(?:s|ed|ing)?|attend(?:s|ed|ing)?|[Aa]t)[ ]"
    rf"(?:the[ ]|our[ ])?(?P<name>(?P<first>{WORD}(?:'s)?)(?P<rest>(?:[ ](?:{WORD}(?:'s)?)){{0,4}}))(?![{LOWER}-])"
)
_KINDS = frozenset(("clinic", "hospital", "center", "centre", "practice", "office"))
_KINDS_AFTER = _KINDS | {
    *("hosp", "medical", "health", "healthcare", "institute", "group", "associates", "care", "services", "med"),
    *("general", "memorial", "regional"),
}


class PracticeDetector:
    """Institutions that are called by a doctor, by letters, by a word of the language or by their kind."""

    name = "whereabouts"

    def find(self, text: str, found: Sequence[Finding]) -> list[Finding]:
        """Institutions (HOSPITAL)."""
        spans = [*_by_shape(text), *_by_words(text)]
        return [Finding(start, end, "HOSPITAL", 0.6, self.name) for start, end in spans]


def _by_shape(text: str) -> Iterator[tuple[int, int]]:
    for pattern in (_OWNED, _LETTERED, _JOINED) if "'" in text else (_LETTERED, _JOINED):
        for match in pattern.finditer(text):
            if pattern is not _OWNED or not _is_department(match["name"].split()[0]):
                yield match.span("name")
    for match in _LETTERS.finditer(text):
        first = re.split(r"[-+/& ]", match["name"])[0]
        if not (lexicon.bare(first) in lexicon.words("not_places") or lexicon.common(first)):
            yield match.span("name")
    for match in _SMALL_KIND.finditer(text):
        words = [lexicon.bare(word) for word in match["own"].split()]
        known = _places().fullmatch(match["own"]) is not None or words[-1] in _names()
        if known or not any(_is_word(word) for word in words):
            yield match.span("name")
    for match in _UNIVERSITY.finditer(text):
        words = [lexicon.bare(word) for word in match["name"].split() if word[0].isupper()]
        if any(not _is_department(word) for word in words[1:]):
            yield match.span("name")


def _by_words(text: str) -> Iterator[tuple[int, int]]:
    """Names that are words where somebody was treated there: at Mercy, to Rush, at Family Clinic."""
    for match in _WORDED.finditer(text):
        first = lexicon.bare(match["first"])
        rest = [lexicon.bare(word) for word in match["rest"].split()]
        if first in _names():
            end = match.end("first")
            if rest and rest[0] in _KINDS_AFTER | lexicon.words("institution_words"):
                end = match.end("name")
            yield match.start("name"), end
        elif (
            rest
            and rest[-1] in ("clinic", "hospital", "center", "centre", "practice", "office")
            and not _is_unit(first, rest)
        ):
            yield match.span("name")


@cache
def _names() -> frozenset[str]:
    return lexicon.words("worded_institutions")


@cache
def _places() -> re.Pattern[str]:
    return re.compile(f"{lexicon.phrases('places')}|{lexicon.phrases('institutions')}")


def _is_word(word: str) -> bool:
    """Whether a word is one of the language, of medicine or of a people, or a unit of any hospital."""
    other = lexicon.words("not_places") | lexicon.words("units") | lexicon.words("departments")
    return lexicon.common(word) or clinical_allow_list.clinical(word) or word in other


def _is_department(word: str) -> bool:
    return lexicon.bare(word) in lexicon.words("departments")


def _is_unit(first: str, rest: Sequence[str]) -> bool:
    """Whether it is a part of any hospital: the Emergency Center, a Fracture Clinic."""
    return first in lexicon.words("units") or (len(rest) > 1 and rest[0] in lexicon.words("units"))
