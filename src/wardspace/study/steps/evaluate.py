"""Every task by every model: scores, and what else the stored predictions say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from wardspace.config.tasks.order import ordered
from wardspace.corpus.schema import SPLITS
from wardspace.evaluation.mistakes import mistakes
from wardspace.evaluation.score_predictions import Evaluation
from wardspace.evaluation.subgroups.drift import drift
from wardspace.evaluation.subgroups.subgroups import subgroup_columns, subgroups
from wardspace.evaluation.trust.abstention import abstention, risk_curves
from wardspace.evaluation.trust.calibration import calibration, reliability
from wardspace.results import Record
from wardspace.study.run import Run
from wardspace.study.steps.embed import Embedded
from wardspace.study.steps.prepare import Prepared
from wardspace.study.steps.scoring import Scoring
from wardspace.tasks import Texts, kind_of
from wardspace.tasks.kind import Models

Found = dict[str, list[dict[str, Any]]]
"""Plain records by the field of results.json they are in."""


class Analysis:
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
            found: Found = {"calibration": [], "reliability": [], "risk": [], "abstention": [], "mistakes": []}
            for task, scored in self.scoring.metrics.items():
                table, tasks = self.scoring.stored(task), {task: scored}
                points, areas = risk_curves(table, tasks, self.report)
                found["calibration"] += _plain([*calibration(table, tasks, self.report), *areas])
                found["reliability"] += _plain(reliability(table, tasks, self.report))
                found["risk"] += _plain(points)
                found["mistakes"] += _plain(mistakes(table, tasks))
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


def check_tasks(run: Run, prepared: Prepared) -> bool:
    """Read the right answers of every task: what cannot be scored is known before a model is trained.

    Returns
    -------
    bool
        Whether a setting reads vectors of notes.

    Raises
    ------
    WardspaceError
        If the corpus cannot answer a task.
    """
    texts = Texts(prepared.corpus)
    reads = False
    for task in run.config.tasks:
        gold, settings = kind_of(task).gold(texts, task, SPLITS), kind_of(task).settings(task)
        reads = reads or any(len(one.reads(gold)) for one in settings if _of_encoders(one.models, run))
    return reads


def _of_encoders(models: Models, run: Run) -> bool:
    """Whether these are models of the study, and no baseline."""
    return models == "encoders" or isinstance(models, int) or not set(run.config.encoders).isdisjoint(models)


def evaluate_models(run: Run, prepared: Prepared, embedded: Mapping[str, Embedded]) -> Evaluated:
    """Predictions of every task by every model, and what they come to."""
    keys = {"corpus": prepared.key, **{f"vectors/{name}": one.key for name, one in embedded.items()}}
    scoring = Scoring(run.config, prepared.corpus, run.folder, run.stages, keys, show_progress=run.show_progress)
    for task in ordered(run.config.tasks):
        scoring.run(task, {name: one.vectors for name, one in embedded.items()})
    return Evaluated(scoring, scoring.scored(), Analysis(scoring).found())
