import numpy as np
import pyarrow as pa
import pytest
from sklearn.metrics import brier_score_loss, log_loss

from tests.fixtures.predictions import guesses, run_table
from tests.fixtures.tasks import single_label
from wardspace.config import ReportConfig
from wardspace.evaluation.trust.abstention import abstention, risk_curves
from wardspace.evaluation.trust.calibration import calibration, reliability

CONFIG = ReportConfig(resamples=300)
TASKS = single_label(specialty=["a", "b", "c"])


def honest(n, seed):
    """Probabilities and truths drawn from them."""
    rng = np.random.default_rng(seed)
    probabilities = rng.dirichlet([0.6, 0.6, 0.6], n)
    return probabilities, np.array([rng.choice(3, p=row / row.sum()) for row in probabilities])


def sharpened(probabilities, power=3):
    return probabilities**power / (probabilities**power).sum(axis=1, keepdims=True)


def both_splits(make, *, n=600, seeds=(0,), **changes):
    tables = []
    for seed in seeds:
        for split, notes in (("validation", n), ("test", n)):
            probabilities, truth = honest(notes, 100 + len(split))  # the same notes for every seed
            tables.append(run_table(truth, make(probabilities, seed), split=split, seed=seed, **changes))
    return pa.concat_tables(tables)


def value(found, measure, *, as_it_came=True, **place):
    (one,) = [
        s
        for s in found
        if s.measure == measure
        and (s.temperature is None) == as_it_came
        and all(getattr(s, k) == v for k, v in place.items())
    ]
    return one


def test_brier_and_log_loss_are_those_of_scikit_learn():
    found = calibration(both_splits(lambda p, _: sharpened(p)), TASKS, CONFIG)
    probabilities, truth = honest(600, 104)
    stored = sharpened(probabilities).astype(np.float32).astype(np.float64)
    stored = np.maximum(stored, np.finfo(np.float32).eps)
    stored /= stored.sum(axis=1, keepdims=True)
    assert value(found, "log_loss").value == pytest.approx(log_loss(truth, stored), rel=1e-5)
    assert value(found, "brier").value == pytest.approx(
        brier_score_loss(truth, stored, labels=[0, 1, 2], scale_by_half=False), rel=1e-5
    )
    for measure in ("log_loss", "brier", "ece"):
        one = value(found, measure)
        assert one.low <= one.value <= one.high
        assert (one.n, one.groups, one.bins) == (600, 600, 10)


def test_the_error_of_a_model_that_is_right_about_itself_is_told_apart_from_one_that_is_not():
    table = pa.concat_tables(
        [both_splits(lambda p, _: p, model="honest"), both_splits(lambda p, _: sharpened(p), model="sharp")]
    )
    found = calibration(table, TASKS, CONFIG)
    assert value(found, "ece", model="honest").low == 0
    assert value(found, "ece", model="honest").value < value(found, "ece_plain", model="honest").value
    assert value(found, "ece", model="sharp").low > 0.05


def test_scaling_mends_what_a_temperature_can_mend():
    found = calibration(both_splits(lambda p, _: sharpened(p)), TASKS, CONFIG)
    after = value(found, "ece", as_it_came=False)
    assert after.temperature == pytest.approx(3, rel=0.15)
    assert after.high < value(found, "ece").low
    assert value(found, "log_loss", as_it_came=False).value < value(found, "log_loss").value


def test_intervals_hold_the_truth_about_as_often_as_they_say():
    """Labels drawn with a known distance between confidence and accuracy, three notes a patient."""
    held = 0
    for trial in range(40):
        rng = np.random.default_rng(trial)
        sure = 0.5 + 0.4 * rng.random(300)
        tables = []
        for split in ("validation", "test"):
            right = rng.random(300) < sure - 0.1
            probabilities = np.stack([sure, 1 - sure], axis=1)
            groups = [f"p{i // 3:03d}" for i in range(300)]
            tables.append(run_table(np.where(right, 0, 1), probabilities, split=split, groups=groups))
        found = calibration(pa.concat_tables(tables), single_label(specialty=["a", "b"]), CONFIG)
        one = value(found, "ece")
        held += one.low <= 0.1 <= one.high
    assert held >= 34


def test_several_seeds_give_their_mean():
    table = both_splits(lambda p, seed: sharpened(p, 1 + seed), seeds=(0, 1, 2), setting="head")
    alone = [calibration(both_splits(lambda p, _, s=seed: sharpened(p, 1 + s)), TASKS, CONFIG) for seed in (0, 1, 2)]
    for measure in ("brier", "log_loss", "ece_plain"):
        wanted = np.mean([value(found, measure).value for found in alone])
        assert value(calibration(table, TASKS, CONFIG), measure).value == pytest.approx(wanted)


def test_the_curve_tells_each_bin_once_with_its_interval():
    found = reliability(both_splits(lambda p, _: p, seeds=(0, 1), setting="head"), TASKS, CONFIG)
    assert len(found) == 10
    assert sum(one.n for one in found) == 1200
    assert [one.confidence for one in found] == sorted(one.confidence for one in found)
    assert all(one.low <= one.accuracy <= one.high for one in found)
    assert sum(one.low <= one.confidence <= one.high for one in found) >= 8


def test_few_shot_series_have_scores_and_no_curve():
    truth = np.arange(60) % 3
    tables = [run_table(truth, guesses(truth, 3, 1.0, 2), split=s, shots=8) for s in ("validation", "test")]
    table = pa.concat_tables(tables)
    assert {s.shots for s in calibration(table, TASKS, CONFIG)} == {8}
    assert reliability(table, TASKS, CONFIG) == []


def test_without_validation_there_is_nothing_to_fit_on():
    assert calibration(run_table(np.arange(9) % 3, np.full((9, 3), 1 / 3)), TASKS, CONFIG) == []


def test_one_patient_alone_is_nothing_to_be_sure_by():
    table = both_splits(lambda probabilities, _: sharpened(probabilities), groups=["p"] * 600)
    for measure in (calibration, reliability, abstention):
        assert measure(table, TASKS, CONFIG) == []
    assert risk_curves(table, TASKS, CONFIG) == ([], [])
    assert calibration(both_splits(lambda p, _: p, groups=["p", "q"] * 300), TASKS, CONFIG)
