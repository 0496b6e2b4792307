"""Paired differences between models, and between ways of using them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from typing import NamedTuple

from wardspace.config import BASELINES, ReportConfig
from wardspace.evaluation.intervals.distribution import Distribution
from wardspace.evaluation.intervals.multiple_testing import corrected
from wardspace.evaluation.intervals.seed_runs import FEWEST, SeedRuns, chance, method_for
from wardspace.evaluation.prediction_set import PredictionSet, Series
from wardspace.evaluation.tally import Metric, RankMetric
from wardspace.results import AcrossDifference, Difference, SettingRecord


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


BASE, WORDS = BASELINES


def across_pairs(series: Sequence[Series], settings: Mapping[str, SettingRecord]) -> list[tuple[Series, Series]]:
    """Which ways of use are compared, the second being the one that the first is measured against.

    - Fine-tuned models with the same model frozen, at the same number of labels; not with private probes, whose noise
      would look like a gain of fine-tuning, nor with hybrid ones, which know more than the model. Where a cap holds
      fine-tuning to fewer notes, the frozen model keeps all of them: what is compared is what could be done with these
      notes.
    - Every model with few labels with the base that had all of them, in the same setting.
    - Hybrid probes with the same model alone and with word counts alone.
    - Every other way of use with a baseline that has a setting of its own, at the same number of labels.
    - What word counts were not scored in (fine-tuning, other heads) with word counts in the first frozen setting, and
      adapted models that were fine-tuned with the frozen base there: the cheapest that could be used instead.
    """
    plain = next((name for name, one in settings.items() if one.family == "frozen"), None)

    def pairs_of(ours: Series, theirs: Series) -> Iterator[bool]:
        one, other = settings[ours.setting], settings[theirs.setting]
        tuned = one.family == "fine-tuned" and other.family in ("frozen", "few-shot", "in-context")
        yield tuned and (ours.model, ours.shots) == (theirs.model, theirs.shots)
        yield ours.shots is not None and one.family != "fine-tuned" and theirs == Series(BASE, ours.setting, None)
        alone = plain is not None and theirs in (ours._replace(setting=plain), Series(WORDS, plain, ours.shots))
        yield one.family == "hybrid" and alone
        yield other.family == "baseline" != one.family and ours.shots == theirs.shots
        words = ours._replace(model=WORDS) not in known and not one.private and one.family not in ("hybrid", "baseline")
        tuned_here = one.family == "fine-tuned" and ours.model != BASE
        yield any(
            asked and plain is not None and theirs == Series(name, plain, ours.shots)
            for asked, name in ((words, WORDS), (tuned_here, BASE))
        )

    known = set(series)
    every = [(ours, theirs, list(pairs_of(ours, theirs))) for ours in series for theirs in series]
    return [(ours, theirs) for rule in range(5) for ours, theirs, found in every if found[rule]]


def compared_across(panel: PredictionSet, found: Distribution, config: ReportConfig) -> list[AcrossDifference]:
    """Differences across settings of one panel; see `across_pairs`."""
    rows = panel.series()
    differences = []
    for ours, theirs in across_pairs(list(rows), panel.scored.settings):
        for metric in panel.metrics:
            one = gap(panel, found, (rows[ours], rows[theirs]), metric.name, config)
            if one is None:
                continue
            differences.append(
                AcrossDifference(
                    model=ours.model, setting=ours.setting, shots=ours.shots,
                    against=theirs.model, against_setting=theirs.setting, against_shots=theirs.shots,
                    task=panel.task, metric=metric.name, **one._asdict(), tie=one.tie,
                )
            )  # fmt: skip
    return differences


def pairs(models: Sequence[str]) -> list[tuple[str, str]]:
    """Models to compare, as (model, against): each with each baseline, then the adapted ones among themselves."""
    with_baselines = [(model, base) for base in BASELINES if base in models for model in models if model != base]
    adapted = [model for model in models if model not in BASELINES]
    return with_baselines + list(combinations(adapted, 2))


def compared(panel: PredictionSet, found: Distribution, config: ReportConfig) -> list[Difference]:
    """Compare every model with the baselines, and the adapted models with each other.

    Models are compared within one setting and number of shots. Both scores of a pair come from the same resamples
    of patients, so that what makes a patient easy or hard for both cancels out; few-shot runs are paired by subset,
    others by seed. A difference whose interval spans zero is a tie. Intervals are not widened for the number of
    comparisons; p values are corrected for it (see `corrected`). One patient alone gives no comparison.
    """
    if panel.n_groups < FEWEST:
        return []
    series = panel.series()
    differences = []
    for setting, shots in dict.fromkeys((key.setting, key.shots) for key in series):
        models = [key.model for key in series if (key.setting, key.shots) == (setting, shots)]
        for model, against in pairs(models):
            ours, theirs = Series(model, setting, shots), Series(against, setting, shots)
            differences += [_difference(panel, found, (ours, theirs), metric, config) for metric in panel.metrics]
    return corrected([one for one in differences if one is not None], config.confidence, panel.scored.settings)


def _difference(
    panel: PredictionSet,
    found: Distribution,
    pair: tuple[Series, Series],
    metric: Metric | RankMetric,
    config: ReportConfig,
) -> Difference | None:
    ours, theirs = pair
    sample, paired = _sample(panel, found, pair, metric.name)
    estimate = sample.estimate(method_for(panel, config), panel.n_groups) if sample.defined else None
    if estimate is None:
        return None
    low, high = estimate.interval(config.confidence)
    parts = chance(sample, estimate, ours.shots, config)
    above = estimate.superiority
    return Difference(
        model=ours.model, against=theirs.model, task=panel.task, setting=ours.setting, shots=ours.shots,
        metric=metric.name, value=sample.value, low=low, high=high, tie=low <= 0 <= high,
        superiority=above if metric.higher_is_better else 1 - above, p=estimate.p(),
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
