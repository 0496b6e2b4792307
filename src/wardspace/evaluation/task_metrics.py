"""How a task is scored: all that statistics need to know of a kind of task."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

import pyarrow as pa

from wardspace.evaluation.tally import Metric, RankMetric, Tally
from wardspace.evaluation.trust.decisions import Decisions
from wardspace.results import SettingRecord
from wardspace.results.scores import MistakeKind


class MistakeCount(NamedTuple):
    """How often a run makes a mistake; see `wardspace.results.Mistake`."""

    kind: MistakeKind
    truth: str | None
    predicted: str | None
    times: int
    of: int


@dataclass(frozen=True)
class TaskMetrics:
    """How the predictions of one task are scored.

    Its callables read the stored predictions of one run on one split.

    Attributes
    ----------
    tally : callable
        What units add to sums.
    metrics : tuple of Metric or RankMetric
        In the order of the tables; the first is the main one.
    settings : mapping of str to SettingRecord
        Ways of using a model that predictions name in their column `setting`, in order of trust: models are chosen by
        the first frozen one.
    unit : str
        What is scored: note, pair, question, query.
    by_label : tuple of Metric
        What is given for every class, label or type by itself: functions that keep the axis of labels. The tally must
        have a part `truth` that counts what each label is right of.
    decisions : callable, optional
        What was decided and how sure the run was, for calibration and abstention; None where there are no confidences.
    mistakes : callable, optional
        What the run gets wrong and how often.
    decided : str, optional
        What decisions, mistakes and counts by label are of, where a unit holds several: mention.
    """

    tally: Callable[[pa.Table], Tally]
    metrics: tuple[Metric | RankMetric, ...]
    settings: Mapping[str, SettingRecord] = field(default_factory=dict)
    unit: str = "note"
    by_label: tuple[Metric, ...] = ()
    decisions: Callable[[pa.Table], Decisions] | None = None
    mistakes: Callable[[pa.Table], list[MistakeCount]] | None = None
    decided: str | None = None

    @property
    def decision(self) -> str:
        """What decisions are of."""
        return self.decided or self.unit
