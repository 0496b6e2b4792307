"""Names of persons by what stands around them, and by what they are made of."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from wardspace.corpus.deidentify import clinical_allow_list, lexicon
from wardspace.corpus.deidentify.findings import Finding
from wardspace.corpus.deidentify.rules.months import names
from wardspace.corpus.deidentify.rules.name_patterns import (
    APPOSED,
    CREDITED,
    CUES,
    FOUND_SMALL,
    FRONT,
    FULL_NAMES,
    GIVEN_INITIAL,
    IN_CAPITALS,
    INITIALS,
    LOWER,
    ONE_NAME,
    PHONED,
    REVERSED,
    SUFFIX,
    SURE_TITLE,
    TITLE_ALONE,
    TITLED,
    TITLED_LETTER,
    TITLED_SMALL,
    TITLED_TWO,
    TOKEN,
    UPPER,
)

_MONTHS = frozenset(name.capitalize() for name in names("en", short=False).split("|"))
_PART = re.compile(rf"[{UPPER}{LOWER}]{{3,}}")


class RepeatDetector:
    """Finds parts of names that were found already; runs after the other detectors.

    Parameters
    ----------
    least : float
        Names below this score are not looked for again.
    """

    name = "repeats"

    def __init__(self, least: float = 0.6) -> None:
        self._least = least

    def find(self, text: str, found: Sequence[Finding]) -> list[Finding]:
        """Capitalised parts of the names in `found`, wherever else they stand, save in clinical use."""
        names = [finding for finding in found if finding.type == "NAME" and finding.score >= self._least]
        parts = {part for name in names for part in _PART.findall(text[name.start : name.end])}
        parts = {part.capitalize() if part.isupper() else part for part in parts}
        common = {part for part in parts if lexicon.common(part)}
        rare = parts - common
        spans = _spans(text, {*rare, *(part.upper() for part in rare)}, r"(?<![^\W_])", r"(?![^\W_])")
        # a common word only in the middle of a sentence ("as French said"), and never before a number ("Day 3")
        spans += _spans(text, common - _MONTHS, rf"(?<=[{LOWER},][ ])", r"(?![^\W_]|[ ]?\d|-)")
        # an echo of what is marked already adds nothing, and would count as this detector's own
        marked = {place for name in names for place in range(name.start, name.end)}
        return [
            Finding(start, end, "NAME", 0.75, self.name)
            for start, end in spans
            if start not in marked and not clinical_allow_list.headed(text, end)
        ]


def _spans(text: str, words: set[str], before: str, after: str) -> list[tuple[int, int]]:
    if not words:
        return []
    pattern = re.compile(rf"{before}(?:{'|'.join(sorted(words, key=len, reverse=True))}){after}")
    return [match.span() for match in pattern.finditer(text)]


class NameDetector:
    """Names by titles, cues, credentials, order and initials, and of given names with what follows them."""

    name = "names"

    def find(self, text: str, found: Sequence[Finding]) -> list[Finding]:
        """Names in `text`, without titles and possessives."""
        findings = [self._finding(text, match, 0.97) for match in TITLED.finditer(text) if _is_titled(match)]
        findings += [
            Finding(*match.span("name"), "NAME", 0.7, self.name)
            for match in TITLED_SMALL.finditer(text)
            if not lexicon.common(match["name"])
        ]
        for pattern, score in ((TITLED_LETTER, 0.9), (TITLED_TWO, 0.9)):
            findings += [Finding(*match.span("name"), "NAME", score, self.name) for match in pattern.finditer(text)]
        for match in (*FRONT.finditer(text), *CREDITED.finditer(text)):
            words = match["name"].split()
            if words[0].lower() in lexicon.given_names() or not all(lexicon.common(word) for word in words):
                findings.append(Finding(*match.span("name"), "NAME", 0.95, self.name))
        for score, start, end in (*_by_cue(text), *_by_form(text)):
            trimmed = _trimmed(text, start, end)
            if trimmed and not clinical_allow_list.protects(text, *trimmed):
                findings.append(Finding(*trimmed, "NAME", score, self.name))
        findings += [
            Finding(start, end, "NAME", 0.65, self.name) for start, end in (*_in_small_letters(text), *_alone(text))
        ]
        return [_with_suffix(text, finding) for finding in findings]

    def _finding(self, text: str, match: re.Match[str], score: float) -> Finding:
        """After a title the first word is a name whatever it is; words behind it only if they are no common ones."""
        start, end = match.span("name")
        words = list(TOKEN.finditer(text, start, end))
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


def _with_suffix(text: str, finding: Finding) -> Finding:
    """The name with Jr. or III behind it, if it has a word of more than one letter."""
    suffix = SUFFIX.match(text, finding.end)
    if suffix is None or finding.end - finding.start < 3:
        return finding
    return replace(finding, end=suffix.end())


def _continues(name: str, word: str) -> bool:
    """Whether a common word after what was read so far is a surname still: Dr E Day, Dr Hilary Moss."""
    if len(name.strip(".")) == 1:
        return lexicon.bare(word) not in lexicon.words("function")
    return name.lower() in lexicon.given_names() and not lexicon.common(name)


def _is_titled(match: re.Match[str]) -> bool:
    """Whether a title is one: "Mr Young" is, "MR Brain" and "MS Relapse" are not."""
    first = match["name"].split()[0]
    sure = SURE_TITLE.match(match[0]) is not None
    return sure or not lexicon.common(first) or first.lower() in lexicon.words("surnames")


def _by_cue(text: str) -> Iterator[tuple[float, int, int]]:
    for score, pattern in CUES:
        for match in pattern.finditer(text):
            yield score, *match.span("name")
    for match in APPOSED.finditer(text):
        yield 0.65, *match.span("name")
    for match in PHONED.finditer(text):
        yield 0.8, *match.span("name")
    for match in INITIALS.finditer(text):
        yield 0.85, *match.span("name")


def _by_form(text: str) -> Iterator[tuple[float, int, int]]:
    given, surnames = lexicon.given_names(), lexicon.words("surnames")
    for match in REVERSED.finditer(text):
        first, last = match["first"].lower(), match["last"].lower()
        if (first in given and not lexicon.common(last)) or (
            first in given and last in surnames and first not in surnames
        ):
            yield 0.8, *match.span("name")
    for match in IN_CAPITALS.finditer(text):
        words = match["name"].lower().split()
        if words[0] in given and words[-1] in surnames and not lexicon.common(words[0]):
            yield 0.7, *match.span("name")
    for match in FULL_NAMES.finditer(text):
        words = match["name"].replace(".", " ").split()
        if not match["name"].startswith(("A ", "I ")) and _looks_like_a_person(words, given, surnames):
            yield 0.7, *match.span("name")


def _in_small_letters(text: str) -> Iterator[tuple[int, int]]:
    """Given names with surnames, or with an initial, that nobody capitalised."""
    for match in FOUND_SMALL.finditer(text):
        first, last = match["first"], match["last"]
        if first not in lexicon.given_names() or lexicon.common(first) or first in lexicon.clinical_names():
            continue
        if last.endswith(".") or (last in lexicon.words("surnames") and not lexicon.common(last)):
            yield match.span("name")


def _alone(text: str) -> Iterator[tuple[int, int]]:
    """Single names, and given names that are words with an initial, which only the words around them tell."""
    listed = lexicon.given_names()
    for match in ONE_NAME.finditer(text):
        group = match.lastgroup or "name"
        plain = lexicon.bare(match[group])
        none = lexicon.common(plain) or clinical_allow_list.clinical(plain) or plain in lexicon.words("not_places")
        if group == "name":
            sure = "." in match[group] or plain in listed or not none
        else:
            sure = group == "letters" or (not none and (group == "other" or plain in lexicon.person_names()))
        if sure:
            yield match.span(group)
    yield from (match.span("name") for match in GIVEN_INITIAL.finditer(text) if match["first"].lower() in listed)


def _looks_like_a_person(words: list[str], given: frozenset[str], surnames: frozenset[str]) -> bool:
    """A given name and what follows, or initials and a word that is nothing else."""
    plain = [word.lower() for word in words]
    if len(words[0]) == 1:
        return plain[-1] in surnames or not (lexicon.common(words[-1]) or clinical_allow_list.clinical(words[-1]))
    known_first = plain[0] in given and not lexicon.common(words[0])
    if len(words[-1]) == 1:
        return known_first
    if known_first:
        return True
    return (
        plain[-1] in surnames
        and not lexicon.common(words[-1])
        and not (lexicon.common(words[0]) or clinical_allow_list.clinical(words[0]))
    )


def _trimmed(text: str, start: int, end: int) -> tuple[int, int] | None:
    """The stretch without common words at its ends; None where nothing of a name is left."""
    given, surnames = lexicon.given_names(), lexicon.words("surnames")
    words = list(TOKEN.finditer(text, start, end))
    while words and TITLE_ALONE.fullmatch(words[0][0]):
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


def _no_name(word: str, given: frozenset[str], surnames: frozenset[str], next_to_name: bool) -> bool:
    plain = lexicon.bare(word)
    if len(plain) == 1:
        return not next_to_name
    if plain in given or plain in surnames:
        return lexicon.common(word) and not next_to_name
    return lexicon.common(word) or (word.isupper() and len(word) < 4)
