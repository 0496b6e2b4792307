"""The schema of results.json: the report, the tables and the comparisons are all views of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

from pydantic import ValidationError

from wardspace.config import IntervalMethod
from wardspace.core.errors import RunError
from wardspace.core.files import read_json, write_json
from wardspace.results.record import Record
from wardspace.results.settings import SettingRecord
from wardspace.results.subgroups import SubgroupScore, Trend
from wardspace.results.trust import Abstention, CalibrationScore, ReliabilityBin, RiskPoint
from wardspace.results.version_1 import VERSION, upgraded

SCHEMA_VERSION = 2
"""Raised when a field changes its meaning or goes; new optional fields leave it as it is."""


class LossPoint(Record):
    """The validation loss at one moment of training."""

    tokens: int
    """Tokens read so far in this stage."""
    loss: float
    """Loss on the held-out training notes."""
    parts: dict[str, float] = {}
    """Its parts by name."""


class StageCost(Record):
    """What one objective of one model read, took and changed."""

    objective: str
    """Name of the objective."""
    options: dict[str, Any]
    """Its options."""
    tokens: int
    """Tokens the encoder read, padding not counted."""
    padding: float
    """Share of encoded positions that were padding."""
    notes_seen: int
    """Distinct notes read at least once."""
    notes_read: int
    """Readings of notes, repetitions counted."""
    notes_left_out: int
    """Notes of the training split that the objective could not use."""
    steps: int
    """Updates of the weights."""
    batch_tokens: float | None = None
    """Tokens of an update on average, over all passes and processes."""
    batch_notes: float | None = None
    """Distinct notes of an update on average."""
    processes: int = 1
    """Processes that trained together."""
    seconds: float
    """Wall-clock seconds of training, validation included."""
    parameters_updated: int
    """Parameters that received updates."""
    parameters: int
    """Parameters of the encoder and the heads of the objective."""
    device: str
    """Where it ran and in which precision."""
    losses: list[LossPoint]
    """Validation losses, the first before training; the weights kept are those of the lowest after it."""


class ModelRecord(Record):
    """One row of the comparison."""

    name: str
    """Name in tables."""
    kind: Literal["base", "tfidf", "other", "adapted"]
    """Baseline, another model that was not trained here, or adapted."""
    dimension: int
    """Length of a vector (number of terms for TF-IDF)."""
    parameters: int | None = None
    """Parameters of the encoder."""
    stages: list[StageCost] = []
    """Objectives in the order of training."""
    encode_seconds: float | None = None
    """Seconds to embed all notes of the corpus."""
    learned_columns: list[str] = []
    """Metadata columns the model has learned from."""


class Drawn(Record):
    """What a value tells of its uncertainty; a difference by the same patients, and runs paired, for both models."""

    interval: IntervalMethod | None = None
    """How the interval was made; `percentile` too where BCa is undefined or patients are too few for it."""
    resamples: int | None = None
    """Resamples of patients behind the interval (and p)."""
    runs: int | None = None
    """Seeds or subsets that the value is the mean of; null for a difference of models that ran with other seeds."""
    se_patients: float | None = None
    """Standard error from which patients were tested."""
    sd_seeds: float | None = None
    """Standard deviation over seeds of the learner, where runs differ in them."""
    sd_subsets: float | None = None
    """Standard deviation over few-shot subsets of the training notes, where runs differ in them."""
    low_all: float | None = None
    """Lower end of the percentile interval over patients and runs together (null with one run)."""
    high_all: float | None = None
    """Its upper end."""


class Score(Drawn):
    """One value of one metric."""

    model: str
    """Model."""
    task: str
    """Task."""
    setting: str
    """Name of the setting, as in `settings`."""
    shots: int | None
    """Labelled notes per class; null for all."""
    seed: int | None
    """Seed or subset; null for the mean over all of them, which alone carries the interval."""
    split: Literal["validation", "test"]
    """Notes that were scored."""
    metric: str
    """Name of the metric."""
    value: float
    """Its value."""
    low: float | None = None
    """Lower end of the interval."""
    high: float | None = None
    """Upper end of the interval."""
    spread: float | None = None
    """Standard deviation over seeds or subsets."""
    n: int
    """Notes scored."""
    groups: int
    """Patients among them (the unit of the bootstrap)."""


class Difference(Drawn):
    """A paired difference of two models over the same test notes."""

    model: str
    """Model."""
    against: str
    """The model it is compared with."""
    task: str
    """Task."""
    setting: str
    """Setting of both."""
    shots: int | None
    """Labelled notes per class; null for all."""
    metric: str
    """Name of the metric."""
    value: float
    """Score of `model` minus score of `against`."""
    low: float
    """Lower end of the interval."""
    high: float
    """Upper end of the interval."""
    tie: bool
    """True where the interval spans zero."""
    superiority: float | None = None
    """Share of resamples in which `model` is above `against`, ties half."""
    p: float | None = None
    """Two-sided p: one minus the confidence at which the interval begins to hold zero; at least 2 / (resamples + 1)."""
    p_holm: float | None = None
    """p corrected by Holm over the family."""
    family: Literal["base", "pairs"] | None = None
    """What was corrected together. `base`: all comparisons with the base of this task and metric, over models, settings
    and shots, private probes apart and `words_beside` apart; `pairs`: all pairs of models of this task, metric, setting
    and shots."""
    p_pairs: float | None = None
    """p corrected over the family `pairs`, also where `model` is compared with the base."""
    clear: bool | None = None
    """True where the models are told apart after correction: no tie, and `p_holm` below one minus the confidence."""


class PrivateTraining(Record):
    """What the training of a probe under differential privacy revealed at most."""

    task: str
    """Task."""
    model: str
    """Model whose frozen vectors it reads."""
    setting: str
    """`private_logistic` or `private_head`."""
    seed: int
    """Seed of starting weights and dropout; the noise has none."""
    unit: Literal["patient", "note"]
    """Whose share is hidden."""
    epsilon: float
    """ε that was spent."""
    delta: float
    """δ."""
    noise: float
    """Standard deviation of the noise in multiples of `clip`."""
    clip: float
    """Longest gradient of a unit."""
    units: int
    """Patients or notes that could be drawn."""
    steps: int
    """Updates."""


class AcrossDifference(Record):
    """A paired difference of two ways of use over the same test notes, as fine-tuned or frozen, few labels or all."""

    model: str
    """Model."""
    setting: str
    """Its setting."""
    shots: int | None
    """Its labelled notes per class; null for all."""
    against: str
    """The model it is compared with: itself, the base, or TF-IDF."""
    against_setting: str
    """Setting of the other."""
    against_shots: int | None
    """Labelled notes per class of the other; null for all."""
    task: str
    """Task."""
    metric: str
    """Name of the metric."""
    value: float
    """Score of the first minus score of the other."""
    low: float
    """Lower end of the interval."""
    high: float
    """Upper end of the interval."""
    tie: bool
    """True where the interval spans zero."""


class SpaceScore(Record):
    """One measure of the shape of a model's space."""

    model: str
    """Model."""
    column: str
    """Label or metadata column; `*` where the measure needs none."""
    measure: str
    """Name of the measure."""
    value: float
    """Its value."""
    better: Literal["higher", "lower"]
    """Which direction is better."""
    n: int
    """Notes measured."""
    low: float | None = None
    """Lower end of the interval; null where none is worked out."""
    high: float | None = None
    """Upper end of the interval."""
    error: float | None = None
    """Standard error of having compared a sample of the notes with all; null where all pairs were compared."""
    p: float | None = None
    """Of the permutation test of separability (on `variance_explained`): labels dealt out anew between patients."""


