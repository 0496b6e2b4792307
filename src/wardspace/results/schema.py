"""The schema of results.json as a page of documentation, read off the models."""

from __future__ import annotations

from wardspace.results.models import LossPoint, ModelRecord, StageCost
from wardspace.results.record import Record
from wardspace.results.results import SCHEMA_VERSION, Results
from wardspace.results.scores import AcrossDifference, Difference, Mistake, Score
from wardspace.results.settings import PrivateTraining, SettingRecord
from wardspace.results.space import Shift, Similarity, SpaceDifference, SpaceScore
from wardspace.results.subgroups import SubgroupScore, Trend
from wardspace.results.trust import Abstention, CalibrationScore, ReliabilityBin, RiskPoint

SECTIONS: dict[str, type[Record]] = {
    "The file": Results,
    "`models[]`": ModelRecord,
    "`models[].stages[]`": StageCost,
    "`models[].stages[].losses[]`": LossPoint,
    "`settings[]`": SettingRecord,
    "`scores[]`": Score,
    "`differences[]`": Difference,
    "`across[]`": AcrossDifference,
    "`mistakes[]`": Mistake,
    "`space[]`": SpaceScore,
    "`space_differences[]`": SpaceDifference,
    "`similarities[]`": Similarity,
    "`shifts[]`": Shift,
    "`private[]`": PrivateTraining,
    "`calibration[]`": CalibrationScore,
    "`reliability[]`": ReliabilityBin,
    "`risk[]`": RiskPoint,
    "`abstention[]`": Abstention,
    "`subgroups[]`, `drift[]`": SubgroupScore,
    "`trends[]`": Trend,
}
"""Records in the order of the page."""


def schema_markdown() -> str:
    """Every field of results.json with its meaning, as Markdown (docs/results-schema.md)."""
    parts = [
        "# results.json",
        f"Schema version {SCHEMA_VERSION}. Scores are shares from 0 to 1; the report prints them as points of 100. "
        "In Python: `wardspace.results.Results.read(path)`.",
    ]
    for title, record in SECTIONS.items():
        rows = [f"| `{name}` | {_meaning(field.description)} |" for name, field in record.model_fields.items()]
        parts += [f"## {title}", _meaning(record.__doc__), "\n".join(["| field | meaning |", "|---|---|", *rows])]
    return "\n\n".join(parts) + "\n"


def _meaning(text: str | None) -> str:
    return " ".join((text or "").split())
