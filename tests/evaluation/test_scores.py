from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from sklearn.metrics import f1_score, roc_auc_score

from tests.fixtures.predictions import guesses, run_table
from tests.fixtures.tasks import single_label
from wardspace.config import ReportConfig
from wardspace.evaluation import score_predictions
from wardspace.evaluation.intervals.bootstrap import Resamples
from wardspace.evaluation.intervals.estimate import Estimate
from wardspace.evaluation.metrics.classification import SINGLE_LABEL

CONFIG = ReportConfig(resamples=200, seed=4)
METRICS = {one.name for one in SINGLE_LABEL}
TASKS = single_label(specialty=["a", "b", "c"])
TRUTH = np.random.default_rng(1).integers(3, size=90)
GROUPS = [f"p{i // 3:03d}" for i in range(90)]


def scores_of(table, tasks, config):
    """Scores of all classes together."""
    return [one for one in score_predictions(table, tasks, config).scores if one.label is None]


def _table() -> tuple[pa.Table, dict[int, np.ndarray]]:
    found = {seed: guesses(TRUTH, 3, 1.0, seed) for seed in range(3)}
    runs = [run_table(TRUTH, found[seed], seed=seed, setting="head", groups=GROUPS) for seed in found]
    runs += [run_table(TRUTH, found[seed], seed=seed, setting="head", split="validation") for seed in found]
    return pa.concat_tables(runs), found


def test_seeds_have_plain_values_and_the_mean_has_interval_and_spread():
    table, found = _table()
    records = [s for s in scores_of(table, TASKS, CONFIG) if s.split == "test" and s.metric == "macro_f1"]
    values = [f1_score(TRUTH, found[seed].argmax(axis=1), average="macro") for seed in range(3)]
    by_seed = {s.seed: s for s in records}
    assert set(by_seed) == {0, 1, 2, None}
    for seed in range(3):
        assert by_seed[seed].value == pytest.approx(values[seed])
        assert by_seed[seed].low is by_seed[seed].spread is None
    mean = by_seed[None]
    assert mean.value == pytest.approx(np.mean(values))
    assert mean.spread == pytest.approx(np.std(values, ddof=1))
    assert mean.low < mean.value < mean.high
    assert (mean.n, mean.groups) == (90, 30)


def _scikit_learn(metric: str, truth: np.ndarray, probabilities: np.ndarray) -> float:
    if metric == "macro_f1":
        return f1_score(truth, probabilities.argmax(axis=1), labels=[0, 1, 2], average="macro", zero_division=0)
    return float(np.mean([roc_auc_score(truth == code, probabilities[:, code]) for code in range(3)]))


def _looped(metric: str, found: dict[int, np.ndarray], weights: np.ndarray) -> np.ndarray:
    """Scores with every patient's notes repeated as often as `weights` [rows, patients] says."""
    values = []
    for row in weights.astype(int):
        notes = np.repeat(np.arange(90).reshape(30, 3), row, axis=0).ravel()
        each = [_scikit_learn(metric, TRUTH[notes], p.astype(np.float32)[notes]) for p in found.values()]
        values.append(np.mean(each))
    return np.array(values)


@pytest.mark.parametrize("method", ["bca", "percentile"])
@pytest.mark.parametrize("metric", ["macro_f1", "auroc"])
def test_intervals_equal_a_loop_over_resampled_patients(metric, method):
    table, found = _table()
    config = CONFIG.model_copy(update={"interval": method})
    mean = next(s for s in scores_of(table, TASKS, config) if (s.split, s.metric, s.seed) == ("test", metric, None))
    (_, drawn), *_ = Resamples(30, 200, seed=4).blocks(90)
    draws, left_out = _looped(metric, found, drawn), _looped(metric, found, 1 - np.eye(30))
    expected = Estimate.of(mean.value, draws, left_out, method, 30)
    assert mean.interval == expected.method == method
    assert (mean.low, mean.high) == pytest.approx(expected.interval(0.95), abs=1e-9)
    assert (mean.se_patients, mean.resamples) == (pytest.approx(draws.std(ddof=1)), 200)


def test_validation_keeps_two_means_without_intervals():
    table, _ = _table()
    records = [s for s in scores_of(table, TASKS, CONFIG) if s.split == "validation"]
    assert {(s.metric, s.seed) for s in records} == {("macro_f1", None), ("accuracy", None)}
    assert all(s.low is None and s.high is None for s in records)


def test_every_metric_is_there_and_an_undefined_one_is_left_out():
    table, _ = _table()
    assert {s.metric for s in scores_of(table, TASKS, CONFIG)} == METRICS
    one = run_table(np.zeros(5, int), guesses(np.zeros(5, int), 3, 1.0, 0))
    found = scores_of(one, TASKS, CONFIG)
    assert {s.metric for s in found} == METRICS - {"auroc"}


def test_a_single_seed_has_no_spread():
    table = run_table(TRUTH, guesses(TRUTH, 3, 1.0, 0))
    for score in scores_of(table, TASKS, CONFIG):
        assert score.spread is score.sd_seeds is score.sd_subsets is score.low_all is score.high_all is None


@pytest.mark.parametrize(("shots", "named", "other"), [(None, "sd_seeds", "sd_subsets"), (8, "sd_subsets", "sd_seeds")])
def test_variance_from_runs_has_its_name_and_widens_the_interval_over_both(shots, named, other):
    runs = [run_table(TRUTH, guesses(TRUTH, 3, seed / 2, seed), seed=seed, shots=shots) for seed in range(5)]
    found = scores_of(pa.concat_tables(runs), TASKS, CONFIG)
    mean = next(s for s in found if (s.metric, s.seed) == ("macro_f1", None))
    assert getattr(mean, named) == mean.spread > 0.05
    assert getattr(mean, other) is None
    assert mean.runs == 5
    assert mean.low_all < mean.low < mean.high < mean.high_all


def test_few_patients_in_a_class_fall_back_on_percentiles():
    for patients, method in ((2, "percentile"), (3, "bca")):
        rare = np.array([0] * 60 + [1] * (30 - patients) + [2] * patients)
        table = run_table(rare, guesses(rare, 3, 1.0, 0))
        assert {s.interval for s in scores_of(table, TASKS, CONFIG) if s.seed is None} == {method}


def test_where_nothing_moves_there_is_no_interval():
    right = np.eye(3)[TRUTH]
    perfect = scores_of(run_table(TRUTH, right), TASKS, CONFIG)
    alone = scores_of(run_table(TRUTH, guesses(TRUTH, 3, 1.0, 0), groups=["one"] * 90), TASKS, CONFIG)
    for score in perfect + alone:
        assert score.low is score.high is score.interval is score.se_patients is None
        assert np.isfinite(score.value)


def test_two_patients_give_finite_intervals():
    table = run_table(TRUTH, guesses(TRUTH, 3, 1.0, 0), groups=["one"] * 40 + ["two"] * 50)
    found = [s for s in scores_of(table, TASKS, CONFIG) if s.seed is None]
    assert all(np.isfinite([s.low, s.high, s.se_patients]).all() for s in found)


def test_confidence_sets_the_width():
    table, _ = _table()
    wide, narrow = (
        next(s for s in scores_of(table, TASKS, config) if (s.split, s.metric, s.seed) == ("test", "accuracy", None))
        for config in (CONFIG, CONFIG.model_copy(update={"confidence": 0.6}))
    )
    assert wide.high - wide.low > narrow.high - narrow.low
