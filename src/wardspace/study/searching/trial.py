"""One trial: a recipe is trained into a scratch folder, scored on validation, and its model deleted."""

from __future__ import annotations

import shutil
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from wardspace.config import AdaptConfig, StudyConfig
from wardspace.config.search_check import searched_task
from wardspace.core.errors import RecipeError
from wardspace.core.files import read_json, write_json
from wardspace.corpus import Corpus
from wardspace.corpus.shown import ShownCorpus
from wardspace.study.searching.folder import SearchFolder
from wardspace.study.searching.records import Part, Trial
from wardspace.study.searching.scoring import SEEN, Scorer, overall
from wardspace.training import COST_FILE, adapt


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
        self.notes = ShownCorpus(corpus, SEEN)
        asked, task = study.search.score, searched_task(study, study.search)
        shots = [*task.shots, None] if asked.shots is None else list(dict.fromkeys(asked.shots))
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
        parts = self.scorer.parts(self.study.base, show_progress=self.show)
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
        parts = self.scorer.parts(str(model), show_progress=self.show)
        return self._recorded(trial.model_copy(update=spent), job.name, start, parts)

    def _train(self, job: Job, target: Path) -> None:
        if (target / COST_FILE).is_file():  # trained whole, and interrupted while it was scored
            return
        adapt(
            self.notes,
            job.model,
            base=self.study.base,
            encoder=self.study.encoder,
            budget=self.study.budget.model_copy(update={"tokens": job.budget}),
            training=self.study.training,
            transductive=False,
            folder=target,
            show_progress=self.show,
        )

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
