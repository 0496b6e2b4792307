"""What does a few-shot grid cost? Vectors computed once, against the encoder in the loop.

    python benchmarks/few_shot.py [--mtsamples PATH] [--epochs-measured 5] [--padding full]

The grid of the embedding-space study: four numbers of labelled notes per class, five subsets each, a frozen encoder.
wardspace embeds every note of the task once (all windows of long notes) and fits its logistic probes, strengths chosen
on validation, predictions of validation and test included. The study's code runs the encoder on the training notes in
each of five epochs (batches of 16, AdamW at 2e-5 on a two-layer head, fp32, notes cut at 512 tokens) and once on the
test notes. It is spared what would make it slower still: padding every text to 512 (`--padding full` does so; here each
batch is padded to its longest), dropout in the encoder, and its looks at validation. It is too slow to run the grid
several times: it runs once for each number of notes, one round each, and the time of the grid is that times five; all
five subsets of a number have equally many notes. With --epochs-measured below 5 the training time is scaled as well.
Table and JSON say so. Without a data set the task is the specialty of notes of the synthetic ward.
The figures go to benchmarks/results/few_shot.json.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from shared import notes, report
from shared.side_by_side import Measured, Round, Side, Work, compare

BASE = "minilm"
SHOTS = (16, 32, 64, 128)
SUBSETS = 5
EPOCHS = 5
BATCH = 16
LONGEST = 512
LEARNING_RATE = 2e-5


@dataclass(frozen=True)
class Task:
    """Where the corpus is and what is predicted; light, for it travels to each side's process."""

    corpus: Path
    min_notes: int

    def load(self) -> tuple[Any, Any, list[str]]:
        """The options, and labels and texts of the task's own notes."""
        from wardspace.config import ClassificationConfig
        from wardspace.corpus import Corpus
        from wardspace.tasks.documents.labelled import Labelled, labelled

        options = ClassificationConfig(
            name="specialty",
            label="specialty",
            min_notes=self.min_notes,
            absent_classes="drop",
            probes=[],  # the grid alone, without the probe on all labels
            shots=list(SHOTS),
            subsets=SUBSETS,
        )
        corpus = Corpus.open(self.corpus)
        every = labelled(corpus, options)
        rows = np.flatnonzero(every.codes >= 0)
        own = Labelled(every.note_id[rows], every.group[rows], every.split[rows], every.codes[rows], every.classes)
        texts = corpus.table(columns=["text"])["text"].to_pylist()
        return options, own, [texts[row] for row in rows]


class _Clock:
    """Wall and processor seconds since it was made."""

    def __init__(self) -> None:
        self.start = (time.perf_counter(), time.process_time())

    def since(self) -> tuple[float, float]:
        return time.perf_counter() - self.start[0], time.process_time() - self.start[1]


def wardspace(task: Task) -> Work:
    from wardspace import Corpus, Encoder
    from wardspace.tasks import EvaluatedModel, Texts, kind_of, predict
    from wardspace.tasks.documents.labelled import LabelledNotes

    options, own, texts = task.load()
    encoder, corpus = Encoder.load(BASE), Corpus.open(task.corpus)

    def work(number: int) -> Round:
        if number == 0:
            encoder.encode(texts[:64], show_progress=False)
            return Round(1)
        start = time.perf_counter()
        vectors = encoder.encode(texts, show_progress=False)
        embedding = time.perf_counter() - start
        model = EvaluatedModel(BASE, lambda: vectors, lambda: encoder, own.split)
        settings = [one for one in kind_of(options).settings(options) if one.models == "encoders"]
        gold = LabelledNotes(own, Texts(corpus))
        predictions = predict(settings, model, gold, options.name, task.corpus, show_progress=False)
        values = {"embedding_seconds": embedding, "probes_seconds": time.perf_counter() - start - embedding}
        return Round(len(SHOTS) * SUBSETS, values | _scores_of_table(predictions))

    return work


def _scores_of_table(predictions: Any) -> dict[str, float]:
    from wardspace.tasks.probes.validation import macro_f1

    found: dict[str, list[float]] = {}
    table = predictions.select(["split", "shots", "seed", "truth", "probabilities"]).to_pylist()
    for shots in SHOTS:
        for seed in range(SUBSETS):
            rows = [r for r in table if (r["split"], r["shots"], r["seed"]) == ("test", shots, seed)]
            truth = np.array([r["truth"] for r in rows], dtype=np.int32)
            found.setdefault(f"test_macro_f1_{shots}", []).append(
                macro_f1(truth, np.array([r["probabilities"] for r in rows], dtype=np.float32))
            )
    return {name: round(statistics.mean(scores), 4) for name, scores in found.items()}


