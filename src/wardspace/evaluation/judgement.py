"""Stored predictions to scores and differences in one go: what is resampled serves both."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import pyarrow as pa

from wardspace.config import ReportConfig
from wardspace.evaluation.across import compared_across
from wardspace.evaluation.differences import compared
from wardspace.evaluation.distribution import distribution
from wardspace.evaluation.panel import panels
from wardspace.evaluation.results import AcrossDifference, Difference, Score
from wardspace.evaluation.scores import tested, validated


class Judged(NamedTuple):
    """What stored predictions say."""

    scores: list[Score]
    differences: list[Difference]
    across: list[AcrossDifference]


def judge(
    predictions: pa.Table,
    classes: Mapping[str, Sequence[str]],
    config: ReportConfig,
    *,
    show_progress: bool = True,
) -> Judged:
    """Score every run of every task and compare the models in pairs.

    The same as `wardspace.evaluation.scores`, `differences` and `across` one by one, at the cost of one of them.

    Parameters
    ----------
    predictions, classes, config
        See `wardspace.evaluation.scores.scores`.

    Returns
    -------
    Judged

    Raises
    ------
    RunError
        If the models of a task were not scored on the same notes.
    """
    scores: list[Score] = []
    differences: list[Difference] = []
    across: list[AcrossDifference] = []
    for panel in panels(predictions, classes):
        if panel.split == "test":
            found = distribution(panel, config, show_progress=show_progress)
            scores += tested(panel, found, config)
            differences += compared(panel, found, config)
            across += compared_across(panel, found, config)
        elif panel.split == "validation":
            scores += validated(panel)
    return Judged(scores, differences, across)
