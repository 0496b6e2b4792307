"""Paired differences between models: which of them can be told apart on these patients."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import NamedTuple

import pyarrow as pa

from wardspace.config import BASELINES, BESIDE, ReportConfig
from wardspace.evaluation.intervals.distribution import Distribution, distribution
from wardspace.evaluation.intervals.multiple_testing import corrected, kin
from wardspace.evaluation.intervals.seed_runs import FEWEST, SeedRuns, chance, method_for
from wardspace.evaluation.prediction_set import PredictionSet, Series, prediction_sets
from wardspace.results.results import AcrossDifference, Difference


class Gap(NamedTuple):
    """Mean of the one group of runs minus that of the other."""

    value: float
    low: float
    high: float

    @property
    def tie(self) -> bool:
        """Whether the interval spans zero."""
        return self.low <= 0 <= self.high


def gap(
    panel: PredictionSet,
    found: Distribution,
    pair: tuple[Sequence[int], Sequence[int]],
    metric: str,
    config: ReportConfig,
) -> Gap | None:
    """Compare the means of two groups of runs, drawn anew with the same patients; they need not be as many.

    Returns
    -------
    Gap or None
        None where the metric is undefined on these notes, or there is one patient alone.
    """
    ours, theirs = (SeedRuns.of(found, metric, runs).mean() for runs in pair)
    sample = ours.minus(theirs)
    if not sample.defined or panel.n_groups < FEWEST:
        return None
    estimate = sample.estimate(method_for(panel, config), panel.n_groups)
    return None if estimate is None else Gap(sample.value, *estimate.interval(config.confidence))


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
    for panel in prediction_sets(predictions, classes):
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


def compared_across(panel: PredictionSet, found: Distribution, config: ReportConfig) -> list[AcrossDifference]:
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


def differences(
    predictions: pa.Table,
    classes: Mapping[str, Sequence[str]],
    config: ReportConfig,
    *,
    show_progress: bool = True,
) -> list[Difference]:
    """Compare every model with the base and with TF-IDF, and the adapted models with each other, on test.

    Models are compared within one setting and number of shots. Both scores of a pair come from the same resamples
    of patients, so that what makes a patient easy or hard for both cancels out; few-shot runs are paired by subset,
    others by seed. A difference whose interval spans zero is a tie. Intervals are not widened for the number of
    comparisons; p values are corrected for it (see `wardspace.evaluation.family`). One patient alone gives no
    comparison.

    Parameters
    ----------
    predictions, classes, config
        See `wardspace.evaluation.scores.scores`.

    Returns
    -------
    list of Difference

    Raises
    ------
    RunError
        If the models of a task were not scored on the same notes.
    """
    found: list[Difference] = []
    for panel in prediction_sets(predictions, classes):
        if panel.split == "test" and panel.n_groups >= FEWEST:
            found += compared(panel, distribution(panel, config, show_progress=show_progress), config)
    return found


def pairs(models: Sequence[str]) -> list[tuple[str, str]]:
    """Models to compare, as (model, against): each with each baseline, then the adapted ones among themselves."""
    with_baselines = [(model, base) for base in BASELINES if base in models for model in models if model != base]
    adapted = [model for model in models if model not in BASELINES]
    return with_baselines + list(combinations(adapted, 2))


def compared(panel: PredictionSet, found: Distribution, config: ReportConfig) -> list[Difference]:
    """Differences of one panel, corrected for their number."""
    if panel.n_groups < FEWEST:
        return []
    series = panel.series()
    differences = []
    for setting, shots in dict.fromkeys((key.setting, key.shots) for key in series):
        models = [key.model for key in series if (key.setting, key.shots) == (setting, shots)]
        for model, against in pairs(models):
            ours, theirs = Series(model, setting, shots), Series(against, setting, shots)
            differences += [_difference(panel, found, (ours, theirs), metric, config) for metric in panel.metrics]
    return corrected([one for one in differences if one is not None], config.confidence)


def _difference(
    panel: PredictionSet, found: Distribution, pair: tuple[Series, Series], metric: str, config: ReportConfig
) -> Difference | None:
    ours, theirs = pair
    sample, paired = _sample(panel, found, pair, metric)
    estimate = sample.estimate(method_for(panel, config), panel.n_groups) if sample.defined else None
    if estimate is None:
        return None
    low, high = estimate.interval(config.confidence)
    parts = chance(sample, estimate, ours.shots, config)
    return Difference(
        model=ours.model, against=theirs.model, task=panel.task, setting=ours.setting, shots=ours.shots, metric=metric,
        value=sample.value, low=low, high=high, tie=low <= 0 <= high,
        superiority=estimate.superiority, p=estimate.p(),
        **{**parts, "runs": parts["runs"] if paired else None},
    )  # fmt: skip


def _sample(
    panel: PredictionSet, found: Distribution, pair: tuple[Series, Series], metric: str
) -> tuple[SeedRuns, bool]:
    """Differences run by run where both models ran with the same seeds, else that of their means."""
    series = panel.series()
    ours, theirs = (sorted(series[one], key=lambda run: panel.runs[run].seed) for one in pair)
    one, other = (SeedRuns.of(found, metric, runs) for runs in (ours, theirs))
    if [panel.runs[run].seed for run in ours] == [panel.runs[run].seed for run in theirs]:
        return one.minus(other), True
    return one.mean().minus(other.mean()), False
