"""Does `prepare` find near-duplicates and versions, and what does it cost?

    python benchmarks/duplicates.py [--mtsamples PATH] [--notes 20000 100000]

Quality is precision and recall of pairs: two notes are a pair that was found where one was left out for the other, or
both for a third. Truth is, on MTSamples (`pages.csv`: one text stands on several pages), that two pages have the same
`text_id`, with exact deduplication off; on the synthetic ward, that two notes are versions of one. A ward's version
may lack a whole section, so near-duplicates are looked for at two thresholds there, and by the rule for versions. Each
is also compared with all pairs whose exact similarity reaches the threshold (`reach`: the share of them that was found
or joined by what was left out), which tells what MinHash misses.
Without --mtsamples only the ward is measured.

Cost is seconds, processor seconds and peak resident memory of a process of its own, with near-duplicates off and on,
on generated notes of about 100 words: 5% near-duplicates of an earlier note, 10% filled-in templates (200 of them), 10%
with a paragraph of the patient's note before; the rest words by Zipf's law. Below a million notes, time and memory at a
million are a straight line through the two largest numbers (as templates stay the same 200, the truth lies above it).
The figures go to benchmarks/results/duplicates.json.
"""

from __future__ import annotations

import argparse
import csv
import itertools
import json
import os
import platform
import re
import resource
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

RESULT = Path(__file__).parent / "results" / "duplicates.json"
PATIENTS = 2000
SHINGLE = 3
OFF = {"near": None, "report_near": None, "copied_forward": "off"}
SETTINGS = {
    "off": OFF,
    "default": {},
    "near and cut": {"near": 0.8, "copied_forward": "remove"},
}
Pair = frozenset[str]


def pairs(groups: Iterable[Iterable[str]]) -> set[Pair]:
    return {frozenset(pair) for group in groups for pair in itertools.combinations(sorted(group), 2)}


def left_out(corpus: Any) -> set[Pair]:
    """Pairs of notes that were taken for one."""
    groups: dict[str, set[str]] = defaultdict(set)
    for row in corpus.rejects().to_pylist():
        kept = re.match(r"(?:near-duplicate|an earlier version) of (\S+)", row["reason"])
        if kept:
            groups[kept[1]] |= {kept[1], row["note_id"]}
    return pairs(groups.values())


def alike(corpus: Path, threshold: float) -> set[Pair]:
    """All pairs of notes whose shingles are this near, by comparing every note with all that share a shingle."""
    from scipy.sparse import csr_matrix

    from wardspace.corpus import Corpus
    from wardspace.corpus.duplicates.sketching import shingles

    table = Corpus.open(corpus).table(["note_id", "text"])
    ids = table["note_id"].to_pylist()
    sets = [shingles(text, SHINGLE) for text in table["text"].to_pylist()]
    sizes = np.array([len(one) for one in sets])
    _, columns = np.unique(np.concatenate(sets), return_inverse=True)
    matrix = csr_matrix((np.ones(len(columns), np.int32), columns, np.concatenate([[0], np.cumsum(sizes)])))
    found = set()
    for start in range(0, len(ids), 500):
        shared = (matrix[start : start + 500] @ matrix.T).tocoo()
        rows = shared.row + start
        near = shared.data >= threshold * (sizes[rows] + sizes[shared.col] - shared.data)
        found |= {frozenset((ids[i], ids[j])) for i, j in zip(rows[near], shared.col[near], strict=True) if i < j}
    return found


