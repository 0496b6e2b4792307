"""Hospitals, practices and other institutions."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

from wardspace.corpus.deidentify import clinical_allow_list, lexicon
from wardspace.corpus.deidentify.findings import Finding
from wardspace.corpus.deidentify.rules.name_patterns import LOWER, UPPER, WORD

_KIND = (
    r"(?:Hospitals?|Hosp\b\.?|Infirmary|Medical (?:Cent(?:er|re)|Ctr|School|Group)|Med "
    r"(?:Ctr|Cent(?:er|re))|Health ?Cent(?:er|re)"
    r"|Health System|Healthcare|Clinics?|Hospice|Sanatorium|Nursing Home|Care Home"
    r"|Rehabilitation Cent(?:er|re)|Cancer Cent(?:er|re)"
    r"|Heart Cent(?:er|re)|Heart Institute|Cancer Institute|NHS (?:Foundation )?Trust|VAMC"
    r"|VA Medical Center|University|College"
    r"|Medical Practice|Family Practice|Pharmacy|Health(?: ?Care)?|Med\b\.?(?: Cent(?:er|re))?|General)"
)
_PART = rf"(?:St\.?|Mt\.?|Ft\.?|{WORD}(?:['’]s?)?|[{UPPER}]{{2,6}}(?:['’]s)?)"
_NAMED = re.compile(
    rf"(?<![{UPPER}{LOWER}'’-])(?P<own>{_PART}(?:[ ](?:(?:of|and|the|for|&)[ ]){{0,2}}{_PART}){{0,4}})[ ]{_KIND}"
    rf"(?:[ ]of[ ]{WORD}(?:[ ]{WORD})?)?(?![{LOWER}])"
)
_LETTERHEAD = re.compile(
    rf"(?:^|\n|,[ ])[ \t]*(?P<name>(?:{_PART}[ ]){{1,3}}(?:Surgery|Practice|Medical Cent"
    rf"(?:er|re)|Health Cent(?:er|re)|{_KIND}))[ \t]*(?=\n|$|,|\.)"
)
_SAINT = re.compile(
    rf"(?<![{UPPER}{LOWER}])(?P<name>(?:(?:St|Mt)(?:\.[ ]?|[ ])|(?:Saint|Mount)[ ]){WORD}(?:['’]s?)?)(?![{LOWER}])"
)
_CHILDREN = re.compile(rf"\bChildren['’]s(?: Hospital)?(?: of)?[ ]{WORD}")
_NO_SAINT = re.compile(
    r"(?:St\.?|Saint)[ ]?(?:Jude|John)(?:['’]s)?[ ](?i:wort|medical valve|valve|device"
    r"|aortic|mitral|lead)|(?:Mount|Mt)[ ](?i:of)"
)


@cache
def _known() -> re.Pattern[str]:
    tail = rf"(?:[ ](?:{_KIND}|Langone|Sinai|Health|ER|ED|Med))*"
    return re.compile(
        rf"(?<![{UPPER}{LOWER}-])(?=[{UPPER}])(?:{lexicon.phrases('institutions')})(?![{UPPER}{LOWER}]|[ ]"
        rf"(?i:stand|scale|score|activities|criteria|scissors|treadmill|tray)){tail}"
    )


class InstitutionDetector:
    """Institutions by their kind ("… Hospital"), by saints, and some by name."""

    name = "institutions"

    def find(self, text: str, found: Sequence[Finding]) -> list[Finding]:
        """Names of institutions with their kind: "Fletcher District Hospital"."""
        findings = [
            Finding(_own_start(match), match.end(), "HOSPITAL", 0.9, self.name)
            for match in _NAMED.finditer(text)
            if _is_named(match)
        ]
        findings += [
            Finding(*match.span("name"), "HOSPITAL", 0.8, self.name)
            for match in _LETTERHEAD.finditer(text)
            if match["name"].split()[0].lower() not in lexicon.words("departments") and not match["name"].isupper()
        ]
        for match in _SAINT.finditer(text):
            if not _NO_SAINT.match(text, match.start()) and not clinical_allow_list.headed(text, match.end()):
                findings.append(Finding(*match.span("name"), "HOSPITAL", 0.7, self.name))
        for pattern, score in ((_CHILDREN, 0.8), (_known(), 0.75)):
            findings += [Finding(*match.span(), "HOSPITAL", score, self.name) for match in pattern.finditer(text)]
        return findings


def _own_start(match: re.Match[str]) -> int:
    """Where the name begins: without an article or a verb that only begins the sentence."""
    start = match.start("own")
    first = re.match(r"(?:The|At|In|From|To|Our|Via|Transferred|Admitted|Seen|Outpatient|Under)[ ]", match["own"])
    return start + first.end() if first else start


def _is_named(match: re.Match[str]) -> bool:
    words = [lexicon.bare(word) for word in match.string[_own_start(match) : match.end("own")].split()]
    words = [word for word in words if word not in ("of", "and", "the", "for", "&", "st", "mt")]
    if not words or set(words) <= lexicon.words("departments"):
        return False
    return (
        any(not lexicon.common(word) or word in lexicon.words("institution_words") for word in words)
        or "St" in match["own"]
    )
