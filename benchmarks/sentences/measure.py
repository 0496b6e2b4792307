"""How well sentences of notes are found: ours beside sentencex and spaCy's sentencizer.

    python benchmarks/sentences/measure.py --aci-bench FOLDER [--patients 60]

Two kinds of notes whose borders are known. The synthetic ward: its generator says where it begins a sentence, a line
and a heading. aci-bench: 24 stretches of ten lines, drawn by seed, whose borders were marked by hand before any
splitter was run (`aci_bench.csv`: places alone, no text). Both are also read broken at 72 characters, as notes of many
hospitals come: every place stays what it is, and no new line is a border. Whether a heading and the text behind it on
the same line are two sentences or one is a matter of taste: such a border counts neither for nor against anybody.
`pip install sentencex spacy` first. The figures go to benchmarks/results/sentences.json. Intervals: bootstrap over
notes, percentiles of 2,000 resamples. Speed: characters per second of one core.
"""

from __future__ import annotations

import argparse
import csv
import json
import re
import time
from collections.abc import Callable, Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from wardspace.config import WardConfig
from wardspace.core.seeds import generator
from wardspace.corpus.note.sentences import sentences
from wardspace.synthetic.generate import ward_batches
from wardspace.synthetic.text.gold import Identifier
from wardspace.synthetic.text.writer import Writer

HERE = Path(__file__).resolve().parent
RESULT = HERE.parent / "results" / "sentences.json"
WIDTH = 72
Splitter = Callable[[str], list[int]]
"""From a text to the first character of each sentence."""


class Marked(NamedTuple):
    """A note with the borders in a stretch of it."""

    text: str
    start: int
    end: int
    borders: frozenset[int]
    """First characters of sentences."""
    either: frozenset[int]
    """Those behind a heading on the same line."""


def ours(text: str) -> list[int]:
    return [one.start for one in sentences(text)]


def sentencex() -> Splitter:
    from sentencex import segment

    def split(text: str) -> list[int]:
        return list(_begins(segment("en", text)))

    return split


def line_by_line(split: Splitter) -> Splitter:
    """Every line by itself, as notes are often cut."""

    def split_lines(text: str) -> list[int]:
        lines = re.finditer(r"[^\n]*\S[^\n]*", text)
        return [line.start() + at for line in lines for at in split(line[0])]

    return split_lines


def spacy() -> Splitter:
    from spacy.lang.en import English

    nlp = English()
    nlp.add_pipe("sentencizer")

    def split(text: str) -> list[int]:
        return list(_begins([one.text_with_ws for one in nlp(text).sents]))

    return split


def _begins(parts: list[str]) -> Iterator[int]:
    """First characters of parts that make up a text, blanks aside."""
    at = 0
    for part in parts:
        if part.strip():
            yield at + len(part) - len(part.lstrip())
        at += len(part)


def ward(patients: int) -> list[Marked]:
    """Notes of the ward. What begins a sentence, line or heading is recorded as if it were an identifier."""
    kept = {name: getattr(Writer, name) for name in ("sentence", "line", "heading")}

    def recording(name: str) -> Callable[..., Any]:
        def write(writer: Writer, *given: Any, **slots: Any) -> Any:
            before, pieces = len(writer), len(writer._pieces)
            found = kept[name](writer, *given, **slots)
            written = "".join(writer._pieces[pieces:])
            at = before + len(written) - len(written.lstrip())
            writer._fragment.identifiers.append(Identifier(at, at, f"begins {name}"))
            return found

        return write

    try:
        for name in kept:
            setattr(Writer, name, recording(name))
        rows = [row for batch in ward_batches(WardConfig(patients=patients, seed=23)) for row in batch.to_pylist()]
    finally:
        for name, method in kept.items():
            setattr(Writer, name, method)
    return [_of_row(row) for row in rows]