def encoder_in_the_loop(task: Task, padding: str, epochs: int) -> Work:
    """Round n is one run, on the first subset of SHOTS[n - 1]."""
    from wardspace.tasks.documents.subsets import few_shot

    loop = _Loop(task, padding)

    def work(number: int) -> Round:
        if number == 0:
            loop.train(loop.own.rows("train")[: 4 * BATCH], 1)
            return Round(1)
        shots = SHOTS[number - 1]
        rows = few_shot(loop.own, shots, 0)
        start = _Clock()
        head, seconds = loop.train(rows, epochs)
        train = start.since()
        middle = _Clock()
        score = loop.test(head)
        test = middle.since()
        # wall and processor seconds of a whole run: training scaled to all epochs, the test notes once
        run, run_cpu = (one * EPOCHS / epochs + other for one, other in zip(train, test, strict=True))
        values = {"shots": shots, "notes": len(rows), "test_seconds": test[0]}
        values |= {"run_seconds": run, "run_cpu_seconds": run_cpu}
        values |= {"epoch_min": min(seconds), "epoch_max": max(seconds), "test_macro_f1": round(score, 4)}
        return Round(epochs / EPOCHS, values)

    return work


class _Loop:
    """The study's way: a frozen encoder that reads the notes of every batch anew."""

    def __init__(self, task: Task, padding: str) -> None:
        from transformers import AutoModel, AutoTokenizer

        from wardspace.models import hardware, resolve

        _, self.own, self.texts = task.load()
        self.device = hardware.device()
        self.padding = "max_length" if padding == "full" else "longest"
        self.tokenizer = AutoTokenizer.from_pretrained(resolve(BASE))
        self.encoder = AutoModel.from_pretrained(resolve(BASE)).to(self.device).eval().requires_grad_(False)

    def train(self, rows: np.ndarray, epochs: int) -> tuple[Any, list[float]]:
        """A two-layer head, and the seconds of each epoch."""
        import torch
        from torch import nn

        torch.manual_seed(1)
        size, classes = self.encoder.config.hidden_size, len(self.own.classes)
        inner = [nn.Dropout(0.1), nn.Linear(size, size), nn.Tanh(), nn.Dropout(0.1), nn.Linear(size, classes)]
        head = nn.Sequential(*inner).to(self.device).train()
        optimiser = torch.optim.AdamW(head.parameters(), lr=LEARNING_RATE, weight_decay=0.01)
        seconds = []
        for _ in range(epochs):
            start = time.perf_counter()
            for places in torch.randperm(len(rows)).split(BATCH):
                chosen = rows[places.numpy()]
                targets = torch.from_numpy(self.own.codes[chosen]).long().to(self.device)
                loss = nn.functional.cross_entropy(head(self._pooled(chosen)), targets)
                optimiser.zero_grad()
                loss.backward()
                optimiser.step()
            seconds.append(time.perf_counter() - start)
        return head.eval(), seconds

    def test(self, head: Any) -> float:
        """Macro F1 of the test notes, each read by the encoder."""
        import torch

        from wardspace.tasks.probes.validation import macro_f1

        rows = self.own.rows("test")
        parts = np.split(rows, range(BATCH, len(rows), BATCH))
        with torch.no_grad():
            found = torch.cat([torch.softmax(head(self._pooled(part)), dim=1) for part in parts])
        return macro_f1(self.own.codes[rows], found.cpu().numpy())

    def _pooled(self, rows: np.ndarray) -> Any:
        texts = [self.texts[row] for row in rows]
        options = {"truncation": True, "max_length": LONGEST, "padding": self.padding, "return_tensors": "pt"}
        batch = self.tokenizer(texts, **options).to(self.device)
        hidden, mask = self.encoder(**batch).last_hidden_state, batch["attention_mask"].unsqueeze(-1)
        return (hidden * mask).sum(1) / mask.sum(1)


