"""What lies behind a single score: how far answers can be trusted, for whom, and since when."""

from __future__ import annotations

from typing import Any

from wardspace.evaluation.abstention import abstention, risk_curves
from wardspace.evaluation.calibration import calibration, reliability
from wardspace.evaluation.record import Record
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
        return self._trust()

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

    def _inputs(self) -> list[Any]:
        drawn = self.report.model_dump(include={"resamples", "confidence", "seed"})
        return [sorted(self.scoring.predicted.values()), drawn]


def _plain(records: list[Any] | list[Record]) -> list[dict[str, Any]]:
    return [record.model_dump(mode="json") for record in records]
