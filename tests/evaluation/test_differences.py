from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from tests.fixtures.predictions import guesses, run_table
from tests.fixtures.tasks import single_label
from wardspace.config import ReportConfig
from wardspace.evaluation import score_predictions
from wardspace.evaluation.differences import pairs

CONFIG = ReportConfig(resamples=300)
TASKS = single_label(specialty=["a", "b", "c"])
TRUTH = np.random.default_rng(1).integers(3, size=150)


def test_pairs_are_each_baseline_and_all_adapted():
    assert pairs(["tfidf", "base", "mlm", "declutr"]) == [
        ("tfidf", "base"), ("mlm", "base"), ("declutr", "base"),
        ("base", "tfidf"), ("mlm", "tfidf"), ("declutr", "tfidf"),
        ("mlm", "declutr"),
    ]  # fmt: skip


def _find(found, model, against, metric="macro_f1"):
    return next(d for d in found if (d.model, d.against, d.metric) == (model, against, metric))


def test_a_clear_gain_is_no_tie_and_equal_models_are_one():
    base = guesses(TRUTH, 3, 0.5, 0)
    table = pa.concat_tables(
        [
            run_table(TRUTH, base, model="base"),
            run_table(TRUTH, guesses(TRUTH, 3, 3.0, 1), model="mlm"),
            run_table(TRUTH, base, model="copy"),
        ]
    )
    found = score_predictions(table, TASKS, CONFIG).differences
    gain, copy = _find(found, "mlm", "base"), _find(found, "copy", "base")
    assert not gain.tie and gain.low > 0.1 and gain.low < gain.value < gain.high
    assert copy.tie and copy.value == copy.low == copy.high == 0
    loss = _find(found, "mlm", "copy")
    assert (loss.value, loss.low) == (gain.value, gain.low)


def test_the_difference_is_that_of_the_scores_and_is_antisymmetric():
    table = pa.concat_tables(
        [
            run_table(TRUTH, guesses(TRUTH, 3, skill, 10 * seed + len(model)), model=model, seed=seed)
            for model, skill in (("base", 0.8), ("tfidf", 1.0))
            for seed in range(3)
        ]
    )
    means = {(s.model, s.metric): s.value for s in score_predictions(table, TASKS, CONFIG).scores if s.seed is None}
    found = score_predictions(table, TASKS, CONFIG).differences
    for metric in ("macro_f1", "accuracy", "auroc"):
        one, other = _find(found, "tfidf", "base", metric), _find(found, "base", "tfidf", metric)
        assert one.value == pytest.approx(means["tfidf", metric] - means["base", metric])
        assert (one.low, one.high) == pytest.approx((-other.high, -other.low))


def test_pairing_narrows_the_interval_of_models_that_agree():
    base = guesses(TRUTH, 3, 1.0, 0)
    near = base.copy()
    near[:8] = guesses(TRUTH[:8], 3, 9.0, 3)  # differs on eight notes only
    table = pa.concat_tables([run_table(TRUTH, base), run_table(TRUTH, near, model="mlm")])
    paired = _find(score_predictions(table, TASKS, CONFIG).differences, "mlm", "base", "accuracy")
    alone = next(
        s
        for s in score_predictions(table, TASKS, CONFIG).scores
        if (s.model, s.metric, s.seed) == ("mlm", "accuracy", None)
    )
    assert paired.high - paired.low < 0.6 * (alone.high - alone.low)


def test_settings_shots_and_splits_do_not_mix():
    runs = [
        run_table(TRUTH, guesses(TRUTH, 3, 1.0, i), model=model, setting=setting, shots=shots)
        for i, (model, setting, shots) in enumerate(
            [
                ("base", "logistic", None), ("tfidf", "logistic", None), ("tfidf", "logistic", 8),
                ("base", "logistic", 8), ("base", "finetune", None),
            ]
        )
    ]  # fmt: skip
    runs.append(run_table(TRUTH, guesses(TRUTH, 3, 1.0, 9), model="base", split="validation"))
    found = score_predictions(pa.concat_tables(runs), TASKS, CONFIG).differences
    assert {(d.setting, d.shots) for d in found} == {("logistic", None), ("logistic", 8)}
    assert len(found) == 2 * 2 * 5  # two shots, two directions, five metrics


def test_models_of_equal_skill_mostly_tie():
    ties = 0
    for trial in range(20):
        truth = np.random.default_rng(trial).integers(3, size=120)
        runs = [
            run_table(truth, guesses(truth, 3, 1.0, seed), model=f"m{seed % 2}") for seed in (2 * trial, 2 * trial + 1)
        ]
        table = pa.concat_tables(runs)
        ties += _find(score_predictions(table, TASKS, ReportConfig(resamples=150)).differences, "m0", "m1").tie
    assert ties >= 16


def _runs(model, skills, shots=8, first=0):
    return [
        run_table(TRUTH, guesses(TRUTH, 3, skill, 100 * len(model) + i), model=model, shots=shots, seed=first + i)
        for i, skill in enumerate(skills)
    ]


def test_superiority_and_p_say_what_the_interval_says():
    table = pa.concat_tables(_runs("base", [0.5]) + _runs("good", [3.0]) + _runs("same", [0.5]))
    found = score_predictions(table, TASKS, CONFIG).differences
    good, same = _find(found, "good", "base"), _find(found, "same", "base")
    assert good.superiority == 1.0
    assert 2 / 301 <= good.p < 0.01  # no resample lies below zero
    assert good.clear
    assert good.p_holm == pytest.approx(2 * good.p)  # two comparisons with the base
    assert same.tie
    assert not same.clear
    assert same.p > 0.05
    assert 0.02 < same.superiority < 0.98


def test_runs_are_paired_by_subset_whatever_their_order():
    skills = [0.0, 1.0, 2.0, 3.0]
    base = _runs("base", skills)
    better = _runs("better", [skill + 1 for skill in skills])
    (one,) = [
        d
        for d in score_predictions(pa.concat_tables(base + better), TASKS, CONFIG).differences
        if d.metric == "accuracy"
    ]
    turned = score_predictions(pa.concat_tables(base + better[::-1]), TASKS, CONFIG).differences
    assert one == _find(turned, "better", "base", "accuracy")
    score = next(
        s
        for s in score_predictions(pa.concat_tables(base), TASKS, CONFIG).scores
        if (s.metric, s.seed) == ("accuracy", None)
    )
    assert one.runs == 4
    assert one.sd_subsets < score.sd_subsets
    assert one.low_all <= one.low


def test_models_with_other_seeds_are_compared_by_their_means():
    table = pa.concat_tables(_runs("base", [1.0, 1.2]) + _runs("better", [2.0, 2.2, 2.4], first=5))
    one = _find(score_predictions(table, TASKS, CONFIG).differences, "better", "base")
    assert one.runs is one.sd_subsets is one.low_all is None
    assert one.low < one.value < one.high


def test_one_patient_alone_gives_no_comparison():
    groups = ["one"] * len(TRUTH)
    runs = [run_table(TRUTH, guesses(TRUTH, 3, 1.0, i), model=m, groups=groups) for i, m in enumerate(["base", "mlm"])]
    assert score_predictions(pa.concat_tables(runs), TASKS, CONFIG).differences == []
