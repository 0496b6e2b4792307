"""Paired differences between models: which of them can be told apart on these patients."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations

import pyarrow as pa

from wardspace.config import BASELINES, ReportConfig
from wardspace.evaluation.chance import FEWEST, chance, method_for
from wardspace.evaluation.distribution import Distribution, distribution
from wardspace.evaluation.family import corrected
from wardspace.evaluation.panel import Panel, Series, panels
from wardspace.evaluation.results import Difference
from wardspace.evaluation.sample import Sample


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
    for panel in panels(predictions, classes):
        if panel.split == "test" and panel.n_groups >= FEWEST:
            found += compared(panel, distribution(panel, config, show_progress=show_progress), config)
    return found


def pairs(models: Sequence[str]) -> list[tuple[str, str]]:
    """Models to compare, as (model, against): each with each baseline, then the adapted ones among themselves."""
    with_baselines = [(model, base) for base in BASELINES if base in models for model in models if model != base]
    adapted = [model for model in models if model not in BASELINES]
    return with_baselines + list(combinations(adapted, 2))


def compared(panel: Panel, found: Distribution, config: ReportConfig) -> list[Difference]:
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
    panel: Panel, found: Distribution, pair: tuple[Series, Series], metric: str, config: ReportConfig
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


def _sample(panel: Panel, found: Distribution, pair: tuple[Series, Series], metric: str) -> tuple[Sample, bool]:
    """Differences run by run where both models ran with the same seeds, else that of their means."""
    series = panel.series()
    ours, theirs = (sorted(series[one], key=lambda run: panel.runs[run].seed) for one in pair)
    one, other = (Sample.of(found, metric, runs) for runs in (ours, theirs))
    if [panel.runs[run].seed for run in ours] == [panel.runs[run].seed for run in theirs]:
        return one.minus(other), True
    return one.mean().minus(other.mean()), False