def quality(source: dict[str, Any], truth: set[Pair], deduplicate: dict[str, Any], columns: dict[str, Any]) -> Any:
    from wardspace.config import CorpusConfig
    from wardspace.corpus import prepare

    def run(folder: Path, options: dict[str, Any]) -> Any:
        section = {"source": source, "columns": columns, "deduplicate": {**OFF, "exact": False, **options}}
        return prepare(CorpusConfig.model_validate(section), folder, show_progress=False)

    with tempfile.TemporaryDirectory(prefix="duplicates-") as scratch:
        start = time.perf_counter()
        corpus = run(Path(scratch) / "a", deduplicate)
        seconds = time.perf_counter() - start
        found = left_out(corpus)
        reach = None
        if "near" in deduplicate:
            run(Path(scratch) / "b", {})
            reachable = alike(Path(scratch) / "b", deduplicate["near"])
            gone = {row["note_id"] for row in corpus.rejects().to_pylist()}
            reach = sum(pair in found or bool(pair & gone) for pair in reachable) / max(1, len(reachable))
    return {
        "notes": corpus.manifest.counts["rows_read"],
        "pairs": len(truth),
        "found": len(found),
        "precision": round(len(found & truth) / max(1, len(found)), 4),
        "recall": round(len(found & truth) / len(truth), 4),
        "reach": None if reach is None else round(reach, 4),
        "seconds": round(seconds, 1),
    }


def on_pages(path: Path) -> Iterator[dict[str, Any]]:
    csv.field_size_limit(sys.maxsize)
    groups: dict[str, list[str]] = defaultdict(list)
    with tempfile.TemporaryDirectory(prefix="pages-") as scratch:
        numbered = Path(scratch) / "pages.csv"
        with path.open(encoding="utf-8", newline="") as read, numbered.open("w", encoding="utf-8", newline="") as write:
            writer = csv.writer(write)
            writer.writerow(["note_id", "text"])
            for i, row in enumerate(csv.DictReader(read)):
                groups[row["text_id"]].append(f"n{i}")
                writer.writerow([f"n{i}", row["transcription"]])
        for threshold in (0.8, 0.9):
            measured = quality({"path": str(numbered)}, pairs(groups.values()), {"near": threshold}, {})
            yield {"on": "MTSamples pages", "by": f"near {threshold}", **measured}


def on_ward() -> Iterator[dict[str, Any]]:
    from wardspace.synthetic.course import course
    from wardspace.synthetic.patients.diseases import knowledge
    from wardspace.synthetic.patients.patient import patient

    known, truth = knowledge(), set()
    for index in range(PATIENTS):
        who, number = patient(known, 7, index), 0
        for entry in course(who, 7):
            if entry.edited:
                truth.add(frozenset(f"{who.patient_id}-N{n:02d}" for n in (number, number + 1)))
            number += 1 + entry.edited
    source = {"format": "ward", "ward": {"patients": PATIENTS, "seed": 7}}
    for by, options in {
        "near 0.8": {"near": 0.8},
        "near 0.5": {"near": 0.5},
        "versions": {"versions": {"category": "note_type"}},
    }.items():
        yield {"on": "synthetic ward", "by": by, **quality(source, truth, options, {})}


def write_notes(path: Path, notes: int) -> None:
    """Notes of two paragraphs, some of them much like another."""
    draw = np.random.default_rng(7)
    vocabulary = np.array([f"w{i:x}" for i in range(20_000)])
    weights = 1 / np.arange(3, 20_003)
    templates = draw.choice(vocabulary, (200, 100))
    shares = np.cumsum(weights / weights.sum())
    recent: list[list[str]] = []
    with path.open("w", newline="", encoding="utf-8") as handle:
        writer = csv.writer(handle)
        writer.writerow(["note_id", "patient_id", "written", "text"])
        for i in range(notes):
            kind = draw.random()
            words = vocabulary[np.searchsorted(shares[:-1], draw.random(int(draw.integers(60, 140))))].tolist()
            if kind < 0.05 and recent:
                words = list(recent[int(draw.integers(len(recent)))])
                words[int(draw.integers(len(words)))] = f"x{i}"
            elif kind < 0.15:
                words = templates[int(draw.integers(200))].tolist()
                for place in draw.integers(len(words), size=int(draw.integers(1, 20))).tolist():
                    words[place] = f"y{int(draw.integers(50))}"
            elif kind < 0.25 and i % 3 and recent:
                words[:30] = recent[-1][:30]
            recent = [*recent[-999:], words]
            text = f"{' '.join(words[:30])}\n\n{' '.join(words[30:])}"
            writer.writerow([f"n{i}", f"p{i // 3}", f"2024-01-{1 + i % 3:02d}", text])


