from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from tests.fixtures.predictions import guesses, run_table
from tests.fixtures.tasks import single_label
from wardspace.config import ReportConfig
from wardspace.evaluation import score_predictions
from wardspace.evaluation.intervals import distribution as module
from wardspace.evaluation.intervals.distribution import distribution, rank_resamples
from wardspace.evaluation.prediction_set import prediction_sets

CONFIG = ReportConfig(resamples=200)
TASKS = single_label(specialty=["a", "b", "c"])
TRUTH = np.random.default_rng(1).integers(3, size=240)


def _table() -> pa.Table:
    groups = [f"p{i // 2:03d}" for i in range(240)]
    runs = [
        run_table(TRUTH, guesses(TRUTH, 3, 1.0, i), model=model, seed=seed, groups=groups, split=split)
        for i, (model, seed, split) in enumerate(
            [
                ("base", 0, "test"),
                ("base", 1, "test"),
                ("mlm", 0, "test"),
                ("mlm", 1, "test"),
                ("base", 0, "validation"),
            ]
        )
    ]
    return pa.concat_tables(runs)


def test_each_patient_is_left_out_in_turn():
    (panel, *_) = prediction_sets(_table(), TASKS)
    found = distribution(panel, CONFIG)
    without = np.flatnonzero(panel.tally.groups != 7)
    right = panel.runs[2].tally.probabilities.argmax(axis=1) == panel.tally.truth
    assert found.left_out["accuracy"][2, 7] == pytest.approx(right[without].mean())


def test_auroc_gets_fewer_resamples_where_they_would_take_long(monkeypatch):
    (panel, *_) = prediction_sets(_table(), TASKS)
    assert rank_resamples(panel, CONFIG) == 200
    monkeypatch.setattr(module, "RANK_LEAST", 20)
    monkeypatch.setattr(module, "RANK_WORK", 50 * 240 * 3 * 4)
    found = distribution(panel, CONFIG)
    assert found.draws["auroc"].shape == (4, 50)
    assert found.draws["accuracy"].shape == (4, 200)
    record = next(s for s in score_predictions(_table(), TASKS, CONFIG).scores if (s.metric, s.seed) == ("auroc", None))
    assert record.resamples == 50


def test_pools_of_patients_move_scores_as_much_as_patients_do(monkeypatch):
    (panel, *_) = prediction_sets(_table(), TASKS)
    config = CONFIG.model_copy(update={"resamples": 2000})
    alone = distribution(panel, config).draws["accuracy"].std(axis=1)
    monkeypatch.setattr(module, "MOST_DRAWN", 60)
    pooled = distribution(panel, config).draws["accuracy"].std(axis=1)
    # the spread of 60 pools is itself known to 1 / sqrt(2 * 60)
    assert pooled == pytest.approx(alone, rel=3 / np.sqrt(120))
