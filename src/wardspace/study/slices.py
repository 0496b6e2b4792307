"""What lies behind a single score: how far answers can be trusted, for whom, and since when."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from wardspace.evaluation.abstention import abstention, risk_curves
from wardspace.evaluation.calibration import calibration, reliability
from wardspace.evaluation.drift import drift
from wardspace.evaluation.grouping import subgroup_columns
from wardspace.evaluation.record import Record
from wardspace.evaluation.subgroups import subgroups
from wardspace.study.scoring import Scoring

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
            for task, labels in self.scoring.labels.items():
                table, classes = self.scoring.stored(task), {task: labels.classes}
                points, areas = risk_curves(table, classes, self.report)
                found["calibration"] += _plain([*calibration(table, classes, self.report), *areas])
                found["reliability"] += _plain(reliability(table, classes, self.report))
                found["risk"] += _plain(points)
                found["abstention"] += _plain(abstention(table, classes, self.report))
            return found

        found: Found = self.scoring.stages.once("trust", self._inputs(), [], work)[1]
        return found

    def _subgroups(self) -> Found:
        asked = self.report.model_dump(include={"subgroups", "bands"})

        def work() -> Found:
            found: Found = {"subgroups": []}
            columns = self._columns()
            for task in self.scoring.study.classifications:
                table, classes = self.scoring.stored(task.name), {task.name: self.scoring.labels[task.name].classes}
                others = {name: values for name, values in columns.items() if name != task.label}
                found["subgroups"] += _plain(subgroups(table, classes, others, self.report))
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
            for task, labels in self.scoring.labels.items():
                by_period, trends = drift(self.scoring.stored(task), {task: labels.classes}, times, self.report)
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
