"""How long until training starts? The first run tokenises the notes, the second finds their tokens in the corpus.

    python benchmarks/start.py [--notes 100000]

Makes a corpus of generated notes (about 100 words each, three to a patient) and starts the adaptation of MiniLM by each
objective twice, every time in a process of its own, the first time from a corpus without tokens. Prints seconds of the
imports, then of what follows up to the first batch: the model, the notes, the plan (1,000,000 tokens), the batch; their
sum ("ready"); and the whole from the start of the process. CPU s are processor seconds of reading the notes: divided by
its seconds they tell how many cores tokenising kept busy, on a machine that has nothing else to do.
The figures are also written to benchmarks/results/start.json.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import platform
import random
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

TEXT = (
    "patient reports pain fever cough chest stable today denies nausea left right lung clear heart rate normal blood "
    "pressure treated discharged home follow up review daily wound dry swelling knee admitted overnight observed mild"
)
TYPES = ("admission", "progress", "radiology", "discharge")
OBJECTIVES = ("mlm", "declutr")
BUDGET = 1_000_000
RESULT = Path(__file__).parent / "results" / "start.json"
COLUMNS = ("imports", "model", "notes", "cpu", "plan", "batch", "ready", "process")
HEADINGS = ("imports s", "model s", "notes s", "CPU s", "plan s", "batch s", "ready s", "process s")


def write_corpus(folder: Path, notes: int) -> None:
    from wardspace.config import CorpusConfig
    from wardspace.corpus import prepare

    draw, words, source = random.Random(7), TEXT.split(), folder.with_suffix(".csv")
    with source.open("w", newline="", encoding="utf-8") as handle:
        writer = csv.writer(handle)
        writer.writerow(["note_id", "patient_id", "note_type", "text"])
        for i in range(notes):
            text = " ".join(draw.choices(words, k=draw.randint(40, 160)))
            writer.writerow([f"n{i}", f"p{i // 3}", draw.choice(TYPES), text])
    columns = {"note_id": "note_id", "patient_id": "patient_id", "metadata": ["note_type"]}
    prepare(
        CorpusConfig.model_validate({"source": {"path": str(source)}, "columns": columns}), folder, show_progress=False
    )


def start_here(folder: Path, kind: str) -> None:
    """What `adapt` does before its first step, with the time each part takes."""
    lap = time.perf_counter()
    from wardspace.config import AdaptConfig, EncoderConfig, TrainingConfig
    from wardspace.corpus import Corpus
    from wardspace.models import LanguageModel
    from wardspace.objectives import ObjectiveSettings, Vocabulary, build
    from wardspace.training.data.notes import read_notes
    from wardspace.training.data.updates import UpdatePlan, Updates, loader
    from wardspace.training.objective_run import make_stages

    took: dict[str, float] = {}

    def took_part(name: str) -> None:
        nonlocal lap
        now = time.perf_counter()
        took[name], lap = now - lap, now

    took_part("imports")
    training, model = TrainingConfig(), AdaptConfig(name="start", objectives=[kind])
    masked = LanguageModel.load("minilm", seed=training.seed)
    took_part("model")
    processor = time.process_time()
    notes = read_notes(Corpus.open(folder), masked.tokenizer, show_progress=False)
    took["cpu"] = time.process_time() - processor
    took_part("notes")
    adapted = masked.to_encoder(EncoderConfig())
    setting = ObjectiveSettings(
        Vocabulary.of(masked.tokenizer), adapted.window, adapted.pooling, training.seed, notes.categories
    )
    stages = make_stages(
        model.objectives,
        [build(config, masked, setting) for config in model.objectives],
        notes,
        budget=BUDGET,
        training=training,
        new_head=masked.head_is_new,
        show_progress=False,
    )
    took_part("plan")
    plan = UpdatePlan.of([stages[0].plan.training])
    next(iter(loader(Updates([(stages[0].objective, stages[0].source)], plan))))
    took_part("batch")
    took["ready"] = sum(took[name] for name in ("model", "notes", "plan", "batch"))
    print(json.dumps({"notes_read": len(notes), "tokens_read": len(notes.ids), **took}))


def measure(folder: Path, kind: str) -> dict[str, Any]:
    start = time.perf_counter()
    command = [sys.executable, __file__, "--start", str(folder), kind]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    found["process"] = time.perf_counter() - start
    return {name: round(value, 2) for name, value in found.items()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--notes", type=int, default=100_000)
    parser.add_argument("--start", nargs=2, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.start:
        start_here(Path(arguments.start[0]), arguments.start[1])
        return
    rows: list[dict[str, Any]] = []
    print(f"{'objective':>10} {'run':>7} " + " ".join(f"{heading:>10}" for heading in HEADINGS), flush=True)
    with tempfile.TemporaryDirectory(prefix="start-") as scratch:
        folder = Path(scratch) / "corpus"
        write_corpus(folder, arguments.notes)
        for kind in OBJECTIVES:
            shutil.rmtree(folder / "tokens", ignore_errors=True)
            for run in ("first", "second"):
                row = {"objective": kind, "run": run, "notes": arguments.notes, **measure(folder, kind)}
                rows.append(row)
                figures = " ".join(f"{row[name]:>10.2f}" for name in COLUMNS)
                print(f"{kind:>10} {run:>7} {figures}", flush=True)
    RESULT.parent.mkdir(exist_ok=True)
    machine = f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"
    RESULT.write_text(json.dumps({"machine": machine, "rows": rows}, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
