"""One trial: a recipe is trained into a scratch folder, scored on validation, and its model deleted."""

from __future__ import annotations

import math
import shutil
import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from wardspace.config import AdaptConfig, EncoderConfig, StudyConfig, TaskSection
from wardspace.config.search.check import searched_task
from wardspace.core.errors import RecipeError
from wardspace.core.files import read_json, write_json
from wardspace.core.progress import progress
from wardspace.corpus import Corpus
from wardspace.corpus.corpus import SplitView
from wardspace.evaluation.intervals.distribution import points
from wardspace.evaluation.prediction_set import PredictionSet, prediction_sets
from wardspace.models import Encoder
from wardspace.study.search.records import Part, SearchFolder, Trial
from wardspace.tasks import EvaluatedModel, Gold, Texts, kind_of, predict
from wardspace.tasks.columns import objects
from wardspace.training import COST_FILE, Recipe, adapt

SEEN = ("train", "validation")
"""Splits that a search may look at."""


class Scorer:
    """Scores encoders by the same probes on the same few-shot subsets as the study does, on validation alone.

    Parameters
    ----------
    corpus : Corpus
        The notes; those of the test split are out of its reach.
    task : TaskSection
        What is predicted, of a kind that has metrics for a search.
    shots : sequence of int or None
        Labels per class, None for all.
    metric : str
        What predictions are scored by.
    """

    def __init__(
        self,
        corpus: Corpus,
        task: TaskSection,
        shots: Sequence[int | None],
        metric: str,
        encoder: EncoderConfig,
    ) -> None:
        self.notes = SplitView(corpus, SEEN)
        self.task, kind = task.for_search(shots), kind_of(task)
        self.gold: Gold = kind.gold(Texts(self.notes), self.task, SEEN)
        self.settings = [one for one in kind.settings(self.task) if one.models == "encoders"]
        self.read = np.unique(np.concatenate([one.reads(self.gold) for one in self.settings]))
        self.split = objects(self.notes.table(["split"])["split"])
        self.split[np.setdiff1d(np.arange(len(self.split)), self.read)] = None  # notes that get no vector
        self.metric, self.encoder = metric, encoder

    @property
    def validated(self) -> int:
        """How many notes a score is of."""
        return len(self.gold.truth("validation"))

    def parts(self, source: str, folder: Path, *, show_progress: bool = True) -> list[Part]:
        """Scores of a model with each number of labels, few first; what fitting keeps goes into a folder."""
        encoder = Encoder.load(source, self.encoder)
        vectors = self._vectors(encoder, show=show_progress)
        model = EvaluatedModel("model", lambda: vectors, lambda: encoder, self.split)
        found = predict(
            self.settings, model, self.gold, self.task.name, folder,
            splits=("validation",), show_progress=show_progress,
        )  # fmt: skip
        scored = kind_of(self.task).scored(self.task, self.gold.classes)
        (panel,) = prediction_sets(found, {self.task.name: scored})
        (metric,) = (one for one in panel.metrics if one.name == self.metric)
        return _parts(panel, points(panel, [metric])[self.metric])

    def _vectors(self, encoder: Encoder, *, show: bool) -> NDArray[np.float32]:
        """Vectors of the notes that the probes read, in the rows of the corpus; zeros for the others.

        After a short training, embedding is most of a trial: notes that nothing is learned from are left alone.
        """
        found, first = [], 0
        with progress("embedding (notes)", len(self.read), show=show) as advance:
            for batch in self.notes.batches(["text"]):
                mine = self.read[(self.read >= first) & (self.read < first + batch.num_rows)] - first
                first += batch.num_rows
                if len(mine):
                    texts = batch.column("text").take(pa.array(mine)).to_pylist()
                    found.append(encoder.encode(texts, show_progress=False))
                    advance(len(mine))
        vectors = np.concatenate(found)
        whole = np.zeros((first, vectors.shape[1]), dtype=np.float32)
        whole[self.read] = vectors
        return whole


def _parts(panel: PredictionSet, values: NDArray[np.float64]) -> list[Part]:
    found = []
    for series, runs in panel.series().items():
        own = [float(values[run]) for run in sorted(runs, key=lambda run: panel.runs[run].seed)]
        found.append(Part(shots=series.shots, value=statistics.fmean(own), values=own))
    return sorted(found, key=lambda part: math.inf if part.shots is None else part.shots)


def overall(parts: Sequence[Part]) -> tuple[float, float | None]:
    """The mean of the parts, and its standard error over few-shot subsets.

    Subsets of one seed lie in each other, so a seed counts as one draw.
    """
    score = statistics.fmean(part.value for part in parts)
    few = [part.values for part in parts if part.shots is not None]
    draws = [sum(values) / len(parts) for values in zip(*few, strict=True)]
    error = statistics.stdev(draws) / math.sqrt(len(draws)) if len(draws) > 1 else None
    return score, error


