"""Calibration and abstention of predicted mentions, which differ from run to run."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from sklearn.metrics import brier_score_loss, log_loss

from tests.fixtures.predictions import mention_table
from tests.fixtures.tasks import mention_metrics
from wardspace.config import ReportConfig
from wardspace.evaluation.metrics.mentions import mention_decisions
from wardspace.evaluation.trust.abstention import abstention, risk_curves
from wardspace.evaluation.trust.calibration import calibration, reliability

CONFIG = ReportConfig(resamples=200)
TASKS = {"diseases": mention_metrics(["a", "b"])}


def run(seed, split, notes=60, power=1.0):
    """Mentions with a confidence by which they are right, in `power` too sure; every third note has none."""
    random = np.random.default_rng([3, len(split)])
    truth = [[(10 * place, 10 * place + 5, 0) for place in range(6)] for _ in range(notes)]
    random = np.random.default_rng([seed, len(split)])
    said = []
    for note in range(notes):
        own = []
        for start, end, kind in truth[note] if note % 3 else ():
            sure = random.random()
            if random.random() < 0.8:
                wrong = random.random() > sure
                own.append((start, end - wrong, kind, sure**power / (sure**power + (1 - sure) ** power)))
        said.append(own)
    return mention_table(truth, said, seed=seed, split=split)


def both(seeds=(0, 1), **changes):
    return pa.concat_tables([run(seed, split, **changes) for seed in seeds for split in ("validation", "test")])


def test_a_decision_is_a_predicted_mention():
    table = mention_table(
        [[(0, 5, 0)], [], [(3, 9, 1), (20, 22, 0)]],
        [[(0, 5, 0, 0.75), (0, 5, 0, 0.5)], [(1, 2, 0, 0.25)], [(3, 9, 0, 0.5), (20, 22, 0, 0.125)]],
        groups=["z", "a", "a"],
    )
    found = mention_decisions(table)
    assert found.answers.confidence.tolist() == [0.75, 0.5, 0.25, 0.5, 0.125]
    assert sorted(found.answers.right[:2].tolist()) == [False, True]  # of equal ones only one can be right
    assert found.answers.right[2:].tolist() == [False, False, True]
    assert found.groups.tolist() == [1, 1, 0, 0, 0]


def test_losses_are_those_of_scikit_learn():
    found = {one.measure: one for one in calibration(both(), TASKS, CONFIG) if one.temperature is None}
    decisions = [mention_decisions(run(seed, "test")) for seed in (0, 1)]
    sizes = [len(one.truth) for one in decisions]
    assert sizes[0] != sizes[1] and found["ece"].n == round(np.mean(sizes))
    pairs = [(one.truth, one.probabilities[:, 1].astype(np.float64)) for one in decisions]
    assert found["brier"].value == pytest.approx(np.mean([2 * brier_score_loss(*pair) for pair in pairs]), rel=1e-5)
    assert found["log_loss"].value == pytest.approx(np.mean([log_loss(*pair) for pair in pairs]), rel=1e-4)
    assert {one.unit for one in found.values()} == {"mention"}
    assert found["ece"].low == 0


def test_a_temperature_mends_mentions_that_are_too_sure():
    found = calibration(both(power=3.0, notes=150), TASKS, CONFIG)
    after = next(one for one in found if one.measure == "ece" and one.temperature is not None)
    before = next(one for one in found if one.measure == "ece" and one.temperature is None)
    assert after.temperature == pytest.approx(3, rel=0.2)
    assert after.high < before.low


def test_the_surest_mentions_are_more_often_right():
    points, (area,) = risk_curves(both(), TASKS, CONFIG)
    assert points[0].risk < points[-1].risk and points[-1].coverage == 1
    assert area.low <= area.value <= area.high < points[-1].risk
    half = next(one for one in abstention(both(), TASKS, CONFIG) if (one.aim, one.level) == ("coverage", 0.5))
    assert half.coverage == pytest.approx(0.5, abs=0.1) and half.accuracy > 1 - points[-1].risk
    assert sum(one.n for one in reliability(both(), TASKS, CONFIG)) == sum(
        len(mention_decisions(run(seed, "test")).truth) for seed in (0, 1)
    )


def test_a_run_without_any_mention_has_no_calibration():
    silent = mention_table([[(0, 5, 0)]] * 5, [[]] * 5)
    both_splits = pa.concat_tables([silent, mention_table([[(0, 5, 0)]] * 5, [[]] * 5, split="validation")])
    assert calibration(both_splits, TASKS, CONFIG) == [] == abstention(both_splits, TASKS, CONFIG)


def test_patients_without_a_predicted_mention_may_be_drawn_alone():
    truth = [[(0, 5, 0)]] * 4
    said = [[(0, 5, 0, 0.9)], [], [], []]
    tables = [mention_table(truth, said, split=split) for split in ("validation", "test")]
    found = {one.measure: one for one in calibration(pa.concat_tables(tables), TASKS, CONFIG)}
    assert np.isfinite([found["ece"].value, found["brier"].low, found["log_loss"].high]).all()
