from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from sklearn.metrics import f1_score, roc_auc_score

from tests.fixtures.predictions import guesses, run_table
from wardspace.config import ReportConfig
from wardspace.evaluation import METRICS, scores
from wardspace.evaluation.bootstrap import Resamples

CONFIG = ReportConfig(resamples=200, seed=4)
CLASSES = {"specialty": ["a", "b", "c"]}
TRUTH = np.random.default_rng(1).integers(3, size=90)
GROUPS = [f"p{i // 3:03d}" for i in range(90)]


def _table() -> tuple[pa.Table, dict[int, np.ndarray]]:
    found = {seed: guesses(TRUTH, 3, 1.0, seed) for seed in range(3)}
    runs = [run_table(TRUTH, found[seed], seed=seed, setting="head", groups=GROUPS) for seed in found]
    runs += [run_table(TRUTH, found[seed], seed=seed, setting="head", split="validation") for seed in found]
    return pa.concat_tables(runs), found


def test_seeds_have_plain_values_and_the_mean_has_interval_and_spread():
    table, found = _table()
    records = [s for s in scores(table, CLASSES, CONFIG) if s.split == "test" and s.metric == "macro_f1"]
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


@pytest.mark.parametrize("metric", ["macro_f1", "auroc"])
def test_intervals_equal_a_loop_over_resampled_patients(metric):
    table, found = _table()
    mean = next(s for s in scores(table, CLASSES, CONFIG) if (s.split, s.metric, s.seed) == ("test", metric, None))
    looped = []
    for _, block in Resamples(30, 200, seed=4).blocks(90):
        for row in block.astype(int):
            notes = np.repeat(np.arange(90).reshape(30, 3), row, axis=0).ravel()
            each = [_scikit_learn(metric, TRUTH[notes], p.astype(np.float32)[notes]) for p in found.values()]
            looped.append(np.mean(each))
    assert (mean.low, mean.high) == pytest.approx(tuple(np.quantile(looped, [0.025, 0.975])), abs=1e-9)


def test_validation_keeps_two_means_without_intervals():
    table, _ = _table()
    records = [s for s in scores(table, CLASSES, CONFIG) if s.split == "validation"]
    assert {(s.metric, s.seed) for s in records} == {("macro_f1", None), ("accuracy", None)}
    assert all(s.low is None and s.high is None for s in records)


def test_every_metric_is_there_and_an_undefined_one_is_left_out():
    table, _ = _table()
    assert {s.metric for s in scores(table, CLASSES, CONFIG)} == set(METRICS)
    one = run_table(np.zeros(5, int), guesses(np.zeros(5, int), 3, 1.0, 0))
    found = scores(one, CLASSES, CONFIG)
    assert {s.metric for s in found} == set(METRICS) - {"auroc"}


def test_a_single_seed_has_no_spread():
    table = run_table(TRUTH, guesses(TRUTH, 3, 1.0, 0))
    assert all(s.spread is None for s in scores(table, CLASSES, CONFIG))


def test_confidence_sets_the_width():
    table, _ = _table()
    wide, narrow = (
        next(s for s in scores(table, CLASSES, config) if (s.split, s.metric, s.seed) == ("test", "accuracy", None))
        for config in (CONFIG, CONFIG.model_copy(update={"confidence": 0.6}))
    )
    assert wide.high - wide.low > narrow.high - narrow.low
