"""Names of persons by what stands around them, and by what they are made of."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from wardspace.corpus.deidentify import guard, lexicon
from wardspace.corpus.deidentify.findings import Finding
from wardspace.corpus.deidentify.name_shapes import ANY, CAPITALS, FULL, GAP, INITIAL, LOWER, NAME, UPPER, WORD

_TITLE = (
    r"(?:Drs?|DRS?|Doctor|Mr|MR|Mrs|MRS|Ms|MS|Miss|Mx|Prof|Professor|Sir|Dame|Lord|Lady"
    r"|Nurse|Sister|Rev|Reverend|Fr|RN|SN|PA-C|NP)"
)
_CREDENTIAL = (
    r"(?:M\.?D|D\.?O|R\.?N|Ph\.?D|P\.?A(?:-C)?|N\.?P|DDS|DPM|FRCP|FRCS|MRCP|MRCGP|MBBS|BSN"
    r"|MSN|FNP|MBChB|LPN|CRNA|ARNP|FACS|Esq|Jr|Sr)\b"
)
_KIN = (
    r"mother|father|mom|mum|dad|sister|brother|daughter|son|wife|husband|spouse|partner"
    r"|aunt|uncle|niece|nephew|cousin|friend|guardian|carer|caregiver|grand(?:mother"
    r"|father|son|daughter)|girlfriend|boyfriend|fianc[eé]e?"
)
_DONE = (
    r"(?:seen|signed|dictated|reported|reviewed|written|typed|transcribed|performed"
    r"|interpreted|authored|referred|assessed|examined|discussed|entered|read|verified"
    r"|cared for|accompanied|operated on|attended|treated|ordered|supervised)"
)
_ROLE = (
    r"patient(?:'s)? name|patient|pt|name|surname|forename|first name|last name"
    r"|maiden name|re|next of kin|nok|gp|pcp|attending(?: physician)?|surgeon|assistant"
    r"|anesthesiologist|anaesthetist|physician|consultant|registrar|resident|cc|attn"
    r"|attention|author|signature|clinician|provider|practitioner|pharmacist|midwife"
    r"|therapist|contact|emergency contact|informant|interpreter|examiner|radiologist|pathologist"
    r"|cosigner|copies to"
)

# cue, what is looked for after it, how sure; the cue may be in any case, the name may not
_CUES = tuple(
    (score, re.compile(rf"(?<![{UPPER}{LOWER}])(?i:{cue})(?P<name>{shape})"))
    for score, cue, shape in (
        (0.95, rf"{_DONE} (?:by|with):?[ ]+(?:{_TITLE}\.?[ ]+)?", NAME),
        (0.95, rf"(?:electronically )?(?:signed|dictated):?[ ]+(?:{_TITLE}\.?[ ]+)?", NAME),
        (
            0.9,
            r"(?:spoke|speaking|spoken|talked|conversation|meeting|met|liaised)[ ]+(?:to|with)[ ]+"
            r"(?:(?:his|her|their|the|pt's)[ ]+\w+,?[ ]+)?",
            NAME,
        ),
        (0.95, r"(?:named|called|known as|name is|my name is|name's|dear|alias|a\.?k\.?a\.?|regards to)[ ]+", NAME),
        (0.85, rf"(?:{_KIN})[ ]*(?:,|:|\()?[ ]*(?:is|was|named|called)?[ ]*", FULL),
        (0.75, rf"(?:{_KIN})(?:,?[ ]+\(?|\()", WORD),
        (0.9, rf"(?:{_ROLE})[ \t]*(?:[:=\-–]+|is|was|,)[ \t]*(?:{_TITLE}\.?[ ]+)?", NAME),
        (0.8, rf"(?:{_ROLE})[ ]+", FULL),
        (
            0.8,
            r"(?:like|as|similar to|for|referencing|regarding|concerning|involving|on behalf of"
            r"|patient|pt|case of)[ ,]+",
            FULL,
        ),
        (
            0.9,
            r"(?:(?:man|woman|male|female|boy|girl|gentleman|lady|pt|patient|year[- ]old|y/?o"
            r"|person|child|infant|teen|adult|M|F)),[ ]*(?:named[ ]|called[ ]|known as[ ])?",
            FULL,
        ),
    )
)
_TITLED = re.compile(
    rf"(?<![{UPPER}{LOWER}\d])(?:{_TITLE}|(?i:dr|mr|mrs|ms|miss|prof|rn))\.?[ \t]{{1,2}}(?:and (?:Mrs|Ms)\.?[ ])?"
    rf"(?P<name>{NAME}|[{UPPER}]\.)"
)
_SURE_TITLE = re.compile(r"(?:[Dd]r|[Mm]rs?|Ms|[Mm]iss|Mx|[Pp]rof(?:essor)?)\b|(?:DR|MRS?|MS)\.")
_TITLED_SMALL = re.compile(rf"\b(?:dr|mr|mrs|ms|prof)\.?[ ](?P<name>[{LOWER}]{{3,}})\b")
_CREDITED = re.compile(
    rf"(?<![{UPPER}{LOWER}])(?P<name>{NAME})(?:,?[ ]{{1,2}}{_CREDENTIAL}"
    r"|,[ ](?i:(?:staff|charge|ward|specialist|practice) nurse|nurse|midwife|registrar|consultant|physio(?:therapist)?"
    r"|pharmacist|house officer|senior house|surgeon|physician|dietitian|social worker|for dr)\b)"
)
_REVERSED = re.compile(
    rf"(?<![{UPPER}{LOWER}'’])(?P<name>(?P<last>{ANY}),[ ]?(?P<first>{ANY})(?:[ ]{INITIAL}|[ ]{ANY})?)(?![{LOWER}])"
)
# a line that begins with a name and goes on with what front sheets put after it
_FRONT = re.compile(
    rf"(?:^|\n)[ \t]*(?:(?i:re|patient|pt|name)[:.]?[ \t]+)?(?P<name>{FULL}|{CAPITALS}{GAP}{CAPITALS})"
    r"(?=[ \t]*[,(]?[ \t]*(?:[\[(]?[A-Z]{0,3}[-#]?\d{5,}|\d{1,2}[/.-]\d{1,2}[/.-]\d{2,4}|"
    r"(?i:born|dob|d\.o\.b|aged|age|mrn|nhs|hospital no)\b))"
)
_PHONED = re.compile(rf"(?<![{UPPER}{LOWER}'’./-])(?P<name>{FULL})(?=,?[ ](?:on[ ]|at[ ])?[(+]?\d[\d() +-]{{8}})")
_FULL = re.compile(rf"(?<![{UPPER}{LOWER}'’./-])(?P<name>{FULL})(?![{LOWER}{UPPER}])")
_CAPITALS = re.compile(rf"(?<![{UPPER}{LOWER}'’.-])(?P<name>{CAPITALS}{GAP}(?:{INITIAL}{GAP})?{CAPITALS})")
_INITIALS = re.compile(
    r"(?i:\b(?:initials|patient|pt|signed|named?|by|mr|mrs|ms))[ :,]+"
    rf"(?P<name>[{UPPER}]\.[ ]?[{UPPER}]\.(?:[ ]?[{UPPER}]\.)?)"
)
_TITLE_ALONE = re.compile(rf"{_TITLE}\.?")
_TOKEN = re.compile(r"[^\s,]+")


class NameDetector:
    """Names by titles, cues, credentials, order and initials, and of given names with what follows them."""

    name = "names"

    def find(self, text: str, found: Sequence[Finding]) -> list[Finding]:
        """Names in `text`, without titles and possessives."""
        findings = [self._finding(text, match, 0.97) for match in _TITLED.finditer(text) if _is_titled(match)]
        findings += [
            Finding(*match.span("name"), "NAME", 0.7, self.name)
            for match in _TITLED_SMALL.finditer(text)
            if not lexicon.common(match["name"])
        ]
        for match in (*_FRONT.finditer(text), *_CREDITED.finditer(text)):
            words = match["name"].split()
            if words[0].lower() in lexicon.given_names() or not all(lexicon.common(word) for word in words):
                findings.append(Finding(*match.span("name"), "NAME", 0.95, self.name))
        for score, start, end in (*_by_cue(text), *_by_form(text)):
            trimmed = _trimmed(text, start, end)
            if trimmed and not guard.protects(text, *trimmed):
                findings.append(Finding(*trimmed, "NAME", score, self.name))
        return findings

    def _finding(self, text: str, match: re.Match[str], score: float) -> Finding:
        """After a title the first word is a name whatever it is; words behind it only if they are no common ones."""
        start, end = match.span("name")
        words = list(_TOKEN.finditer(text, start, end))
        last = words[0].end()
        for word in words[1:]:
            if (
                not _continues(text[start:last], word[0])
                and lexicon.common(word[0])
                and word[0].lower() not in lexicon.words("surnames")
            ):
                break
            last = word.end()
        return Finding(start, last, "NAME", score, self.name)


def _continues(name: str, word: str) -> bool:
    """Whether a common word after what was read so far is a surname still: Dr E Day, Dr Hilary Moss."""
    if len(name.strip(".")) == 1:
        return lexicon.bare(word) not in lexicon.words("function")
    return name.lower() in lexicon.given_names() and not lexicon.common(name)


def _is_titled(match: re.Match[str]) -> bool:
    """Whether a title is one: "Mr Young" is, "MR Brain" and "MS Relapse" are not."""
    first = match["name"].split()[0]
    sure = _SURE_TITLE.match(match[0]) is not None
    return sure or not lexicon.common(first) or first.lower() in lexicon.words("surnames")


def _by_cue(text: str) -> Iterator[tuple[float, int, int]]:
    for score, pattern in _CUES:
        for match in pattern.finditer(text):
            yield score, *match.span("name")
    for match in _PHONED.finditer(text):
        yield 0.8, *match.span("name")
    for match in _INITIALS.finditer(text):
        yield 0.85, *match.span("name")


def _by_form(text: str) -> Iterator[tuple[float, int, int]]:
    given, surnames = lexicon.given_names(), lexicon.words("surnames")
    for match in _REVERSED.finditer(text):
        first, last = match["first"].lower(), match["last"].lower()
        if (first in given and not lexicon.common(last)) or (
            first in given and last in surnames and first not in surnames
        ):
            yield 0.8, *match.span("name")
    for match in _CAPITALS.finditer(text):
        words = match["name"].lower().split()
        if words[0] in given and words[-1] in surnames and not lexicon.common(words[0]):
            yield 0.7, *match.span("name")
    for match in _FULL.finditer(text):
        words = match["name"].replace(".", " ").split()
        if not match["name"].startswith(("A ", "I ")) and _looks_like_a_person(words, given, surnames):
            yield 0.7, *match.span("name")


def _looks_like_a_person(words: list[str], given: frozenset[str], surnames: frozenset[str]) -> bool:
    """A given name and what follows, or initials and a word that is nothing else."""
    plain = [word.lower() for word in words]
    if len(words[0]) == 1:
        return plain[-1] in surnames or not (lexicon.common(words[-1]) or guard.clinical(words[-1]))
    known_first = plain[0] in given and not lexicon.common(words[0])
    if len(words[-1]) == 1:
        return known_first
    if known_first:
        return True
    return (
        plain[-1] in surnames
        and not lexicon.common(words[-1])
        and not (lexicon.common(words[0]) or guard.clinical(words[0]))
    )


def _trimmed(text: str, start: int, end: int) -> tuple[int, int] | None:
    """The stretch without common words at its ends; None where nothing of a name is left."""
    given, surnames = lexicon.given_names(), lexicon.words("surnames")
    words = list(_TOKEN.finditer(text, start, end))
    while words and _TITLE_ALONE.fullmatch(words[0][0]):
        words.pop(0)
    while words and _no_name(words[-1][0], given, surnames, len(words) > 1) and not _follows_given(words, given):
        words.pop()
    while words and _no_name(words[0][0], given, surnames, len(words) > 1):
        words.pop(0)
    if not words or (all(len(word[0].strip(".")) == 1 for word in words) and "." not in text[start:end]):
        return None
    if all(lexicon.common(word[0]) for word in words) and not (len(words) > 1 and words[0][0].lower() in given):
        return None
    return words[0].start(), words[-1].end()


def _follows_given(words: list[re.Match[str]], given: frozenset[str]) -> bool:
    """Whether the last word is the second and comes after a given name that is no common word: Emily Law."""
    return len(words) == 2 and words[0][0].lower() in given and not lexicon.common(words[0][0])


def _no_name(word: str, given: frozenset[str], surnames: frozenset[str], beside: bool) -> bool:
    plain = lexicon.bare(word)
    if len(plain) == 1:
        return not beside
    if plain in given or plain in surnames:
        return lexicon.common(word) and not beside
    return lexicon.common(word) or (word.isupper() and len(word) < 4)
