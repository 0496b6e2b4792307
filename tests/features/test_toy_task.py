"""A kind of task that exists in this test alone runs from `prepare` to `report`: nothing in `src/` knows of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import pyarrow as pa
import pytest

from tests.fixtures.studies import small_study
from wardspace.config import TASKS, TaskSection
from wardspace.core.files import read_json
from wardspace.evaluation.tally import Metric, Tally
from wardspace.evaluation.task_metrics import TaskMetrics
from wardspace.results.settings import SettingRecord
from wardspace.study import Study
from wardspace.tasks import KINDS, KindWords, register

GUESS = SettingRecord(name="guess", family="baseline", trained="nothing")
LINE = SettingRecord(name="line", family="frozen", trained="head")


class WordCountConfig(TaskSection):
    """How many words of the note are on a list."""

    kind: Literal["word_count"] = "word_count"
    """Kind of task."""
    words: list[str]
    """The list."""


@dataclass(frozen=True)
class Counts:
    """The number of listed words of each note."""

    note_id: np.ndarray
    group: np.ndarray
    split: np.ndarray
    counts: np.ndarray
    classes: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ("The words are made up.",)

    def rows(self, split):
        return np.flatnonzero(self.split == split)

    def units(self, split):
        return self.note_id[self.rows(split)], self.rows(split)

    def truth(self, split):
        rows = self.rows(split)
        columns = {"note_id": self.note_id[rows], "group": self.group[rows], "count": self.counts[rows]}
        return pa.table({name: pa.array(values.tolist()) for name, values in columns.items()})


@dataclass(frozen=True)
class Line:
    """Counts as a linear function of vectors."""

    weights: np.ndarray
    vectors: np.ndarray
    about: dict = field(default_factory=dict)

    def predict(self, units):
        note_id, rows = units
        told = self.vectors[rows] @ self.weights[:-1] + self.weights[-1]
        return pa.table({"note_id": pa.array(note_id.tolist()), "predicted": pa.array(told)})


@dataclass(frozen=True)
class Guess:
    """The mean of the training notes."""

    record: SettingRecord = GUESS
    models: tuple[str, ...] = ("mean",)

    def runs(self, gold):
        return [(None, 0)]

    def cap(self, gold):
        return None

    def reads(self, gold):
        return np.empty(0, dtype=np.int64)

    def fit(self, model, gold, run, folder, *, show_progress=True):
        mean = gold.counts[gold.rows("train")].mean()
        return Line(np.array([0.0, mean]), np.zeros((len(gold.counts), 1)))


@dataclass(frozen=True)
class LeastSquares(Guess):
    """A ridge regression on frozen vectors."""

    record: SettingRecord = LINE
    models: str = "encoders"

    def reads(self, gold):
        return np.arange(len(gold.counts))

    def fit(self, model, gold, run, folder, *, show_progress=True):
        rows, vectors = gold.rows("train"), np.asarray(model.vectors, dtype=np.float64)
        inputs = np.append(vectors[rows], np.ones((len(rows), 1)), axis=1)
        weights = np.linalg.solve(inputs.T @ inputs + 1e-3 * np.eye(inputs.shape[1]), inputs.T @ gold.counts[rows])
        return Line(weights, vectors)


class WordCount:
    """Count words."""

    config = WordCountConfig
    words = KindWords(
        "note", "notes", {"line": "least squares", "guess": "mean of training"}, {"within_one": "within one"}
    )

    def describe(self, task):
        return f"count {len(task.words)} invented words"

    def gold(self, texts, task, splits):
        table = texts.corpus.table(["note_id", "patient_id", "split", "text"])
        counts = [sum(word.strip(".") in task.words for word in text.split()) for text in table["text"].to_pylist()]
        columns = (np.array(table[name].to_pylist(), dtype=object) for name in ("note_id", "patient_id", "split"))
        return Counts(*columns, np.array(counts, dtype=np.float64))

    def settings(self, task):
        return [Guess(), LeastSquares()]

    def scored(self, task, classes):
        within = Metric("within_one", ("hits", "notes"), lambda hits, notes: hits / np.maximum(notes, 1e-9))
        return TaskMetrics(_tally, (within,), {one.name: one for one in (LINE, GUESS)})


def _tally(predictions):
    count, told = predictions["count"].to_numpy(), predictions["predicted"].to_numpy()
    parts = {"hits": (np.abs(count - told) <= 1).astype(float), "notes": np.ones(len(count))}
    names = (predictions[name].cast(pa.string()).to_pylist() for name in ("note_id", "group"))
    units, patients = names
    return Tally.of(parts, units=units, patients=patients, truth=count)


@pytest.fixture
def registered(monkeypatch):
    for held in (KINDS, TASKS.sections):
        monkeypatch.setitem(held, "word_count", None)  # taken out again after the test
    register(WordCount())


def test_a_new_kind_of_task_runs_from_prepare_to_report(tmp_path, registered):
    task = {"name": "listed", "kind": "word_count", "words": ["patient", "seen", "today", "history"]}
    study = Study.parse(small_study(tmp_path, tasks=[task]), tmp_path / "run")
    page = study.run().read_text(encoding="utf-8")
    results = read_json(study.folder.results)
    scores = {
        (one["model"], one["setting"]): one
        for one in results["scores"]
        if (one["split"], one["seed"]) == ("test", None)
    }
    assert set(scores) == {("mean", "guess"), *((name, "line") for name in ("base", "both", "category"))}
    for one in scores.values():
        assert one["task"] == "listed" and one["metric"] == "within_one"
        assert one["low"] <= one["value"] <= one["high"]
    assert scores["mean", "guess"]["value"] == pytest.approx(_expected(study.folder, task["words"]))
    pairs = {(one["model"], one["against"]) for one in results["differences"]}
    assert {("both", "base"), ("category", "base")} <= pairs
    assert all(one["low"] <= one["value"] <= one["high"] for one in results["differences"])
    assert {"name": "mean", "kind": "baseline"}.items() <= next(
        m for m in results["models"] if m["name"] == "mean"
    ).items()
    assert any("The words are made up." in warning for warning in results["warnings"])
    for shown in ("listed", "least squares", "within one", "count 4 invented words", "mean of training"):
        assert shown in page.lower()


def _expected(folder, words):
    """The share of test notes within one of the training mean, counted here."""
    from wardspace.corpus import Corpus

    rows = Corpus.open(folder.corpus).table(["text", "split"]).to_pylist()
    count = {id(row): sum(word.strip(".") in words for word in row["text"].split()) for row in rows}
    train, test = ([count[id(row)] for row in rows if row["split"] == split] for split in ("train", "test"))
    return np.mean(np.abs(np.array(test) - np.mean(train)) <= 1)
