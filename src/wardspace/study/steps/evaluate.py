"""Tasks to stored predictions, stored predictions to scores."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from wardspace.config import StudyConfig, TaskSection
from wardspace.core.files import digest
from wardspace.corpus import Corpus
from wardspace.corpus.schema import SPLITS
from wardspace.evaluation import best_models, score_predictions
from wardspace.evaluation.score_predictions import Evaluation
from wardspace.evaluation.subgroups.drift import drift
from wardspace.evaluation.subgroups.subgroups import subgroup_columns, subgroups
from wardspace.evaluation.tally import TaskMetrics
from wardspace.evaluation.trust.abstention import abstention, risk_curves
from wardspace.evaluation.trust.calibration import calibration, reliability
from wardspace.models import Encoder
from wardspace.results import AcrossDifference, Difference, Record, Score
from wardspace.study.folder import RunFolder
from wardspace.study.run import Run, encoder_source
from wardspace.study.stages import Stages
from wardspace.study.steps.embed import Embedded
from wardspace.study.steps.prepare import Prepared
from wardspace.tasks import (
    EvaluatedModel,
    Gold,
    Setting,
    Texts,
    kind_of,
    no_model,
    predict,
    read_predictions,
    terms_of,
    write_predictions,
)
from wardspace.tasks.columns import objects

FROZEN, TRAINED = "frozen", "finetune"
"""Families of settings by what they do to the model: their predictions are stored apart."""

Vectors = Callable[[], NDArray[np.float32]]
"""Opens a model's vectors when they are needed."""


def family_of(setting: Setting[Any]) -> str:
    """Whether a setting leaves the model as it is."""
    return TRAINED if setting.record.trained in ("adapters", "model") else FROZEN


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
        self.texts = Texts(corpus)
        self.gold: dict[str, Gold] = {task.name: kind_of(task).gold(self.texts, task, SPLITS) for task in study.tasks}
        self._split = objects(corpus.table(["split"])["split"])
        self.predicted: dict[tuple[str, str, str], str] = {}
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

    def caps(self, family: str) -> dict[str, int]:
        """How many labelled notes the settings of a family (`frozen`, `finetune`) learn from, where a cap held them."""
        found: dict[str, int] = {}
        for task in self.study.tasks:
            settings = [one for one in kind_of(task).settings(task) if family_of(one) == family]
            caps = [cap for one in settings if (cap := one.cap(self.gold[task.name])) is not None]
            found |= {task.name: min(caps)} if caps else {}
        return found

    def run(self, task: TaskSection, vectors: Mapping[str, Vectors]) -> None:
        """Predictions of one task by all its settings: baselines, then every model, given its vectors."""
        gold, settings = self.gold[task.name], kind_of(task).settings(task)
        for family in dict.fromkeys(family_of(one) for one in settings):
            chosen = [(one, self._models(task, one)) for one in settings if family_of(one) == family]
            for name in dict.fromkeys(name for _, names in chosen for name in names):
                own = [one for one, names in chosen if name in names]
                self._store(task, self._model(name, vectors), family, own, gold)

    def _models(self, task: TaskSection, setting: Setting[Any]) -> list[str]:
        """Names of the models that a setting runs with."""
        if setting.models == "encoders":
            return self.study.encoders
        if isinstance(setting.models, int):
            adapted = [model.name for model in self.study.adapt]
            frozen = self._table(task.name, FROZEN)
            return ["base", *best_models(frozen, self.metrics[task.name], adapted, setting.models)]
        return list(setting.models)

    def _model(self, name: str, vectors: Mapping[str, Vectors]) -> EvaluatedModel:
        """One of the study's encoders, or the name of a baseline."""
        if name not in vectors:
            return no_model(name)
        source = encoder_source(self.study, self.folder, name)
        opened = (source, self.study.encoder)
        return EvaluatedModel(name, vectors[name], partial(Encoder.load, *opened), self._split, opened)

    def _store(
        self, task: TaskSection, model: EvaluatedModel, family: str, settings: Sequence[Setting[Any]], gold: Gold
    ) -> None:
        path = self.folder.predictions(task.name, model.name, family)
        source = self.keys.get(f"vectors/{model.name}", self.keys["corpus"])
        inputs = [source, task.depends_on(family)]
        work = self.folder.work(f"{task.name}-{model.name}-{digest(inputs)[:12]}")

        def write() -> int | None:
            table = predict(settings, model, gold, task.name, work, show_progress=self.show)
            write_predictions(table, path)
            return terms_of(table)

        name = f"evaluate/{task.name}-{model.name}-{family}"
        self.predicted[task.name, model.name, family], terms = self.stages.once(name, inputs, [path], write)
        shutil.rmtree(work, ignore_errors=True)
        if model.name not in self.study.encoders:
            self.baselines[model.name] = self.baselines.get(model.name) or terms

    def files(self) -> list[Path]:
        """Where the predictions of all tasks and models are stored."""
        return [self.folder.predictions(*key) for key in self.predicted]

    def _table(self, task: str, kind: str) -> pa.Table:
        wanted = [key for key in self.predicted if key[0] == task and key[2] == kind]
        return pa.concat_tables([read_predictions(self.folder.predictions(*key)) for key in wanted])

    def stored(self, task: str) -> pa.Table:
        """All stored predictions of a task."""
        kinds = sorted({key[2] for key in self.predicted if key[0] == task})
        return pa.concat_tables([self._table(task, kind) for kind in kinds])

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