def prepared(options: argparse.Namespace, folder: Path) -> tuple[Task, dict[str, Any]]:
    """The corpus as recipes/mtsamples.yaml has it, or one of the synthetic ward."""
    from wardspace.config import CorpusConfig
    from wardspace.corpus import prepare

    file = notes.source("mtsamples", options.mtsamples)
    split = {"validation": 0.1, "test": 0.2, "seed": 13}
    if file is None:
        name, origin, columns = "synthetic ward", {"format": "ward", "ward": {"patients": options.patients}}, {}
    else:
        name, origin = "mtsamples", {"path": str(file), "format": "csv"}
        columns = {"note_id": "note_id", "text": "text", "metadata": ["note_type"], "labels": ["specialty"]}
    config = CorpusConfig.model_validate({"source": origin, "columns": columns, "split": split})
    corpus = prepare(config, folder, show_progress=False)
    return Task(folder, min_notes=30), {"notes": name, "number": len(corpus)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    notes.add_options(parser, "mtsamples")
    parser.add_argument("--patients", type=int, default=150, help="size of the synthetic ward, where it is used")
    parser.add_argument("--padding", choices=["longest", "full"], default="longest", help="of the encoder in the loop")
    parser.add_argument("--epochs-measured", type=int, default=EPOCHS, choices=range(1, EPOCHS + 1))
    parser.add_argument("--output", type=Path, default=report.RESULTS / "few_shot.json")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="few-shot-") as scratch:
        task, about = prepared(options, Path(scratch) / "corpus")
        _, own, _ = task.load()
        about |= {"classes": len(own.classes)} | {
            split: len(own.rows(split)) for split in ("train", "validation", "test")
        }
        loop = {"task": task, "padding": options.padding, "epochs": options.epochs_measured}
        sides = [Side("encoder in the loop", encoder_in_the_loop, loop), Side("wardspace", wardspace, {"task": task})]
        slow, quick = compare(sides, rounds=len(SHOTS))
    rows = _rows(slow, quick)
    how = (
        f"Encoder in the loop: {options.epochs_measured} of {EPOCHS} epochs, one run for each number of notes, "
        f"times {SUBSETS} subsets, not the whole grid. wardspace: the whole grid, {len(SHOTS)} times, "
        "its probes as the package runs them."
    )
    report.show(
        f"Few-shot grid of {len(SHOTS)} × {SUBSETS} runs ({about['notes']}, {about['classes']} classes)", rows, how
    )
    measured = report.rounds_of([slow, quick])
    settings = {"shots": SHOTS, "subsets": SUBSETS, "epochs": EPOCHS, "padding": options.padding}
    record = {"base": BASE, "corpus": about, "grid": settings, "how": how, "rows": rows, "rounds": measured}
    report.write(options.output, record)


def _rows(slow: Measured, quick: Measured) -> list[dict[str, Any]]:
    grid = SUBSETS * sum(found["run_seconds"] for found in slow.values)
    # the slow side's spread: had every epoch been as quick, or as slow, as the quickest or the slowest of its run
    bounds = [
        SUBSETS * sum(EPOCHS * found[name] + found["test_seconds"] for found in slow.values)
        for name in ("epoch_min", "epoch_max")
    ]
    seconds = statistics.median(quick.seconds)
    thrift = SUBSETS * sum(found["run_cpu_seconds"] for found in slow.values) / statistics.median(quick.cpu_seconds)
    least, most = min(quick.seconds), max(quick.seconds)
    fewest, last = SHOTS[0], SHOTS[-1]
    scores = {found["shots"]: found["test_macro_f1"] for found in slow.values}
    return [
        {
            "side": slow.name, "grid_seconds": round(grid, 1), "min": round(bounds[0], 1), "max": round(bounds[1], 1),
            "ratio": 1.0, "ratio_min": 1.0, "ratio_max": 1.0, "cpu_ratio": 1.0, **_busy(slow),
            f"f1_at_{fewest}": scores[fewest], f"f1_at_{last}": scores[last],
        },
        {
            "side": quick.name, "grid_seconds": round(seconds, 2), "min": round(least, 2), "max": round(most, 2),
            "ratio": round(grid / seconds, 1), "ratio_min": round(bounds[0] / most, 1),
            "ratio_max": round(bounds[1] / least, 1), "cpu_ratio": round(thrift, 1), **_busy(quick),
            f"f1_at_{fewest}": quick.values[0][f"test_macro_f1_{fewest}"],
            f"f1_at_{last}": quick.values[0][f"test_macro_f1_{last}"],
        },
    ]  # fmt: skip


def _busy(side: Measured) -> dict[str, Any]:
    others = round(statistics.median(side.others), 2)
    return {"peak_mb": round(side.peak_mb), "load": round(max(side.load), 1), "cores_of_others": others}


if __name__ == "__main__":
    main()
