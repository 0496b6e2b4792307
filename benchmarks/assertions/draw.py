"""Which mentions of MTSamples are annotated by hand: 200, half of them near a cue, at most one a note.

    python benchmarks/assertions/draw.py MTSAMPLES/notes.csv BC5CDR_FOLDER > to_annotate.csv

A candidate is a disease name of BC5CDR (training and development set, lower case, four letters or more, marked twice or
more there) or one of `FINDINGS`, where a note has it as whole words. One hundred are drawn from all candidates at
random. One hundred more are drawn from those with a cue on their line, up to 100 characters away or in the heading of
the line: 25 for each question, so that rare answers occur. Cues are words that anyone would think of; the annotator
does not see which cue a mention was drawn for, nor what rules or models say of it.
"""

from __future__ import annotations

import csv
import re
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from wardspace.core.seeds import generator

SEED = 20
EACH = 25
FINDINGS = (
    "chest pain", "shortness of breath", "fever", "chills", "cough", "edema", "swelling", "tenderness", "weakness",
    "numbness", "rash", "bleeding", "weight loss", "palpitations", "wheezing", "fracture", "mass", "effusion",
    "infection", "abdominal pain", "back pain", "murmur", "cancer", "heart disease", "coronary artery disease",
    "murmurs", "fevers", "night sweats", "sore throat", "dysuria", "hematuria", "tumor", "lesion", "ulcer", "stones",
)  # fmt: skip
CUES = {
    "negated": r"\b(?:no|not|denies|denied|deny|without|negative|never|none|nor)\b",
    "historical": r"\b(?:history|previous|previously|past|prior|ago|status post|childhood|pmh)\b",
    "hypothetical": r"\b(?:if|should|risks?|return|prevent|prevention|watch|monitor|might|may develop|in case)\b",
    "family": r"\b(?:mother|father|family|sister|brother|son|daughter|aunt|uncle|grandmother|grandfather|maternal"
    r"|paternal|siblings|parents)\b",
}
NO_FINDINGS = {"psychiatric", "blood loss", "death", "obese"}
"""Names of BC5CDR that are headings here, or no problem."""
_NEAR = 100


class Candidate(NamedTuple):
    """A mention that may be drawn."""

    note_id: str
    start: int
    end: int
    cue: str = ""
    """The question whose cue it was drawn for."""


def dictionary(folder: Path) -> list[str]:
    """Names to look for."""
    names: Counter[str] = Counter()
    for path in sorted(folder.glob("CDR_*Set.PubTator.txt")):
        if "Test" in path.name:
            continue
        for line in path.read_text(encoding="utf-8").splitlines():
            fields = line.split("\t")
            if len(fields) >= 6 and fields[4] == "Disease":
                names[fields[3].lower()] += 1
    marked = {name for name, times in names.items() if times >= 2 and len(name) >= 4}
    return sorted((marked | set(FINDINGS)) - NO_FINDINGS, key=lambda name: (-len(name), name))


def candidates(text: str, names: re.Pattern[str]) -> Iterator[tuple[int, int]]:
    """Where names are."""
    for match in names.finditer(text):
        yield match.span()


def near(text: str, start: int, end: int) -> str:
    """The line of a mention, cut near it, and the first words of the line."""
    line = text.rfind("\n", 0, start) + 1
    stop = text.find("\n", end)
    stop = len(text) if stop < 0 else stop
    return f"{text[line : line + 30]} | {text[max(line, start - _NEAR) : min(stop, end + _NEAR)]}".lower()


def drawn(notes: dict[str, str], names: re.Pattern[str]) -> list[Candidate]:
    """The mentions, in the order of the notes."""
    every = [Candidate(name, *span) for name, text in notes.items() for span in candidates(text, names)]
    order = [every[place] for place in generator("assertions", SEED).permutation(len(every)).tolist()]
    taken: dict[str, Candidate] = {}

    def take(wanted: int, question: str, pattern: str) -> None:
        for one in order:
            if wanted and one.note_id not in taken and re.search(pattern, near(notes[one.note_id], one.start, one.end)):
                taken[one.note_id] = one._replace(cue=question)
                wanted -= 1

    for question, pattern in CUES.items():
        take(EACH, question, pattern)
    take(EACH * len(CUES), "", "")
    return sorted(taken.values())


def main(notes_csv: str, bc5cdr: str) -> None:
    """Write ids and offsets."""
    csv.field_size_limit(10**9)
    with Path(notes_csv).open(encoding="utf-8", newline="") as handle:
        notes = {row["note_id"]: row["text"] for row in csv.DictReader(handle)}
    words = "|".join(re.escape(name) for name in dictionary(Path(bc5cdr)))
    found = drawn(notes, re.compile(rf"(?<!\w)(?:{words})(?!\w)", re.IGNORECASE))
    out = csv.writer(sys.stdout)
    out.writerow(Candidate._fields)
    out.writerows(found)


if __name__ == "__main__":
    main(*sys.argv[1:])