def prepare_here(source: Path, folder: Path, setting: str) -> None:
    from wardspace.config import CorpusConfig
    from wardspace.corpus import prepare

    columns = {"patient_id": "patient_id", "time": "written"}
    section = {"source": {"path": str(source)}, "columns": columns, "deduplicate": SETTINGS[setting]}
    start = time.perf_counter()
    corpus = prepare(CorpusConfig.model_validate(section), folder, show_progress=False)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (2**20 if platform.system() == "Darwin" else 2**10)
    measured = {"seconds": round(time.perf_counter() - start, 1), "cpu_seconds": round(time.process_time(), 1)}
    print(json.dumps({**measured, "peak_mb": round(peak), "kept": len(corpus)}))


def costs(sizes: list[int]) -> Iterator[dict[str, Any]]:
    for notes in sizes:
        with tempfile.TemporaryDirectory(prefix="duplicates-") as scratch:
            source = Path(scratch) / "notes.csv"
            write_notes(source, notes)
            for setting in SETTINGS:
                command = [sys.executable, __file__, "--prepare", str(source), f"{scratch}/corpus", setting]
                done = subprocess.run(command, check=True, capture_output=True, text=True)
                yield {"notes": notes, "setting": setting, **json.loads(done.stdout.splitlines()[-1])}


def at_a_million(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Time and memory by a straight line through the two largest numbers of notes."""
    found = []
    for setting in SETTINGS:
        *_, few, many = sorted((row for row in rows if row["setting"] == setting), key=lambda row: row["notes"])
        steps = (1_000_000 - many["notes"]) / (many["notes"] - few["notes"])
        estimate = {name: round(many[name] + steps * (many[name] - few[name])) for name in ("cpu_seconds", "peak_mb")}
        found.append({"notes": 1_000_000, "setting": setting, **estimate})
    return found


def show(row: dict[str, Any], widths: dict[str, int]) -> None:
    print(" ".join(f"{row.get(name, ''):>{width}}" for name, width in widths.items()), flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mtsamples", type=Path, default=os.environ.get("WARDSPACE_MTSAMPLES"))
    parser.add_argument("--notes", type=int, nargs="+", default=[20_000, 100_000])
    parser.add_argument("--prepare", nargs=3, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.prepare:
        prepare_here(Path(arguments.prepare[0]), Path(arguments.prepare[1]), arguments.prepare[2])
        return
    place = Path(arguments.mtsamples) if arguments.mtsamples else None
    pages = place / "pages.csv" if place and place.is_dir() else place
    # first, for a process begins with its parent's peak
    widths = {"notes": 10, "setting": 13, "kept": 10, "seconds": 8, "cpu_seconds": 12, "peak_mb": 8}
    show({name: name for name in widths}, widths)
    rows = []
    for row in costs(arguments.notes):
        rows.append(row)
        show(row, widths)
    estimates = at_a_million(rows) if len(arguments.notes) > 1 and max(arguments.notes) < 1_000_000 else []
    for row in estimates:
        show({**row, "seconds": "(line)"}, widths)
    widths = {"on": 16, "by": 9, "notes": 6, "pairs": 6, "found": 6, "precision": 9, "recall": 7, "reach": 7}
    show({name: name for name in widths}, widths)
    measured = []
    for row in itertools.chain(on_pages(pages) if pages else (), on_ward()):
        measured.append(row)
        show({name: "" if value is None else value for name, value in row.items()}, widths)
    machine = f"{platform.machine()}, Python {platform.python_version()}"
    result = {"machine": machine, "quality": measured, "cost": rows, "extrapolated": estimates}
    RESULT.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