def _of_row(row: dict[str, Any]) -> Marked:
    text = row["text"]
    begins = {one["start"] for one in row["identifiers"] if one["kind"].startswith("begins")}
    begins |= {match.end() for match in re.finditer(r"\n\n", text)}  # sections begin so, whoever writes them
    # templates of the ward that hold two sentences
    begins |= {match.end() for match in re.finditer(r"\. (?=Telephone |GP: Dr )", text)}
    either = {at for at in begins if re.search(r":[ ]*$", text[:at])}
    return Marked(text, 0, len(text), frozenset(begins - either - {0}), frozenset(either))


def aci_bench(folder: Path) -> list[Marked]:
    """The stretches that were marked by hand."""
    csv.field_size_limit(10**9)
    notes = {}
    found = []
    with (HERE / "aci_bench.csv").open(encoding="utf-8", newline="") as handle:
        rows = list(csv.DictReader(handle))
    for name in {row["file"] for row in rows}:
        with (folder / f"{name}.csv").open(encoding="utf-8", newline="") as handle:
            notes |= {(name, row["encounter_id"]): row["note"] for row in csv.DictReader(handle)}
    for row in rows:
        places = [frozenset(int(at) for at in row[column].split()) for column in ("borders", "headings")]
        found.append(Marked(notes[row["file"], row["encounter_id"]], int(row["start"]), int(row["end"]), *places))
    return found


def broken(note: Marked) -> Marked:
    """The same with its lines broken at a width; every place stays what it is."""
    return note._replace(text="\n".join(_broken(line) for line in note.text.split("\n")))


def _broken(line: str) -> str:
    signs, begun, blank = list(line), 0, -1
    for at, sign in enumerate(signs):
        if at - begun >= WIDTH and blank > begun:
            signs[blank], begun = "\n", blank + 1
        if sign == " " and signs[at - 1].strip():
            blank = at
    return "".join(signs)


def score(notes: list[Marked], split: Splitter) -> dict[str, Any]:
    """Precision, recall and F1 of borders."""
    counts = []
    for note in notes:
        found = {at for at in split(note.text) if note.start < at < note.end} - note.either
        counts.append((len(found & note.borders), len(found), len(note.borders)))
    sums = np.array(counts, dtype=float)
    drawn = generator("sentences benchmark", 0).integers(len(sums), size=(2000, len(sums)))
    low, high = np.percentile([_f1(sums[one].sum(axis=0)) for one in drawn], [2.5, 97.5])
    hits, found, right = sums.sum(axis=0)
    values = {"f1": _f1(sums.sum(axis=0)), "low": low, "high": high, "precision": hits / found, "recall": hits / right}
    return {name: round(float(value), 4) for name, value in values.items()}


def _f1(sums: np.ndarray) -> float:
    hits, found, right = sums
    return float(2 * hits / (found + right))


def speed(notes: list[Marked], split: Splitter) -> int:
    start = time.process_time()
    for note in notes:
        split(note.text)
    return round(sum(len(note.text) for note in notes) / (time.process_time() - start))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--aci-bench", type=Path, required=True, help="folder of the CSV files of aci-bench")
    parser.add_argument("--patients", type=int, default=60, help="patients of the ward")
    options = parser.parse_args()
    plain = {"ward": ward(options.patients), "aci-bench": aci_bench(options.aci_bench)}
    sets = plain | {f"{name}, lines broken": [broken(one) for one in notes] for name, notes in plain.items()}
    splitters = {"wardspace": ours}
    for name, split in {
        f"sentencex {version('sentencex')}": sentencex(),
        f"spacy sentencizer {version('spacy')}": spacy(),
    }.items():
        splitters |= {name: split, f"{name}, line by line": line_by_line(split)}
    result: dict[str, Any] = {"command": f"python benchmarks/sentences/measure.py --patients {options.patients}"}
    for name, notes in sets.items():
        result[name] = {"notes": len(notes), "borders": sum(len(one.borders) for one in notes)}
        for splitter, split in splitters.items():
            result[name][splitter] = score(notes, split) | {"characters_per_second": speed(notes, split)}
            print(f"{name:26}{splitter:40}{result[name][splitter]}")
    RESULT.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
