"""Tasks to stored predictions, stored predictions to scores."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping, Sequence
from functools import cache, partial
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from wardspace.config import ClassificationConfig, RetrievalConfig, StudyConfig, TaskConfig
from wardspace.corpus import Corpus
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
    Labelled,
    Queries,
    finetune_predictions,
    frozen_predictions,
    labelled,
    read_predictions,
    read_queries,
    retrieval_predictions,
    terms_of,
    tfidf_features,
    tfidf_predictions,
    tfidf_retrieval,
    write_predictions,
)
from wardspace.tasks.scoring import task_metrics

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
        self.labels: dict[str, Labelled] = {task.name: labelled(corpus, task) for task in study.classifications}
        self.queries: dict[str, Queries] = {task.name: read_queries(corpus, task) for task in study.searches}
        self.predicted: dict[tuple[str, str, str], str] = {}
        self.terms = 0
        """Terms of the TF-IDF baseline (the same for every task: it reads all training notes)."""

    @property
    def classes(self) -> dict[str, list[str]]:
        """Classes of every task in the order of the study; none of a search."""
        return {
            task.name: list(self.labels[task.name].classes) if task.name in self.labels else []
            for task in self.study.tasks
        }

    @property
    def metrics(self) -> dict[str, TaskMetrics]:
        """How every task is scored, in the order of the study."""
        return {task.name: task_metrics(task, self.classes[task.name]) for task in self.study.tasks}

    def run(self, task: TaskConfig, models: Mapping[str, Vectors]) -> None:
        """Predictions of one task by TF-IDF and by every model, given its vectors."""
        if isinstance(task, RetrievalConfig):
            self.searched(task, models)
        elif isinstance(task, ClassificationConfig):
            self.frozen(task, models)
            self.finetuned(task)

    def searched(self, task: RetrievalConfig, models: Mapping[str, Vectors]) -> None:
        """Search by TF-IDF and in the space of every model."""
        queries = self.queries[task.name]

        def words() -> pa.Table:
            return tfidf_retrieval(self.corpus, queries, task, show_progress=self.show)

        self._store(task, "tfidf", "frozen", self.keys["corpus"], words)
        for name, vectors in models.items():

            def search(name: str = name, vectors: Vectors = vectors) -> pa.Table:
                source = encoder_source(self.study, self.folder, name)
                encoder = Encoder.load(source, self.study.encoder)
                return retrieval_predictions(
                    vectors(), queries, task, model=name, embed=encoder.encode, show_progress=self.show
                )

            self._store(task, name, "frozen", self.keys[f"vectors/{name}"], search)

    def frozen(self, task: ClassificationConfig, models: Mapping[str, Vectors]) -> None:
        """Probes on TF-IDF and on the frozen vectors of every model."""
        labels = self.labels[task.name]
        words = cache(partial(tfidf_features, self.corpus))

        def counted() -> pa.Table:
            return tfidf_predictions(self.corpus, labels, task, words=words, show_progress=self.show)

        self._store(task, "tfidf", "frozen", self.keys["corpus"], counted)
        for name, vectors in models.items():

            def probe(name: str = name, vectors: Vectors = vectors) -> pa.Table:
                return frozen_predictions(vectors(), labels, task, model=name, words=words, show_progress=self.show)

            self._store(task, name, "frozen", self.keys[f"vectors/{name}"], probe)

    def finetuned(self, task: ClassificationConfig) -> None:
        """Full fine-tuning of the models the task asks for."""
        if "finetune" not in task.settings:
            return
        for name in self._chosen(task):
            work = self.folder.work(f"{task.name}-{name}")

            def tune(name: str = name, work: Path = work) -> pa.Table:
                return finetune_predictions(
                    self.corpus,
                    self.labels[task.name],
                    task,
                    model=name,
                    folder_or_name=encoder_source(self.study, self.folder, name),
                    encoder=self.study.encoder,
                    work=work,
                    show_progress=self.show,
                )

            self._store(task, name, "finetune", self.keys[f"vectors/{name}"], tune)
            shutil.rmtree(work, ignore_errors=True)

    def _chosen(self, task: ClassificationConfig) -> list[str]:
        adapted = [model.name for model in self.study.adapt]
        if task.finetune.models == "all":
            return self.study.encoders
        if isinstance(task.finetune.models, list):
            return task.finetune.models
        return [
            "base",
            *best_models(self._table(task.name, "frozen"), self.metrics[task.name], adapted, task.finetune.best),
        ]

    def _store(self, task: TaskConfig, model: str, kind: str, source: str, work: Callable[[], pa.Table]) -> None:
        path = self.folder.predictions(task.name, model, kind)
        asked = task.model_dump(
            mode="json", exclude={"finetune"} if kind == "frozen" else {"probes", "shots", "subsets"}
        )

        def write() -> int | None:
            table = work()
            write_predictions(table, path)
            return terms_of(table)

        key, terms = self.stages.once(f"evaluate/{task.name}-{model}-{kind}", [source, asked], [path], write)
        self.predicted[task.name, model, kind] = key
        if terms is not None:
            self.terms = terms

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
"""Plain records by the field of results.json they stand in."""


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
        """Everything, by the field of results.json it stands in."""
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
            aims = {task.name: task.label for task in self.scoring.study.classifications}
            for task, scored in self.scoring.metrics.items():
                others = {name: values for name, values in columns.items() if name != aims.get(task)}
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
