"""Paired differences between ways of using a model: fine-tuned against frozen, few labels against all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pyarrow as pa

from wardspace.config import BASELINES, BESIDE, ReportConfig
from wardspace.evaluation.apart import kin
from wardspace.evaluation.distribution import Distribution, distribution
from wardspace.evaluation.gap import gap
from wardspace.evaluation.panel import Panel, Series, panels
from wardspace.evaluation.results import AcrossDifference

FINE_TUNED = "finetune"
PLAIN = "logistic"
BASE, WORDS = BASELINES


def across(
    predictions: pa.Table,
    classes: Mapping[str, Sequence[str]],
    config: ReportConfig,
    *,
    show_progress: bool = True,
) -> list[AcrossDifference]:
    """Compare settings with each other on test, over the same resamples of patients.

    Fine-tuned models with the same model frozen, at the same number of labels, but not with private probes, whose noise
    would look like a gain of fine-tuning, nor with word counts beside it, which know more than the model; every model
    with few labels with the base that had all of them, in the same frozen setting; and word counts beside a model with
    that model alone and with word counts alone. Where a cap holds fine-tuning to fewer notes, the frozen encoder keeps
    all of them: what is compared is what could be done with these notes.

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
            found += compared_across(panel, distribution(panel, config, show_progress=show_progress), config)
    return found


def across_pairs(series: Sequence[Series]) -> list[tuple[Series, Series]]:
    """Which ways of use are compared, the second being the one that the first is measured against."""
    tuned = [
        (one, other)
        for one in series
        for other in series
        if one.setting == FINE_TUNED != other.setting
        and kin(other.setting) == "alone"
        and (one.model, one.shots) == (other.model, other.shots)
    ]
    few = [
        (one, other)
        for one in series
        for other in series
        if one.shots is not None and one.setting != FINE_TUNED and other == Series(BASE, one.setting, None)
    ]
    beside = [
        (one, other)
        for one in series
        for other in series
        if one.setting == BESIDE and other in (one._replace(setting=PLAIN), Series(WORDS, PLAIN, one.shots))
    ]
    return tuned + few + beside


def compared_across(panel: Panel, found: Distribution, config: ReportConfig) -> list[AcrossDifference]:
    """Differences across settings of one panel."""
    rows = panel.series()
    differences = []
    for ours, theirs in across_pairs(list(rows)):
        for metric in panel.metrics:
            one = gap(panel, found, (rows[ours], rows[theirs]), metric, config)
            if one is None:
                continue
            differences.append(
                AcrossDifference(
                    model=ours.model, setting=ours.setting, shots=ours.shots,
                    against=theirs.model, against_setting=theirs.setting, against_shots=theirs.shots,
                    task=panel.task, metric=metric, **one._asdict(), tie=one.tie,
                )
            )  # fmt: skip
    return differences
