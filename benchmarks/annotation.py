"""How many labels does choosing the notes save? Annotation simulated with notes that are labelled already.

    python benchmarks/annotation.py labels --mtsamples PATH [--vectors FILE.npy]
    python benchmarks/annotation.py spans --bc5cdr PATH

`labels`: the specialty of MTSamples notes by the probe of `wardspace annotate` on MiniLM's frozen vectors, scored by
macro F1 on the test notes. `spans`: chemicals and diseases of BC5CDR by its linear layer on MiniLM's frozen tokens,
learned from abstracts of the training file and scored by strict F1 on every second one of the development file. Notes
are labelled in batches of 25 out of 80% of the training notes, another 80% with each of three seeds; the first batch is
chosen as the command does, without any label. Told is the first number of labels that reaches 90% of the score with all
labels of the pool. Choosing by uncertainty and distance, as the command does, is compared with choosing by lot; for
labels also with either alone. Curves of spans end where the 90% are reached, but not before 100 labels.
The figures go to benchmarks/results/annotation.json.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from shared import report

BASE, BATCH, SEEDS, POOL, SHARE = "minilm", 25, 3, 0.8, 0.9
SHOWN = (25, 50, 100, 200)
"""Numbers of labels whose scores are in the table."""

Curve = list[tuple[int, float]]
"""Labels and score after each batch."""
Uncertainty = NDArray[np.float64]
Choose = Callable[[list[int], Uncertainty], list[int]]
"""From what is labelled and how uncertain each note of the pool is to the next batch; places in the pool."""


class Task(Protocol):
    """What is simulated."""

    vectors: NDArray[np.float32]
    train: NDArray[np.int64]

    def learned(self, rows: NDArray[np.int64], pool: NDArray[np.int64]) -> tuple[Uncertainty, float]:
        """Learn from some notes: how uncertain each note of the pool is, and the score on the test notes."""
        ...


@dataclass
class Labels:
    """The specialty of notes of MTSamples, as recipes/mtsamples.yaml has it."""

    vectors: NDArray[np.float32]
    codes: NDArray[np.int32]
    train: NDArray[np.int64]
    test: NDArray[np.int64]
    classes: int

    @classmethod
    def of(cls, file: Path, stored: Path | None, folder: Path) -> Labels:
        from wardspace import Encoder
        from wardspace.config import ClassificationConfig, CorpusConfig
        from wardspace.corpus import prepare
        from wardspace.tasks.documents.labelled import labelled

        config = CorpusConfig.model_validate(
            {
                "source": {"path": str(file), "format": "csv"},
                "columns": {"note_id": "note_id", "text": "text", "labels": ["specialty"]},
                "split": {"validation": 0.1, "test": 0.2, "seed": 13},
            }
        )
        corpus = prepare(config, folder, show_progress=False)
        options = ClassificationConfig(name="specialty", label="specialty", min_notes=30, absent_classes="drop")
        every = labelled(corpus, options)
        if stored is not None and stored.is_file():
            vectors = np.load(stored)
        else:
            vectors = Encoder.load(BASE).encode(corpus.table(["text"])["text"].to_pylist())
            if stored is not None:
                np.save(stored, vectors)
        return cls(vectors, every.codes, every.rows("train"), every.rows("test"), len(every.classes))

    def learned(self, rows: NDArray[np.int64], pool: NDArray[np.int64]) -> tuple[Uncertainty, float]:
        from sklearn.metrics import f1_score

        from wardspace.tasks.annotation.active_learning import margin_uncertainty
        from wardspace.tasks.annotation.labels import label_probabilities
        from wardspace.tasks.probes.scaling import Scaling

        features = Scaling.of(self.vectors[self.train]).apply(self.vectors)
        found = label_probabilities(features, rows, self.codes[rows].astype(str))
        probabilities = np.zeros((len(self.codes), self.classes))
        if found is not None:
            probabilities[:, found[1].astype(int)] = found[0]
        predicted, every = probabilities[self.test].argmax(axis=1), range(self.classes)
        score = f1_score(self.codes[self.test], predicted, labels=every, average="macro", zero_division=0)
        return margin_uncertainty(probabilities[pool]), float(score)


class Read:
    """An encoder that reads each text once."""

    def __init__(self, encoder: Any) -> None:
        self._encoder, self._read = encoder, {}

    def token_vectors(self, texts: Sequence[str], *, layers: Sequence[int] | None = None) -> Iterator[Any]:
        read = self._read.setdefault(tuple(layers or ()), {})
        new = [text for text in dict.fromkeys(texts) if text not in read]
        read |= zip(new, self._encoder.token_vectors(new, layers=layers), strict=True)
        return (read[text] for text in texts)

    def spread_layers(self, count: int) -> list[int] | None:
        found: list[int] | None = self._encoder.spread_layers(count)
        return found


@dataclass
class Spans:
    """Chemicals and diseases of BC5CDR."""

    corpus: Any
    notes: list[dict[str, Any]]
    tests: list[dict[str, Any]]
    vectors: NDArray[np.float32]
    encoder: Any
    train: NDArray[np.int64] = field(init=False)

    def __post_init__(self) -> None:
        self.train = np.arange(len(self.notes))

    @classmethod
    def of(cls, bc5cdr: Path, folder: Path) -> Spans:
        from wardspace import Encoder

        corpora = [
            _pubtator(bc5cdr / f"CDR_{name}Set.PubTator.txt", folder / name) for name in ("Training", "Development")
        ]
        notes, tests = (corpus.table(["note_id", "text", "entities"]).to_pylist() for corpus in corpora)
        encoder = Encoder.load(BASE)
        vectors = encoder.encode([note["text"] for note in notes])
        return cls(corpora[0], notes, tests[::2], vectors, Read(encoder))

    def learned(self, rows: NDArray[np.int64], pool: NDArray[np.int64]) -> tuple[Uncertainty, float]:
        from wardspace.corpus.annotation import MarkedSpan
        from wardspace.tasks import Texts
        from wardspace.tasks.annotation.active_learning import span_uncertainty
        from wardspace.tasks.annotation.tagger import fitted_tagger

        def marked(note: dict[str, Any]) -> tuple[MarkedSpan, ...]:
            return tuple(MarkedSpan(start=one.start, end=one.end, type=one.type) for one in _mentions(note))

        known = {self.notes[row]["note_id"]: marked(self.notes[row]) for row in rows}
        tagger = fitted_tagger(Texts(self.corpus), known, lambda: self.encoder)
        found = tagger.mentions([self.notes[row]["text"] for row in pool])
        uncertain = span_uncertainty([[one.confidence for one in mentions] for mentions in found])
        hits = both = 0
        for note, mentions in zip(self.tests, tagger.mentions([one["text"] for one in self.tests]), strict=True):
            true, said = {tuple(one) for one in _mentions(note)}, {one[:3] for one in mentions}
            hits, both = hits + len(true & said), both + len(true) + len(said)
        return uncertain, 2 * hits / both


def _mentions(note: dict[str, Any]) -> list[Any]:
    from wardspace.tasks.entities.mentions import read_mentions, without_overlap

    return without_overlap(read_mentions(note["entities"], "type")[0])


def _pubtator(file: Path, folder: Path) -> Any:
    from wardspace.config import CorpusConfig
    from wardspace.corpus import prepare

    values = {
        "source": {"path": str(file), "format": "pubtator"},
        "columns": {"note_id": "id", "spans": ["entities"]},
        "deduplicate": {"exact": False, "report_near": None},
    }
    return prepare(CorpusConfig.model_validate(values), folder, show_progress=False)


def strategies(vectors: NDArray[np.float32], seed: int) -> dict[str, Choose]:
    """Ways of choosing the next batch of a pool."""
    from wardspace.tasks.annotation.active_learning import farthest_first

    lots = np.random.default_rng(seed).permutation(len(vectors)).tolist()

    def by_uncertainty(chosen: list[int], uncertain: Uncertainty) -> list[int]:
        if not chosen:
            return lots[:BATCH]
        taken = set(chosen)
        return [row for row in np.argsort(-uncertain, kind="stable").tolist() if row not in taken][:BATCH]

    return {
        "by lot": lambda chosen, _: lots[len(chosen) : len(chosen) + BATCH],
        "uncertainty x distance": lambda chosen, uncertain: farthest_first(vectors, BATCH, uncertain, chosen),
        "distance alone": lambda chosen, _: farthest_first(vectors, BATCH, np.ones(len(vectors)), chosen),
        "uncertainty alone": by_uncertainty,
    }


def simulated(task: Task, pool: NDArray[np.int64], choose: Choose, ends: Callable[[Curve], bool]) -> Curve:
    """Label the pool batch by batch."""
    chosen: list[int] = []
    uncertain, curve = np.ones(len(pool)), []
    while len(chosen) < len(pool) and not (curve and ends(curve)):
        chosen += choose(chosen, uncertain)
        uncertain, score = task.learned(pool[chosen], pool)
        curve.append((len(chosen), round(score, 4)))
    return curve


def measured(task: Task, names: Sequence[str], *, whole: bool) -> dict[str, Any]:
    """A row a strategy, and every curve."""
    curves: list[dict[str, Any]] = []
    for seed in range(SEEDS):
        pool = np.sort(np.random.default_rng(seed).permutation(task.train)[: int(POOL * len(task.train))])
        full = task.learned(pool, pool)[1]
        goal = SHARE * full
        print(f"seed {seed}: {full:.3f} with all {len(pool)} labels", flush=True)
        for name in names:
            choose = strategies(task.vectors[pool], seed)[name]
            curve = simulated(task, pool, choose, partial(_ends, goal=2 if whole else goal))
            need = next(count for count, score in curve if score >= goal)
            print(f"seed {seed}, {name}: {need} labels {curve[:12]}", flush=True)
            curves.append({"strategy": name, "seed": seed, "full": full, "needed": need, "curve": curve})
    return {"rows": [_row(name, curves) for name in names], "curves": curves}


def _ends(curve: Curve, goal: float) -> bool:
    return curve[-1][0] >= 100 and max(score for _, score in curve) >= goal


def _row(name: str, curves: list[dict[str, Any]]) -> dict[str, Any]:
    own = [one for one in curves if one["strategy"] == name]
    scores = {count: [dict(one["curve"]).get(count) for one in own] for count in SHOWN}
    means = {f"at_{n}": round(float(np.mean(found)), 3) for n, found in scores.items() if None not in found}
    full = round(float(np.mean([one["full"] for one in own])), 3)
    return {"strategy": name, "needed": [one["needed"] for one in own], **means, "full": full}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["labels", "spans"])
    parser.add_argument("--mtsamples", type=Path, help="notes.csv of MTSamples, or its folder")
    parser.add_argument("--vectors", type=Path, help="where its notes' vectors are kept, or are from an earlier run")
    parser.add_argument("--bc5cdr", type=Path, help="folder with the PubTator files of BC5CDR")
    parser.add_argument("--output", type=Path, default=report.RESULTS / "annotation.json")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="annotation-") as scratch:
        if options.what == "labels":
            file = options.mtsamples / "notes.csv" if options.mtsamples.is_dir() else options.mtsamples
            task: Task = Labels.of(file, options.vectors, Path(scratch))
            names = ["by lot", "uncertainty x distance", "distance alone", "uncertainty alone"]
        else:
            task, names = Spans.of(options.bc5cdr, Path(scratch)), ["by lot", "uncertainty x distance"]
        found = measured(task, names, whole=options.what == "labels")
    report.show(f"{options.what}: labels needed for {SHARE:.0%} of the score with all labels", found["rows"])
    before = json.loads(options.output.read_text()) if options.output.is_file() else {}
    report.write(options.output, {**before, "base": BASE, "batch": BATCH, options.what: found})


if __name__ == "__main__":
    main()
