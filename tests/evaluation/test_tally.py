"""A kind of task that exists only here: tokens within notes, scored by a share. It brings a tally and no statistics."""

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import f1_score

from wardspace.config import ReportConfig
from wardspace.evaluation import Metric, Tally, TaskMetrics, best_models, score_predictions
from wardspace.evaluation.intervals.bootstrap import Resamples, ratio
from wardspace.evaluation.metrics.classification import MACRO_F1
from wardspace.evaluation.subgroups.drift import drift
from wardspace.evaluation.subgroups.subgroups import subgroups
from wardspace.evaluation.trust.calibration import calibration
from wardspace.results import SettingRecord

CONFIG = ReportConfig(resamples=200, interval="percentile")
N = 160
NOTES = [f"note-{i // 4:03d}" for i in range(N)]  # four units a note
PATIENTS = [f"p{i // 8:02d}" for i in range(N)]  # two notes a patient
SIZES = np.random.default_rng(0).integers(1, 6, size=N)


def tally(predictions: pa.Table) -> Tally:
    """Words found of all words of each unit."""
    return Tally.of(
        {"found": predictions["found"].to_numpy(), "all": predictions["all"].to_numpy()},
        units=predictions["unit"].to_pylist(),
        patients=predictions["patient"].to_pylist(),
        notes=predictions["note"].to_pylist(),
        truth=predictions["all"].to_numpy(),
    )


SHARE = Metric("share", ("found", "all"), ratio)
SETTINGS = {
    "tagger": SettingRecord(name="tagger", family="frozen", trained="head"),
    "rules": SettingRecord(name="rules", family="baseline", trained="nothing"),
}
TASKS = {"words": TaskMetrics(tally, (SHARE,), SETTINGS, unit="phrase")}


def run(skill, seed, *, model="base", setting="tagger", split="test", shots=None):
    found = np.random.default_rng(seed).binomial(SIZES, skill)
    return pa.table(
        {
            "task": ["words"] * N, "model": [model] * N, "setting": [setting] * N, "split": [split] * N,
            "shots": pa.array([shots] * N, pa.int32()), "seed": pa.array([0] * N, pa.int32()),
            "unit": [f"u{i:03d}" for i in range(N)], "note": NOTES, "patient": PATIENTS,
            "found": found, "all": SIZES,
        }
    )  # fmt: skip


TABLE = pa.concat_tables(
    [run(0.5, 1), run(0.9, 2, model="mlm"), run(0.5, 3, shots=8), run(0.6, 4, model="words", setting="rules")]
)


def test_a_score_and_its_interval_are_those_of_resampled_patients():
    found = {(s.model, s.shots): s for s in score_predictions(TABLE, TASKS, CONFIG).scores if s.seed is None}
    one, hits = found["mlm", None], TABLE["found"].to_numpy()[N : 2 * N]
    assert one.value == pytest.approx(hits.sum() / SIZES.sum())
    assert (one.unit, one.n, one.groups) == ("phrase", N, 20)
    weights = np.concatenate([block for _, block in Resamples(20, 200, CONFIG.seed).blocks(1)])
    units = weights[:, np.arange(N) // 8]
    drawn = (units * hits).sum(axis=1) / (units * SIZES).sum(axis=1)
    assert one.se_patients == pytest.approx(drawn.std(ddof=1))
    assert one.low < one.value < one.high


def test_differences_are_paired_and_corrected_and_a_baseline_is_held_against():
    told = score_predictions(TABLE, TASKS, CONFIG)
    (gain,) = [d for d in told.differences if (d.model, d.against) == ("mlm", "base")]
    assert gain.clear
    assert gain.p_holm >= gain.p
    pairs = {(one.model, one.setting, one.shots, one.against_setting, one.against_shots) for one in told.across}
    assert pairs == {
        ("base", "tagger", 8, "tagger", None),  # few labels against all
        ("base", "tagger", None, "rules", None),
        ("mlm", "tagger", None, "rules", None),
    }


def test_a_lower_value_may_be_the_better_one():
    wrong = Metric("wrong", ("found", "all"), lambda found, every: 1 - ratio(found, every), higher_is_better=False)
    tasks = {"words": TaskMetrics(tally, (wrong,), SETTINGS)}
    validation = pa.concat_tables([run(0.5, 1, split="validation"), run(0.9, 2, model="mlm", split="validation")])
    assert best_models(validation, tasks["words"], ["base", "mlm"], 1) == ["mlm"]
    (gain,) = [d for d in score_predictions(TABLE, tasks, CONFIG).differences if d.model == "mlm"]
    assert gain.value < 0
    assert gain.superiority > 0.99


def test_units_belong_to_the_subgroup_and_the_period_of_their_note():
    kind = {note: "ab"[int(note[-3:]) % 2] for note in NOTES}
    found = {s.group: s for s in subgroups(TABLE, TASKS, {"kind": kind}, CONFIG) if s.model == "mlm"}
    hits, here = TABLE["found"].to_numpy()[N : 2 * N], np.array([kind[note] == "a" for note in NOTES])
    assert found["a"].n == here.sum()
    assert found["a"].value == pytest.approx(hits[here].sum() / SIZES[here].sum())
    assert found["a"].gap == pytest.approx(found["a"].value - found["b"].value)
    times = {note: f"20{10 + int(note[-3:]) // 10}-05-01" for note in NOTES}
    rows, trends = drift(TABLE, TASKS, times, CONFIG)
    assert {row.group for row in rows} == {"2010 H1", "2011 H1", "2012 H1", "2013 H1"}
    assert {trend.metric for trend in trends} == {"share"}


def test_without_probabilities_nothing_is_calibrated():
    both = pa.concat_tables([run(0.5, 1), run(0.5, 2, split="validation")])
    assert calibration(both, TASKS, CONFIG) == []


@given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 2), st.booleans()), min_size=1, max_size=30))
def test_sums_of_some_units_are_those_of_a_tally_of_them_alone(cases):
    truth, said, kept = (np.array(column) for column in zip(*cases, strict=True))
    true, predicted = (each[:, None] == np.arange(3) for each in (truth, said))
    names = [f"{i:02d}" for i in range(len(cases))]
    whole = Tally.of(
        {"hits": true & predicted, "predicted": predicted, "truth": true},
        units=reversed(names),
        patients=[str(i % 3) for i in range(len(cases))],
        labels="abc",
        truth=truth,
    )
    assert whole.units == tuple(names)
    assert list(whole.truth) == list(truth[::-1])
    some = whole.rows(kept[::-1])
    if kept.any():
        expected = f1_score(truth[kept], said[kept], labels=np.unique(truth[kept]), average="macro", zero_division=0)
        assert MACRO_F1.value(some.total()) == pytest.approx(expected)
        summed = some.split(np.ones((1, some.n_groups)) @ some.by_group())
        assert MACRO_F1.value(summed) == pytest.approx([expected])
    else:
        assert np.isnan(MACRO_F1.value(some.total()))
    assert whole.same_units(whole)
    assert not kept.all() or whole.same_units(some)
