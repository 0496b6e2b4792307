"""Paired differences between ways of using a model: fine-tuned against frozen, few labels against all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import pyarrow as pa

from wardspace.config import ReportConfig
from wardspace.evaluation.bootstrap import Resamples, interval
from wardspace.evaluation.differences import COMPARED
from wardspace.evaluation.distribution import points, resampled
from wardspace.evaluation.panel import Panel, Series, panels
from wardspace.evaluation.results import AcrossDifference

FINE_TUNED = "finetune"
BASE = "base"


def across(
    predictions: pa.Table,
    classes: Mapping[str, Sequence[str]],
    config: ReportConfig,
    *,
    show_progress: bool = True,
) -> list[AcrossDifference]:
    """Compare settings with each other on test, over the same resamples of patients.

    Fine-tuned models with the same model frozen, at the same number of labels; and every model with few labels with the
    base that had all of them, in the same frozen setting. Where a cap holds fine-tuning to fewer notes, the frozen
    encoder keeps all of them: what is compared is what could be done with these notes.

    Parameters
    ----------
    predictions, classes, config
        See `wardspace.evaluation.scores.scores`.

    Returns
    -------
    list of AcrossDifference

    Raises
    ------
    RunError
        If the models of a task were not scored on the same notes.
    """
    found: list[AcrossDifference] = []
    for panel in panels(predictions, classes):
        if panel.split == "test":
            found += _panel_across(panel, config, show_progress)
    return found


def across_pairs(series: Sequence[Series]) -> list[tuple[Series, Series]]:
    """Which ways of use are compared, the second being the one that the first is measured against."""
    tuned = [
        (one, other)
        for one in series
        for other in series
        if one.setting == FINE_TUNED != other.setting and (one.model, one.shots) == (other.model, other.shots)
    ]
    few = [
        (one, other)
        for one in series
        for other in series
        if one.shots is not None and one.setting != FINE_TUNED and other == Series(BASE, one.setting, None)
    ]
    return tuned + few


def _panel_across(panel: Panel, config: ReportConfig, show_progress: bool) -> list[AcrossDifference]:
    pairs = across_pairs(list(panel.series()))
    if not pairs:
        return []
    wanted = {one for pair in pairs for one in pair}
    part = replace(panel, runs=tuple(run for run in panel.runs if run.series in wanted))
    draws = Resamples(part.n_groups, config.resamples, config.seed)
    plain, drawn = points(part, COMPARED), resampled(part, COMPARED, draws, show_progress=show_progress)
    rows = part.series()
    found = []
    for ours, theirs in pairs:
        for metric in COMPARED:
            value, *_ = _gap(plain[metric][:, None], rows[ours], rows[theirs])
            low, high = interval(_gap(drawn[metric], rows[ours], rows[theirs]), config.confidence)
            found.append(
                AcrossDifference(
                    model=ours.model, setting=ours.setting, shots=ours.shots,
                    against=theirs.model, against_setting=theirs.setting, against_shots=theirs.shots,
                    task=panel.task, metric=metric, value=float(value), low=low, high=high, tie=low <= 0 <= high,
                )
            )  # fmt: skip
    return found


def _gap(values: np.ndarray, ours: list[int], theirs: list[int]) -> np.ndarray:
    return np.asarray(values[ours].mean(axis=0) - values[theirs].mean(axis=0))