Found = dict[str, list[dict[str, Any]]]
"""Plain records by the field of results.json they are in."""


class Slices:
    """Looks into the stored predictions of a study.

    Parameters
    ----------
    scoring : Scoring
        The study's tasks, scored.
    """

    def __init__(self, scoring: Scoring) -> None:
        self.scoring = scoring
        self.report = scoring.study.report

    def found(self) -> Found:
        """Everything, by the field of results.json it is in."""
        return {**self._trust(), **self._subgroups(), **self._drift()}

    def _trust(self) -> Found:
        def work() -> Found:
            found: Found = {"calibration": [], "reliability": [], "risk": [], "abstention": []}
            for task, scored in self.scoring.metrics.items():
                table, tasks = self.scoring.stored(task), {task: scored}
                points, areas = risk_curves(table, tasks, self.report)
                found["calibration"] += _plain([*calibration(table, tasks, self.report), *areas])
                found["reliability"] += _plain(reliability(table, tasks, self.report))
                found["risk"] += _plain(points)
                found["abstention"] += _plain(abstention(table, tasks, self.report))
            return found

        found: Found = self.scoring.stages.once("trust", self._inputs(), [], work)[1]
        return found

    def _subgroups(self) -> Found:
        asked = self.report.model_dump(include={"subgroups", "bands"})

        def work() -> Found:
            found: Found = {"subgroups": []}
            columns = self._columns()
            aims = {task.name: task.columns().values() for task in self.scoring.study.tasks}
            for task, scored in self.scoring.metrics.items():
                others = {name: values for name, values in columns.items() if name not in aims[task]}
                found["subgroups"] += _plain(subgroups(self.scoring.stored(task), {task: scored}, others, self.report))
            return found

        inputs = [*self._inputs(), self.scoring.keys["corpus"], asked, *self.scoring.study.text_columns]
        found: Found = self.scoring.stages.once("subgroups", inputs, [], work)[1]
        return found

    def _columns(self) -> dict[str, dict[str, str]]:
        """Columns of subgroups: note id to subgroup."""
        roles = self.scoring.corpus.manifest.roles
        named = [*(self.report.subgroups or []), *self.report.bands]
        aside = {*roles["labels"], *self.scoring.study.text_columns}
        names = [name for name in roles["metadata"] if name not in aside] + named
        table = self.scoring.corpus.table(["note_id", *dict.fromkeys(names)], splits=["test"])
        columns = {name: table[name].to_pylist() for name in table.column_names[1:]}
        notes = table["note_id"].to_pylist()
        chosen = subgroup_columns(columns, self.report.subgroups, self.report.bands)
        return {name: dict(zip(notes, values, strict=True)) for name, values in chosen.items()}

    def _drift(self) -> Found:
        if self.scoring.corpus.manifest.roles.get("time") is None:
            return {}

        def work() -> Found:
            found: Found = {"drift": [], "trends": []}
            table = self.scoring.corpus.table(["note_id", "time"], splits=["test"])
            times = dict(zip(table["note_id"].to_pylist(), table["time"].to_pylist(), strict=True))
            for task, scored in self.scoring.metrics.items():
                by_period, trends = drift(self.scoring.stored(task), {task: scored}, times, self.report)
                found["drift"] += _plain(by_period)
                found["trends"] += _plain(trends)
            return found

        inputs = [*self._inputs(), self.scoring.keys["corpus"]]
        found: Found = self.scoring.stages.once("drift", inputs, [], work)[1]
        return found

    def _inputs(self) -> list[Any]:
        drawn = self.report.model_dump(include={"resamples", "confidence", "seed"})
        return [sorted(self.scoring.predicted.values()), drawn]


def _plain(records: Sequence[Record]) -> list[dict[str, Any]]:
    return [record.model_dump(mode="json") for record in records]


class Evaluated(NamedTuple):
    """How all models did on the tasks."""

    scoring: Scoring
    scores: Evaluation
    slices: Found


def evaluate_models(run: Run, prepared: Prepared, embedded: Mapping[str, Embedded]) -> Evaluated:
    """Predictions of every task by every model, and what they come to."""
    keys = {"corpus": prepared.key, **{f"vectors/{name}": one.key for name, one in embedded.items()}}
    scoring = Scoring(run.config, prepared.corpus, run.folder, run.stages, keys, show_progress=run.show_progress)
    for task in run.config.tasks:
        scoring.run(task, {name: one.vectors for name, one in embedded.items()})
    return Evaluated(scoring, scoring.scored(), Slices(scoring).found())
