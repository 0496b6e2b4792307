"""Records of scores and of paired differences between them."""

from __future__ import annotations

from typing import Literal

from wardspace.config import IntervalMethod
from wardspace.results.record import Record


class Drawn(Record):
    """The uncertainty of a value; a difference by the same patients, and runs paired, for both models."""

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
    """Size of the label budget: labelled notes per class, or notes in all of entities; null for all."""
    seed: int | None
    """Seed or subset; null for the mean over all of them, which alone carries the interval."""
    split: Literal["validation", "test"]
    """Notes that were scored."""
    metric: str
    """Name of the metric."""
    label: str | None = None
    """Class, label or type that is scored by itself; null for all together."""
    unit: str = "note"
    """What was scored: note, mention, pair, question, query."""
    value: float
    """Its value."""
    low: float | None = None
    """Lower end of the interval."""
    high: float | None = None
    """Upper end of the interval."""
    spread: float | None = None
    """Standard deviation over seeds or subsets."""
    n: int
    """Units scored; of a label, the units or mentions that have it."""
    groups: int
    """Patients among them; the bootstrap draws all patients."""


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
    """Size of the label budget: labelled notes per class, or notes in all of entities; null for all."""
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
    """Share of resamples in which `model` is better than `against`, ties half."""
    p: float | None = None
    """Two-sided p: one minus the confidence at which the interval begins to hold zero; at least 2 / (resamples + 1)."""
    p_holm: float | None = None
    """p corrected by Holm over the family."""
    family: Literal["base", "pairs"] | None = None
    """What was corrected together. `base`: all comparisons with the base of this task and metric, over models, settings
    and shots, private settings apart and hybrid ones apart; `pairs`: all pairs of models of this task, metric, setting
    and shots."""
    p_pairs: float | None = None
    """p corrected over the family `pairs`, also where `model` is compared with the base."""
    clear: bool | None = None
    """True where it is significant after Holm correction: no tie, and `p_holm` below one minus the confidence."""


MistakeKind = Literal["class", "missed", "spurious", "borders", "type", "borders and type", "place"]


class Mistake(Record):
    """How often a model takes one class for another, misses a label or mention, or gives one that is not there."""

    model: str
    """Model."""
    task: str
    """Task."""
    setting: str
    """Setting, with all labels."""
    kind: MistakeKind | None = None
    """`class`: one taken for another; `missed`, `spurious`; of a mention or answer that overlaps a right one, what is
    wrong; `place`: an answer that overlaps no right one."""
    truth: str | None
    """Class or type that is right; null where one was given that is not there."""
    predicted: str | None
    """What was predicted; null where it was missed."""
    count: float
    """How often on test, the mean over seeds."""
    of: int
    """Test units or mentions that have `truth`; where that is null, units without `predicted`, or mentions predicted as
    such."""
    unit: str = "note"
    """What was counted."""


class AcrossDifference(Record):
    """A paired difference of two ways of use over the same test notes, as fine-tuned or frozen, few labels or all."""

    model: str
    """Model."""
    setting: str
    """Its setting."""
    shots: int | None
    """Size of its label budget; null for all."""
    against: str
    """The model it is compared with: itself, the base, or TF-IDF."""
    against_setting: str
    """Setting of the other."""
    against_shots: int | None
    """Size of the label budget of the other; null for all."""
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
