"""Does `prepare` stream? Peak memory and time for corpora of growing size.

    python benchmarks/prepare_memory.py [--notes 100000 1000000]

Generates a CSV of short notes (about 40 words, three to a patient, some copies, some faults), prepares it in a process
of its own, and prints notes, seconds, processor seconds (the fairer figure on a busy machine) and peak resident memory.
The figures are also written to benchmarks/results/prepare_memory.json.
"""

from __future__ import annotations

import argparse
import csv
import json
import platform
import random
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

TEXT = (
    "patient reports pain fever cough chest stable today denies nausea left right lung clear heart rate normal blood "
    "pressure treated discharged home follow up review daily wound dry swelling knee admitted overnight observed mild"
)
TYPES = ("admission", "progress", "radiology", "discharge")
LABELS = ("low", "moderate", "severe")
RESULT = Path(__file__).parent / "results" / "prepare_memory.json"


def write_source(path: Path, notes: int) -> None:
    draw, words = random.Random(7), TEXT.split()
    with path.open("w", newline="", encoding="utf-8") as handle:
        writer = csv.writer(handle)
        writer.writerow(["note_id", "patient_id", "written", "note_type", "severity", "text"])
        for i in range(notes):
            text = " ".join(draw.choices(words, k=draw.randint(10, 70))) if i % 100 else f"copied note {i % 1000}"
            text = "" if i % 1000 == 7 else text.replace("review", "reviewed,\nwith the team")
            writer.writerow([f"n{i}", f"p{i // 3}", "2024-01-01", draw.choice(TYPES), draw.choice(LABELS), text])


def prepare_here(source: Path, folder: Path) -> None:
    from wardspace.config import CorpusConfig
    from wardspace.corpus import prepare

    config = CorpusConfig.model_validate(
        {
            "source": {"path": str(source)},
            "columns": {
                "patient_id": "patient_id",
                "time": "written",
                "metadata": ["note_type"],
                "labels": ["severity"],
            },
        }
    )
    start = time.perf_counter()
    corpus = prepare(config, folder, show_progress=False)
    seconds, processor = time.perf_counter() - start, time.process_time()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (2**20 if platform.system() == "Darwin" else 2**10)
    print(
        json.dumps(
            {
                "seconds": round(seconds, 1),
                "cpu_seconds": round(processor, 1),
                "peak_mb": round(peak),
                "kept": len(corpus),
            }
        )
    )


def measure(notes: int) -> dict[str, float]:
    with tempfile.TemporaryDirectory(prefix="prepare-memory-") as scratch:
        source = Path(scratch) / "notes.csv"
        write_source(source, notes)
        size = source.stat().st_size
        command = [sys.executable, __file__, "--prepare", str(source), str(Path(scratch) / "corpus")]
        done = subprocess.run(command, check=True, capture_output=True, text=True)
        return {"notes": notes, "source_mb": round(size / 2**20), **json.loads(done.stdout.splitlines()[-1])}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--notes", type=int, nargs="+", default=[100_000, 1_000_000])
    parser.add_argument("--prepare", type=Path, nargs=2, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.prepare:
        prepare_here(*arguments.prepare)
        return
    rows = []
    print(f"{'notes':>10} {'kept':>10} {'source MB':>10} {'seconds':>8} {'CPU s':>8} {'peak RSS MB':>12}")
    for notes in arguments.notes:
        row = measure(notes)
        rows.append(row)
        columns = {"notes": 10, "kept": 10, "source_mb": 10, "seconds": 8, "cpu_seconds": 8, "peak_mb": 12}
        print(" ".join(f"{row[name]:>{width}}" for name, width in columns.items()), flush=True)
    RESULT.parent.mkdir(exist_ok=True)
    machine = f"{platform.machine()}, Python {platform.python_version()}"
    RESULT.write_text(json.dumps({"machine": machine, "rows": rows}, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