class SpaceDifference(Record):
    """A paired difference of two models' spaces in one measure."""

    model: str
    """Model."""
    against: str
    """The model it is compared with."""
    column: str
    """Label or metadata column; `*` where the measure needs none."""
    measure: str
    """Name of the measure."""
    value: float
    """Measure of `model` minus measure of `against`."""
    low: float
    """Lower end of the interval."""
    high: float
    """Upper end of the interval."""
    tie: bool
    """True where the interval spans zero."""


class Similarity(Record):
    """How alike two models' spaces of the same notes are."""

    model: str
    """Model."""
    against: str
    """The model it is compared with."""
    measure: str
    """`linear_cka` or `rbf_cka`: centred kernel alignment."""
    value: float
    """1 where the spaces are alike but for their axes; about 0 where they have nothing in common."""
    n: int
    """Notes compared."""
    error: float | None = None
    """Standard error of having compared blocks of notes; null where all pairs were compared."""


class Shift(Record):
    """How a category of notes moved from one model's space to another's, once the one is turned onto the other."""

    model: str
    """Model after adaptation."""
    against: str
    """Model before."""
    column: str
    """Label or metadata column; `*` for all notes."""
    category: str
    """Value of the column; `*` for all notes."""
    n: int
    """Notes of the category."""
    moved: float
    """Mean over its notes of 1 − the cosine of the note's vectors before and after."""
    centre: float
    """Distance of the category's mean vectors before and after."""
    apart_before: float | None = None
    """Mean cosine within the category less the mean cosine with other categories, before."""
    apart: float | None = None
    """The same after."""
    low: float | None = None
    """Lower end of the interval of `apart` minus `apart_before`."""
    high: float | None = None
    """Its upper end."""


class Results(Record):
    """results.json."""

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
    space: list[SpaceScore]
    """Shape of the spaces."""
    space_differences: list[SpaceDifference] = []
    """Paired differences of the spaces, in the measures that carry an interval."""
    similarities: list[Similarity] = []
    """How alike every two spaces are."""
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
    return upgraded(raw) if raw.get("schema_version") == VERSION else raw
