import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.fixtures.predictions import run_table
from tests.fixtures.tasks import single_label
from wardspace.config import ReportConfig
from wardspace.evaluation.trust.abstention import FEWEST, abstention, area_under_risk, risk_curves, threshold_of
from wardspace.evaluation.trust.decisions import Answers

CONFIG = ReportConfig(resamples=200)
TASKS = single_label(specialty=["a", "b"])

SAID = st.lists(st.tuples(st.integers(50, 100), st.booleans()), min_size=1, max_size=60).map(
    lambda pairs: Answers(np.array([c / 100 for c, _ in pairs]), np.array([r for _, r in pairs]))
)


def area_by_hand(found):
    risks = []
    for sure in found.confidence:
        wrong = [not r for c, r in zip(found.confidence, found.right, strict=True) if c >= sure]
        risks.append(sum(wrong) / len(wrong))
    return sum(risks) / len(risks)


@settings(deadline=None)
@given(SAID, st.randoms(use_true_random=False))
def test_the_area_is_that_of_a_loop_whatever_the_order(found, random):
    assert area_under_risk(found)[0] == pytest.approx(area_by_hand(found))
    order = random.sample(range(len(found.right)), len(found.right))
    turned = Answers(found.confidence[order], found.right[order])
    assert area_under_risk(turned)[0] == pytest.approx(area_under_risk(found)[0])


@settings(deadline=None)
@given(SAID, st.data())
def test_a_weight_is_as_good_as_a_copy(found, data):
    n = len(found.right)
    counts = np.array(data.draw(st.lists(st.integers(0, 3), min_size=n, max_size=n).filter(any)))
    copied = Answers(np.repeat(found.confidence, counts), np.repeat(found.right, counts))
    assert area_under_risk(found, counts[None].astype(float))[0] == pytest.approx(area_by_hand(copied))


@given(SAID, st.floats(0.05, 1))
def test_a_rule_of_coverage_answers_the_share_and_not_one_note_too_many(found, level):
    threshold = threshold_of(found, "coverage", level)
    n = len(found.right)
    assert (found.confidence >= threshold).sum() >= level * n
    assert (found.confidence > threshold).sum() < level * n


@given(SAID, st.floats(0, 0.5))
def test_a_rule_of_risk_is_the_laxest_that_keeps_to_it(found, level):
    def kept(threshold):
        answered = found.confidence >= threshold
        return answered.sum() >= FEWEST and (~found.right[answered]).mean() <= level

    threshold = threshold_of(found, "risk", level)
    candidates = [c for c in found.confidence if kept(c)]
    assert threshold == (min(candidates) if candidates else None)


def said(n, seed, honest=True):
    rng = np.random.default_rng(seed)
    sure = 0.5 + 0.5 * rng.random(n)
    right = rng.random(n) < (sure if honest else 0.75)
    return np.where(right, 0, 1), np.stack([sure, 1 - sure], axis=1)


def table(**runs):
    tables = []
    for model, honest in runs.items():
        for split, seed in (("validation", 1), ("test", 2)):
            truth, probabilities = said(1000, seed, honest)
            tables.append(run_table(truth, probabilities, model=model, split=split))
    return tables


def test_a_threshold_of_validation_is_applied_to_test_as_it_is():
    (tables,) = [pa.concat_tables(table(base=True))]
    found = {(one.aim, one.level): one for one in abstention(tables, TASKS, CONFIG)}
    assert set(found) == {("coverage", 0.5), ("coverage", 0.8), ("coverage", 0.9), ("risk", 0.05), ("risk", 0.1)}
    truth, probabilities = said(1000, 2)
    for (aim, level), one in found.items():
        before = said(1000, 1)
        chosen = threshold_of(Answers(before[1].max(axis=1).astype(np.float32), before[0] == 0), aim, level)
        assert one.threshold == pytest.approx(chosen)
        answered = probabilities.max(axis=1).astype(np.float32) >= np.float32(chosen)
        assert one.coverage == pytest.approx(answered.mean())
        assert one.accuracy == pytest.approx((truth[answered] == 0).mean())
        assert one.coverage_low <= one.coverage <= one.coverage_high
        assert one.accuracy_low <= one.accuracy <= one.accuracy_high
    accuracies = [found["coverage", level].accuracy for level in (0.5, 0.8, 0.9)]
    assert accuracies == sorted(accuracies, reverse=True)


def test_an_aim_out_of_reach_answers_nothing():
    always_half = np.full((100, 2), 0.5)
    tables = [run_table(np.arange(100) % 2, always_half, split=split) for split in ("validation", "test")]
    found = {(one.aim, one.level): one for one in abstention(pa.concat_tables(tables), TASKS, CONFIG)}
    risk = found["risk", 0.05]
    assert (risk.threshold, risk.coverage, risk.accuracy, risk.accuracy_low) == (None, 0, None, None)
    assert found["coverage", 0.5].coverage == 1  # all notes are as sure


def test_curves_fall_where_confidence_tells_and_stay_where_it_does_not():
    points, areas = risk_curves_of(honest=True, blind=False)
    by_model = {m: [p.risk for p in points if p.model == m] for m in ("honest", "blind")}
    assert len(by_model["honest"]) == 20
    assert by_model["honest"][4] < by_model["honest"][-1] - 0.1
    assert abs(by_model["blind"][4] - by_model["blind"][-1]) < 0.06
    honest, blind = areas
    assert (honest.measure, honest.model) == ("aurc", "honest")
    assert honest.high < blind.low
    assert honest.low <= honest.value <= honest.high


def risk_curves_of(**runs):
    # the two have other truths, so each is a task of its own
    points, areas = [], []
    for model, honest in runs.items():
        one = risk_curves(pa.concat_tables(table(**{model: honest})), TASKS, CONFIG)
        points += one[0]
        areas += one[1]
    return points, areas
