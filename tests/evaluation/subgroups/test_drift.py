from datetime import datetime, timedelta

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fixtures.predictions import guesses, run_table
from tests.fixtures.tasks import single_label
from wardspace.config import ReportConfig
from wardspace.evaluation.subgroups.drift import MOST, drift, periods

CONFIG = ReportConfig(resamples=300)
TASKS = single_label(specialty=["a", "b", "c"])


@given(st.lists(st.datetimes(datetime(1900, 1, 1), datetime(2300, 1, 1)), min_size=1, max_size=30))
def test_periods_keep_the_order_of_time_and_are_never_many(times):
    found = periods({str(i): time.isoformat() for i, time in enumerate(times)})
    names = [found[str(i)] for i in range(len(times))]
    assert len(set(names)) <= MOST
    ordered = [name for _, name in sorted(zip(times, names, strict=True))]
    assert ordered == sorted(ordered)


@pytest.mark.parametrize(
    ("first", "last", "name"),
    [
        ("2005-03-31", "2005-08-01", "2005-03"),
        ("2005-01-05", "2006-10-01", "2005 Q1"),
        ("2005-09-05", "2008-10-01", "2005 H2"),
        ("2003-09-05", "2006-10-01", "2003 H2"),
        ("2003-01-05", "2009-10-01", "2003"),
        ("2001-01-05", "2014-10-01", "2000 to 2001"),
        ("1984-01-05", "2014-10-01", "1980 to 1984"),
    ],
)
def test_the_shortest_periods_that_are_not_too_many(first, last, name):
    assert periods({"a": first, "b": last})["a"] == name


def test_zones_are_taken_in_one_and_what_is_no_date_has_no_period():
    found = periods({"a": "2005-03-31T23:30:00-05:00", "b": "2005-04-02", "c": None, "d": "spring", "e": "17"})
    assert found == {"a": "2005-04", "b": "2005-04"}
    assert periods({"c": None}) == {}


N = 800
TRUTH = np.random.default_rng(1).integers(3, size=N)
TIMES = {f"test-{i:05d}": (datetime(2003, 1, 1) + timedelta(days=1.8 * i)).isoformat() for i in range(N)}


def fading(seed, fall):
    right = np.random.default_rng(seed).random(N) < 0.9 - fall * np.arange(N) / N
    probabilities = np.full((N, 3), 0.05)
    probabilities[np.arange(N), np.where(right, TRUTH, (TRUTH + 1) % 3)] = 0.9
    return probabilities


def test_a_fall_over_time_is_shown_and_a_steady_score_is_not():
    table = pa.concat_tables([run_table(TRUTH, fading(2, 0.4)), run_table(TRUTH, fading(3, 0), model="mlm")])
    rows, trends = drift(table, TASKS, TIMES, CONFIG)
    groups = [r.group for r in rows if (r.model, r.metric) == ("base", "accuracy")]
    assert groups == ["2003 H1", "2003 H2", "2004 H1", "2004 H2", "2005 H1", "2005 H2", "2006 H1", "2006 H2"]
    fall, steady = (t for t in trends if t.metric == "accuracy")
    assert (fall.model, fall.shown) == ("base", True)
    assert fall.low <= fall.change <= fall.high < 0
    assert fall.change == pytest.approx(-0.4 * 7 / 8, abs=0.12)
    assert (steady.model, steady.shown) == ("mlm", False)
    assert (fall.first, fall.last, fall.periods) == ("2003 H1", "2006 H2", 8)


def test_one_period_or_no_time_shows_no_drift():
    table = run_table(TRUTH, guesses(TRUTH, 3, 1.0, 0))
    assert drift(table, TASKS, dict.fromkeys(TIMES, "2005-03-01"), CONFIG) == ([], [])
    assert drift(table, TASKS, dict.fromkeys(TIMES), CONFIG) == ([], [])


def test_notes_without_a_time_are_a_group_of_their_own_outside_the_trend():
    times = {note: None if i % 4 == 0 else time for i, (note, time) in enumerate(TIMES.items())}
    rows, trends = drift(run_table(TRUTH, fading(2, 0.4)), TASKS, times, CONFIG)
    assert [r.group for r in rows if r.metric == "accuracy"][-1] == "not given"
    assert trends[0].last == "2006 H2"


def test_a_task_of_many_small_classes_has_a_trend_in_accuracy_alone():
    truth = np.arange(N) % 200
    table = run_table(truth, guesses(truth, 200, 4.0, 0))
    _, trends = drift(table, single_label(specialty=[f"c{i:03d}" for i in range(200)]), TIMES, CONFIG)
    assert [t.metric for t in trends] == ["accuracy"]
