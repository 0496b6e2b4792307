"""Tasks to stored predictions, stored predictions to scores."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from wardspace.config import BASELINES, StudyConfig, TaskSection
from wardspace.core.files import digest
from wardspace.core.version import __version__
from wardspace.corpus import Corpus
from wardspace.corpus.schema import SPLITS
from wardspace.evaluation import best_models, score_predictions
from wardspace.evaluation.score_predictions import Evaluation
from wardspace.evaluation.task_metrics import TaskMetrics
from wardspace.models import Encoder
from wardspace.results import AcrossDifference, Difference, Score, Tuning
from wardspace.study.folder import RunFolder
from wardspace.study.run import encoder_source
from wardspace.study.stages import Stages
from wardspace.tasks import (
    EvaluatedModel,
    Gold,
    Setting,
    Texts,
    kept_folders,
    kind_of,
    no_model,
    predict,
    read_predictions,
    terms_of,
    write_predictions,
)
from wardspace.tasks.columns import objects
from wardspace.tasks.finetuning import BEFORE

Vectors = Callable[[], NDArray[np.float32]]
"""Opens a model's vectors when they are needed."""


class Scoring:
    """Runs the tasks of a study and scores what was stored.

    Parameters
    ----------
    study : StudyConfig
        Names the tasks.
    corpus : Corpus
        The notes.
    folder : RunFolder
        Where predictions are kept.
    stages : Stages
        Runs each model of each task once.
    keys : dict
        Digests of the corpus, the models and their vectors.
    show_progress : bool
        Show bars.
    """

    def __init__(
        self,
        study: StudyConfig,
        corpus: Corpus,
        folder: RunFolder,
        stages: Stages,
        keys: Mapping[str, str],
        *,
        show_progress: bool = True,
    ) -> None:
        self.study = study
        self.corpus = corpus
        self.folder = folder
        self.stages = stages
        self.keys = keys
        self.show = show_progress
        self.texts = Texts(corpus, study.tfidf.terms)
        self.gold: dict[str, Gold] = {task.name: kind_of(task).gold(self.texts, task, SPLITS) for task in study.tasks}
        self._split = objects(corpus.table(["split"])["split"])
        self.predicted: dict[tuple[str, str, Tuning], str] = {}
        self.baselines: dict[str, int | None] = {}
        """Baselines that ran, with the number of terms they count (the same for every task)."""

    @property
    def classes(self) -> dict[str, list[str]]:
        """Classes of every task in the order of the study; none where a task has none."""
        return {name: list(gold.classes) for name, gold in self.gold.items()}

    @property
    def metrics(self) -> dict[str, TaskMetrics]:
        """How every task is scored, in the order of the study."""
        return {task.name: kind_of(task).scored(task, self.classes[task.name]) for task in self.study.tasks}

    def caps(self, tuning: Tuning) -> dict[str, int]:
        """How many labelled notes the settings that freeze or train the model learn from, where a cap held them."""
        found: dict[str, int] = {}
        for task in self.study.tasks:
            settings = [one for one in kind_of(task).settings(task) if one.record.tuning == tuning]
            caps = [cap for one in settings if (cap := one.cap(self.gold[task.name])) is not None]
            found |= {task.name: min(caps)} if caps else {}
        return found

    def run(self, task: TaskSection, vectors: Mapping[str, Vectors]) -> None:
        """Predictions of one task by all its settings: baselines, then every model, given its vectors."""
        gold, settings = self.gold[task.name], kind_of(task).settings(task)
        for tuning in dict.fromkeys(one.record.tuning for one in settings):
            chosen = [(one, self._models(task, one)) for one in settings if one.record.tuning == tuning]
            for name in dict.fromkeys(name for _, names in chosen for name in names):
                own = [one for one, names in chosen if name in names]
                self._store(task, self._model(name, vectors), tuning, own, gold)

    def _models(self, task: TaskSection, setting: Setting[Any]) -> list[str]:
        """Names of the models that a setting runs with."""
        if setting.models == "encoders":
            return self.study.encoders
        if isinstance(setting.models, int):
            adapted = [model.name for model in self.study.adapt]
            frozen = self._table(task.name, "frozen")
            return ["base", *best_models(frozen, self.metrics[task.name], adapted, setting.models)]
        return list(setting.models)

    def _model(self, name: str, vectors: Mapping[str, Vectors]) -> EvaluatedModel:
        """One of the study's encoders, or the name of a baseline, which reads what the base has predicted."""
        if name not in vectors:
            return replace(no_model(name), predictions=partial(self._predicted, BASELINES[0]))
        source = encoder_source(self.study, self.folder, name)
        opened = (source, self.study.encoder)
        load, predictions = partial(Encoder.load, *opened), partial(self._predicted, name)
        return EvaluatedModel(name, vectors[name], load, self._split, opened, predictions)

    def _predicted(self, model: str, task: str) -> pa.Table:
        """What is stored of a model for a task."""
        keys = [key for key in self.predicted if key[:2] == (task, model)]
        return pa.concat_tables([read_predictions(self.folder.predictions(*key)) for key in keys])

    def _store(
        self, task: TaskSection, model: EvaluatedModel, tuning: Tuning, settings: Sequence[Setting[Any]], gold: Gold
    ) -> None:
        path = self.folder.predictions(task.name, model.name, tuning)
        source = self.keys.get(f"vectors/{model.name}", self.keys["corpus"])
        annotated = self.corpus.overlaid([*task.columns().values(), *task.span_columns().values()])
        read = {model.name if model.name in self.study.encoders else BASELINES[0]}
        answers = [] if annotated is None else [annotated]
        answers += [key for (name, by, _), key in self.predicted.items() if name in task.needs() and by in read]
        inputs = [source, task.depends_on(tuning), self.study.tfidf.model_dump(), *answers]
        trainings = self.folder.trainings(task.name, model.name)
        if tuning == "finetune":
            work = trainings / digest([source, task.training_depends_on(), __version__, *answers])[:12]
        else:
            work = self.folder.work(f"{task.name}-{model.name}-{digest(inputs)[:12]}")
        kept = kept_folders(settings, model.name, task.name, self.folder.models)

        def write() -> int | None:
            table = predict(settings, model, gold, task.name, work, kept=kept, show_progress=self.show)
            write_predictions(table, path)
            return terms_of(table)

        name, outputs = f"evaluate/{task.name}-{model.name}-{tuning}", [path, *kept.values()]
        self.predicted[task.name, model.name, tuning], terms = self.stages.once(name, inputs, outputs, write)
        left = [one for one in trainings.glob("*") if one != work] + [*work.glob(f"{BEFORE}*")]
        for stale in left if tuning == "finetune" else [work]:
            shutil.rmtree(stale, ignore_errors=True)
        if model.name not in self.study.encoders:
            self.baselines[model.name] = self.baselines.get(model.name) or terms

    def files(self) -> list[Path]:
        """Where the predictions of all tasks and models are stored."""
        return [self.folder.predictions(*key) for key in self.predicted]

    def _table(self, task: str, tuning: Tuning) -> pa.Table:
        wanted = [key for key in self.predicted if key[0] == task and key[2] == tuning]
        return pa.concat_tables([read_predictions(self.folder.predictions(*key)) for key in wanted])

    def stored(self, task: str) -> pa.Table:
        """All stored predictions of a task."""
        stored = sorted({key[2] for key in self.predicted if key[0] == task})
        return pa.concat_tables([self._table(task, tuning) for tuning in stored])

    def scored(self) -> Evaluation:
        """Scores and paired differences of everything stored."""
        self.texts.forget()

        def work() -> dict[str, list[dict[str, Any]]]:
            found: dict[str, list[dict[str, Any]]] = {name: [] for name in Evaluation._fields}
            for task, scored in self.metrics.items():
                judged = score_predictions(
                    self.stored(task), {task: scored}, self.study.report, show_progress=self.show
                )
                for name, records in judged._asdict().items():
                    found[name] += [record.model_dump() for record in records]
            return found

        inputs = [
            sorted(self.predicted.values()),
            self.study.report.model_dump(include={"resamples", "interval", "confidence", "seed"}),
        ]
        _, found = self.stages.once("scores", inputs, [], work)
        return Evaluation(
            [Score.model_validate(score) for score in found["scores"]],
            [Difference.model_validate(difference) for difference in found["differences"]],
            [AcrossDifference.model_validate(difference) for difference in found["across"]],
        )