def against_base(parts: Sequence[Part], base: Sequence[Part]) -> tuple[float, float | None]:
    """Mean difference to the base, and its standard error over the subsets that both were scored on."""
    pairs = zip(parts, base, strict=True)
    return overall(
        [
            Part(
                shots=own.shots,
                value=own.value - other.value,
                values=[one - two for one, two in zip(own.values, other.values, strict=True)],
            )
            for own, other in pairs
        ]
    )


@dataclass(frozen=True)
class Job:
    """A training to do.

    Parameters
    ----------
    number, rung : int
        Which recipe, and on which rung.
    options : dict
        What was drawn.
    model : AdaptConfig
        The entry of `adapt` with it.
    budget : int
        Tokens to train on.
    """

    number: int
    rung: int
    options: dict[str, Any]
    model: AdaptConfig
    budget: int

    @property
    def name(self) -> str:
        """Name of its record and its work folder."""
        return f"{self.number:03d}-{self.rung}"

    def told(self) -> dict[str, Any]:
        """As plain values, for another process."""
        return {**vars(self), "model": self.model.model_dump(mode="json")}


class Bench:
    """Everything that trials have in common.

    Parameters
    ----------
    study : StudyConfig
        The study, its search included.
    corpus : Corpus
        The prepared notes.
    folder : SearchFolder
        Where records and scratch folders lie.
    began : float
        Time at which the search would have begun without interruptions.
    show_progress : bool
        Show bars.
    """

    def __init__(
        self, study: StudyConfig, corpus: Corpus, folder: SearchFolder, began: float, *, show_progress: bool = True
    ) -> None:
        if study.search is None:
            raise ValueError("the study has no search")
        self.study, self.folder, self.began = study, folder, began
        self.notes = SplitView(corpus, SEEN)
        asked, task = study.search.score, searched_task(study, study.search)
        shots = task.search_shots() if asked.shots is None else list(dict.fromkeys(asked.shots))
        self.scorer = Scorer(corpus, task, shots, asked.metric, study.encoder)
        self.show = show_progress

    def told(self) -> dict[str, Any]:
        """As plain values, for another process."""
        return {
            "study": self.study.resolved(),
            "corpus": str(self.notes.folder.resolve()),
            "folder": str(self.folder.path.resolve()),
            "began": self.began,
        }

    def base(self) -> Trial:
        """The base, not adapted, scored and on record."""
        start = time.perf_counter()
        parts = self.scorer.parts(self.study.base, self.folder.work("base"), show_progress=self.show)
        return self._recorded(Trial(number=None, rung=None, options={}, state="scored"), "base", start, parts)

    def run(self, job: Job) -> Trial:
        """Train and score a recipe, and put it on record; what an interruption left of it is gone on with."""
        model = self.folder.work(job.name) / "model"
        trial = Trial(number=job.number, rung=job.rung, options=job.options, state="scored", budget=job.budget)
        start = time.perf_counter()
        try:
            self._train(job, model)
        except RecipeError as error:
            failed = trial.model_copy(update={"state": "failed", "reason": error.what})
            return self._recorded(failed, job.name, start, [])
        costs = read_json(model / COST_FILE)
        spent = {"tokens": sum(cost["tokens"] for cost in costs)}
        spent["training_seconds"] = round(sum(cost["seconds"] for cost in costs), 2)
        parts = self.scorer.parts(str(model), self.folder.work(job.name), show_progress=self.show)
        return self._recorded(trial.model_copy(update=spent), job.name, start, parts)

    def _train(self, job: Job, target: Path) -> None:
        if (target / COST_FILE).is_file():  # trained whole, and interrupted while it was scored
            return
        study, budget = self.study, self.study.budget.model_copy(update={"tokens": job.budget})
        recipe = Recipe(self.notes, job.model, study.base, study.encoder, budget, study.training)
        adapt(recipe, target, show_progress=self.show)

    def _recorded(self, trial: Trial, name: str, start: float, parts: list[Part]) -> Trial:
        score, error = overall(parts) if parts else (None, None)
        update = {
            "parts": parts,
            "score": score,
            "error": error,
            "other_seconds": round(max(0.0, time.perf_counter() - start - trial.training_seconds), 2),
            "elapsed": round(time.time() - self.began, 2),
        }
        done = trial.model_copy(update=update)
        write_json(self.folder.trial(name), done.model_dump(mode="json"))
        shutil.rmtree(self.folder.work(name), ignore_errors=True)
        return done
