"""results.json as a whole: the report, the tables and the comparisons are all views of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pydantic import ValidationError

from wardspace.config import IntervalMethod
from wardspace.core.errors import RunError
from wardspace.core.files import read_json, write_json
from wardspace.results.models import ModelRecord
from wardspace.results.record import Record
from wardspace.results.scores import AcrossDifference, Difference, Mistake, Score
from wardspace.results.settings import PrivateTraining, SettingRecord
from wardspace.results.space import Shift, Similarity, SpaceDifference, SpaceScore
from wardspace.results.subgroups import SubgroupScore, Trend
from wardspace.results.trust import Abstention, CalibrationScore, ReliabilityBin, RiskPoint

SCHEMA_VERSION = 2
"""Raised when a field changes its meaning or goes; new optional fields leave it as it is."""


class Results(Record):
    """Everything that results.json holds."""

    schema_version: int = SCHEMA_VERSION
    """Version of this schema."""
    wardspace: str
    """Version of the program that made it."""
    study: str
    """Name of the study."""
    synthetic: bool
    """True where the notes were made up: the figures are then no findings."""
    transductive: bool
    """True where adaptation read the texts of validation and test."""
    confidence: float
    """Confidence of all intervals."""
    interval: IntervalMethod = "percentile"
    """How intervals were made, where a record says nothing else: bootstrap over patients, BCa or percentile."""
    corpus: dict[str, Any]
    """Counts and statistics of the corpus (see corpus.json)."""
    classes: dict[str, list[str]]
    """Classes of each task, in the order of the probabilities; none of a task that ranks notes."""
    kinds: dict[str, str] = {}
    """Kind of each task, as the study file names it."""
    labelled_notes: dict[str, int] = {}
    """Labelled notes that probes and TF-IDF learned from where `shots` is null, of each task where a cap left others
    out."""
    finetune_notes: dict[str, int] = {}
    """Labelled notes that fine-tuning learned from, of each task where a cap left others out."""
    models: list[ModelRecord]
    """Models compared, baselines first."""
    settings: list[SettingRecord]
    """Settings that scores and differences name."""
    scores: list[Score]
    """One record per model, task, setting, shots, seed, split and metric."""
    differences: list[Difference]
    """Paired differences."""
    across: list[AcrossDifference] = []
    """Paired differences between ways of using a model."""
    mistakes: list[Mistake] = []
    """The commonest mistakes on test of every model, with all labels."""
    space: list[SpaceScore]
    """Shape of the spaces."""
    space_differences: list[SpaceDifference] = []
    """Paired differences of the spaces, in the measures that carry an interval."""
    similarities: list[Similarity] = []
    """Similarity of every two spaces."""
    shifts: list[Shift] = []
    """What adaptation moved, against the base."""
    private: list[PrivateTraining] = []
    """Guarantees of the private probes."""
    warnings: list[str]
    """What a reader must know before believing a figure."""
    calibration: list[CalibrationScore] = []
    """How far confidences can be taken at their word."""
    reliability: list[ReliabilityBin] = []
    """Reliability curves of the series on all labels."""
    risk: list[RiskPoint] = []
    """Risk-coverage curves of the series on all labels."""
    abstention: list[Abstention] = []
    """Rules of abstention, chosen on validation and applied once to test."""
    subgroups: list[SubgroupScore] = []
    """Scores by subgroup of the test notes."""
    drift: list[SubgroupScore] = []
    """Scores by period of the test notes, in the same form."""
    trends: list[Trend] = []
    """Whether scores rise or fall over the periods."""

    def write(self, path: Path) -> None:
        """Write results.json."""
        write_json(path, self.model_dump(mode="json"))

    @classmethod
    def read(cls, path: Path) -> Results:
        """Read results.json.

        Raises
        ------
        RunError
            If there is none, or another version of wardspace made it.
        """
        if not path.is_file():
            raise no_results(path)
        raw = read_json(path)
        if raw.get("schema_version") != SCHEMA_VERSION:
            raise RunError(
                f"results of schema version {raw.get('schema_version')}; this wardspace reads {SCHEMA_VERSION}",
                where=path,
                fix="run the study again into another folder with --out",
            )
        try:
            return cls.model_validate(raw)
        except ValidationError as error:
            raise RunError(f"damaged results: {error.error_count()} faults", where=path, fix="run again") from error


def no_results(path: Path) -> RunError:
    """The error of a run that is not finished."""
    return RunError("this run has no results yet", where=path, fix="finish it with `wardspace run STUDY.yaml`")


def read_any_version(path: Path) -> dict[str, Any]:
    """The plain values of a results.json in the form of today's schema, for comparison alone."""
    raw: dict[str, Any] = read_json(path)
    return _upgraded(raw) if raw.get("schema_version") == _VERSION_1 else raw


_VERSION_1 = 1

_SEARCH = "retrieval"
_SETTINGS_1 = (
    SettingRecord(name="logistic", family="frozen", trained="head"),
    SettingRecord(name="head", family="frozen", trained="head"),
    SettingRecord(name="embedding_tfidf", family="hybrid", trained="head"),
    SettingRecord(name="private_logistic", family="private", trained="head", private=True),
    SettingRecord(name="private_head", family="private", trained="head", private=True),
    SettingRecord(name="finetune", family="fine-tuned", trained="model"),
    SettingRecord(name=_SEARCH, family="frozen", trained="nothing"),
)
"""Version 1 named settings and did not describe them: these are all there were."""
_NAMES_1 = {"words_beside": "embedding_tfidf"}
"""Settings that version 1 called otherwise."""


def _upgraded(raw: dict[str, Any]) -> dict[str, Any]:
    """The plain values of a results.json of version 1 in the form of version 2."""
    raw = raw | {part: [_named_now(entry) for entry in raw[part]] for part in ("scores", "differences") if part in raw}
    used = {score["setting"] for score in raw["scores"]}
    scores = [
        {**score, "label": None, "unit": "query" if score["setting"] == _SEARCH else "note"} for score in raw["scores"]
    ]
    settings = [one.model_dump(mode="json") for one in _SETTINGS_1 if one.name in used]
    return {**raw, "schema_version": _VERSION_1 + 1, "settings": settings, "scores": scores}


def _named_now(entry: dict[str, Any]) -> dict[str, Any]:
    return {**entry, "setting": _NAMES_1.get(entry["setting"], entry["setting"])}
