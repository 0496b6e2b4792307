"""Cleaning: small named steps, each a pure function of the text, that also tell what they moved."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import NamedTuple

from wardspace.config import CleanConfig
from wardspace.corpus.note.base64 import base64_text
from wardspace.corpus.note.html import Replacement, html_again, html_step, is_escaped_html, is_html, replaced
from wardspace.corpus.note.rtf import is_rtf, rtf_text


class Edit(NamedTuple):
    """Characters `start` to `end` (exclusive) are replaced by `size` others."""

    start: int
    end: int
    size: int


def trimmed_edit(start: int, old: str, new: str) -> Edit:
    """The edit that turns `old`, standing at `start`, into `new`, less what both begin or end with."""
    head, most = 0, min(len(old), len(new))
    while head < most and old[head] == new[head]:
        head += 1
    tail = 0
    while tail < most - head and old[-1 - tail] == new[-1 - tail]:
        tail += 1
    return Edit(start + head, start + len(old) - tail, len(new) - head - tail)


class _Pass:
    """The edits of one step, in the order of the text and apart from each other."""

    def __init__(self, edits: Sequence[Edit]) -> None:
        self._edits = edits
        self._ends = [edit.end for edit in edits]
        self._growth = [0, *accumulate(edit.size - (edit.end - edit.start) for edit in edits)]
        self._new_ends = [edit.start + grown + edit.size for edit, grown in zip(edits, self._growth, strict=False)]

    def start(self, place: int) -> int:
        """Where a span that begins at `place` begins afterwards."""
        done = bisect_right(self._ends, place)
        if done < len(self._edits) and self._edits[done].start < place:
            place = self._edits[done].start
        return place + self._growth[done]

    def end(self, place: int) -> int:
        """Where a span that ends before `place` ends afterwards."""
        done = bisect_right(self._ends, place)
        if done < len(self._edits) and self._edits[done].start < place:
            return self._edits[done].start + self._growth[done] + self._edits[done].size
        return place + self._growth[done]

    def origin(self, start: int, end: int) -> tuple[int, int]:
        """Where a span that is not empty was before; one that covers a part of a change covers all that it replaced."""
        first = bisect_right(self._new_ends, start)
        if first < len(self._edits) and self._edits[first].start + self._growth[first] < start:
            before = self._edits[first].start
        else:
            before = start - self._growth[first]
        last = bisect_left(self._new_ends, end)
        # what was put in just before the end belongs to the span; what was taken out there does not
        while last < len(self._edits) and self._new_ends[last] == end and self._edits[last].size:
            last += 1
        if last < len(self._edits) and self._edits[last].start + self._growth[last] < end:
            return before, self._edits[last].end
        return before, end - self._growth[last]


class Offsets:
    """Maps character offsets of a text before cleaning to offsets after it.

    An offset inside a replaced stretch goes to its beginning (for the start of a span) or its end (for the end), so
    that a span that covered a part of it covers all of what took its place.

    Parameters
    ----------
    passes : iterable of sequences of Edit
        The edits of each step, in offsets of the text that the step met.
    """

    def __init__(self, passes: Iterable[Sequence[Edit]] = ()) -> None:
        self._passes = [_Pass(edits) for edits in passes if edits]

    def span(self, start: int, end: int) -> tuple[int, int] | None:
        """Where the characters `start` to `end` (exclusive) are now; None if none of them is left."""
        for step in self._passes:
            start, end = step.start(start), step.end(end)
            if start >= end:
                return None
        return start, end

    def origin(self, start: int, end: int) -> tuple[int, int]:
        """Where the characters `start` to `end` (exclusive, at least one) of the cleaned text come from."""
        for step in reversed(self._passes):
            start, end = step.origin(start, end)
        return start, end


_BLANK = r"[^\S\r\n]"
_Replacement = Callable[[re.Match[str]], str]


@dataclass(frozen=True)
class Step:
    """One step of cleaning."""

    name: str
    apply: Callable[[str], str]
    edits: Callable[[str], list[Edit]] | None
    """What it changes of a text; None where places cannot be followed."""


class Cleaned(NamedTuple):
    """A cleaned text."""

    text: str
    changed: tuple[str, ...]
    """Names of the steps that changed it."""
    offsets: Offsets | None
    """Where its characters went, if that was asked for."""


ESCAPED = "escaped html"
"""What `Cleaned.changed` says besides `html` where the HTML of a note was escaped once more."""
MARKUP = ("base64", "html", "rtf")
"""Steps that come before all others, and before de-identification: a name may have a tag in its middle."""

SHARE_OF_MARKUP = 0.01
"""Share of notes that look like markup from which on that is told."""


def looks_like(text: str) -> list[str]:
    """Which of the steps of `MARKUP` would take something from a text, as far as its look tells."""
    looks = (
        ("base64", base64_text(text) is not None),
        ("html", is_html(text) or is_escaped_html(text)),
        ("rtf", is_rtf(text)),
    )
    return [name for name, found in looks if found]


class Cleaner:
    """Applies the steps that a study asks for, in the order of `CleanConfig`.

    Parameters
    ----------
    config : CleanConfig
        Which steps to apply.
    """

    def __init__(self, config: CleanConfig) -> None:
        self.config = config
        asked = [name for name in type(config).model_fields if getattr(config, name)]
        self.markup = tuple(step for name in asked if name in MARKUP for step in _markup_steps(name))
        self.steps = tuple(_step(name, config) for name in asked if name not in MARKUP)

    def __reduce__(self) -> tuple[type[Cleaner], tuple[CleanConfig]]:
        """For other processes: steps are functions, and are made again there."""
        return Cleaner, (self.config,)

    def plain(self, text: str, *, follow: bool = False) -> Cleaned:
        """One text without its markup, where that is asked for; with `follow`, also where its characters went.

        Raises
        ------
        ValueError
            If it begins as RTF and is none; the message has no word of it.
        """
        return _cleaned(self.markup, text, follow=follow)

    def clean(self, text: str, *, follow: bool = False) -> Cleaned:
        """Clean one text without markup; with `follow`, also tell where its characters went."""
        return _cleaned(self.steps, text, follow=follow)


def _cleaned(steps: Sequence[Step], text: str, *, follow: bool) -> Cleaned:
    changed: list[str] = []
    passes: list[Sequence[Edit]] = []
    for step in steps:
        after = step.apply(text)
        if after != text:
            changed.append(step.name)
            if follow:
                edits = step.edits
                assert edits is not None, "a study that asks for this step and for spans is refused"
                passes.append(edits(text))
            text = after
    return Cleaned(text, tuple(dict.fromkeys(changed)), Offsets(passes) if follow else None)


def _pattern_step(name: str, pattern: str, replacement: str | _Replacement, flags: int = 0) -> Step:
    compiled = re.compile(pattern, flags)

    def text_of(match: re.Match[str]) -> str:
        return replacement if isinstance(replacement, str) else replacement(match)

    def edits(text: str) -> list[Edit]:
        return [trimmed_edit(m.start(), m[0], text_of(m)) for m in compiled.finditer(text)]

    # A replacement given as text is one without backslashes, so that it means itself to `sub`.
    return Step(name, lambda text: compiled.sub(replacement, text), edits)


def _html_step(name: str, replacements: Callable[[str], list[Replacement]]) -> Step:
    def edits(text: str) -> list[Edit]:
        return [trimmed_edit(start, text[start:end], new) for start, end, new in replacements(text)]

    return Step(name, lambda text: replaced(text, replacements(text)), edits)


def _plain_rtf(text: str) -> str:
    return rtf_text(text) if is_rtf(text) else text


def _unpacked(text: str) -> str:
    return base64_text(text) or text


def _compose(text: str) -> str:
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def _composed_edits(text: str) -> list[Edit]:
    # Nothing composes with an ASCII character that follows it, so that such stretches can be normalised one by one.
    runs = re.finditer(r"[\x00-\x7f]?[^\x00-\x7f]+", text)
    pairs = ((run.start(), run[0], unicodedata.normalize("NFC", run[0])) for run in runs)
    return [trimmed_edit(start, old, new) for start, old, new in pairs if old != new]


def _lowered_edits(text: str) -> list[Edit]:
    # The only letter whose lower case has another length.
    return [Edit(match.start(), match.end(), 2) for match in re.finditer("\u0130", text)]


def _one_empty_line(match: re.Match[str]) -> str:
    return "" if match.start() == 0 or match.end() == len(match.string) else "\n\n"


def _one_blank(match: re.Match[str]) -> str:
    return "" if match.start() == 0 or match.end() == len(match.string) else " "


def _title(match: re.Match[str]) -> str:
    full = {"dr.": "doctor", "m.d.": "md"}[match[0].lower()]
    if match[0].islower():
        return full
    return full.upper() if match[0].isupper() else full.capitalize()


_PATTERNS: dict[str, tuple[str, str | _Replacement, int]] = {
    # form feed, vertical tab and next line part words as a line feed does; `line_ends` turns them into one
    "controls": (r"[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f]+|\A\ufeff++", "", 0),
    "line_ends": (r"\r\n|[\r\x0b\x0c\x85\u2028\u2029]", "\n", 0),
    # the look-behind keeps long runs of blanks inside a line from being tried again at each blank
    "trailing_space": (rf"(?<!{_BLANK}){_BLANK}++(?=[\r\n]|\Z)", "", 0),
    "blank_lines": (r"\A(?:[^\S\n]*+\n)+|\n(?:[^\S\n]*+\n)*+[^\S\n]*+\Z|\n(?:[^\S\n]*+\n){2,}+", _one_empty_line, 0),
    "deidentified_spans": (r"\[\*\*[^\[\]]*\*\*\]", "", 0),
    "rules": (rf"^{_BLANK}*+[-=_*](?:[-=_*]|{_BLANK})*+(?:\r?\n|\Z)", "", re.MULTILINE),
    "list_numerals": (rf"^({_BLANK}*+)\d{{1,3}}[.)](?:{_BLANK}++|(?=[\r\n]|\Z))", lambda match: match[1], re.MULTILINE),
    "titles": (r"\bdr\.|\bm\.d\.", _title, re.IGNORECASE),
    "newlines": (r"\A\s++|\s{2,}+|[^\S ]|\s\Z", _one_blank, 0),
}


def _markup_steps(name: str) -> list[Step]:
    if name == "html":  # escaped up to twice
        return [_html_step(name, html_step), *[_html_step(ESCAPED, html_again)] * 2]
    return [Step(name, _plain_rtf if name == "rtf" else _unpacked, None)]


def _step(name: str, config: CleanConfig) -> Step:
    if name == "unicode":
        return Step(name, _compose, _composed_edits)
    if name == "lowercase":
        return Step(name, str.lower, _lowered_edits)
    if name == "headers":
        return _pattern_step(name, _phrases(config.headers), "")
    pattern, replacement, flags = _PATTERNS[name]
    return _pattern_step(name, pattern, replacement, flags)


def _phrases(headers: Sequence[str]) -> str:
    """A pattern for any of these phrases, the longest first, whatever blanks part their words."""
    words = sorted((phrase.split() for phrase in headers if phrase.strip()), key=lambda w: -sum(map(len, w)))
    return "|".join(r"\s+".join(map(re.escape, phrase)) for phrase in words) or r"(?!)"
