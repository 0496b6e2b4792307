import numpy as np
import pyarrow as pa
import pytest
from sklearn.metrics import accuracy_score, f1_score

from tests.fixtures.predictions import guesses, run_table
from tests.fixtures.tasks import single_label
from wardspace.config import ReportConfig
from wardspace.evaluation.prediction_set import prediction_sets
from wardspace.evaluation.subgroups.slices import sliced
from wardspace.evaluation.subgroups.subgroups import subgroups

CONFIG = ReportConfig(resamples=300)
TASKS = single_label(specialty=["a", "b", "c"])
N = 400
TRUTH = np.random.default_rng(1).integers(3, size=N)


def columns(**values):
    return {name: {f"test-{i:05d}": group for i, group in enumerate(column)} for name, column in values.items()}


def harmed(truth, chosen, seed, skill=2.0, worse=0.0):
    """Predictions that are worse on the chosen notes."""
    probabilities = guesses(truth, 3, skill, seed)
    probabilities[chosen] = guesses(truth[chosen], 3, worse, seed)
    return probabilities


def only(found, **place):
    (one,) = [s for s in found if all(getattr(s, key) == value for key, value in place.items())]
    return one


def test_scores_are_those_of_scikit_learn_on_the_notes_of_the_subgroup():
    sex = np.array(["F", "M"])[np.random.default_rng(2).integers(2, size=N)]
    sex[TRUTH == 2] = "F"  # so that one side lacks a class
    probabilities = guesses(TRUTH, 3, 1.0, 3)
    predicted = probabilities.astype(np.float32).argmax(axis=1)
    found = subgroups(run_table(TRUTH, probabilities), TASKS, columns(sex=sex), CONFIG)
    for group, present in (("F", [0, 1, 2]), ("M", [0, 1])):
        here = sex == group
        f1 = only(found, group=group, metric="macro_f1")
        score = {"average": "macro", "zero_division": 0}
        assert f1.value == pytest.approx(f1_score(TRUTH[here], predicted[here], labels=present, **score))
        inside = f1_score(TRUTH[here], predicted[here], labels=[0, 1], **score)
        outside = f1_score(TRUTH[~here], predicted[~here], labels=[0, 1], **score)
        assert f1.gap == pytest.approx(inside - outside)
        right = only(found, group=group, metric="accuracy")
        assert right.value == pytest.approx(accuracy_score(TRUTH[here], predicted[here]))
        assert right.n == here.sum() == right.groups
        assert right.low < right.value < right.high
        assert right.gap_low < right.gap < right.gap_high


def test_resamples_are_those_of_a_loop_over_patients():
    from wardspace.evaluation.intervals.bootstrap import Resamples

    groups = [f"p{i // 2:04d}" for i in range(N)]
    (panel,) = prediction_sets(run_table(TRUTH, guesses(TRUTH, 3, 1.0, 3), groups=groups), TASKS)
    chosen = np.random.default_rng(4).random(N) < 0.3
    draws = Resamples(panel.n_groups, 12, 5)
    found = sliced(panel, [chosen], draws)
    run = panel.runs[0]
    weights = np.concatenate([block for _, block in draws.blocks(1)]).astype(int)
    for number, row in enumerate(weights):
        rows = np.repeat(np.arange(N), row[panel.tally.groups])
        inside = rows[chosen[rows]]
        truth, predicted = panel.tally.truth[inside], run.tally.probabilities.argmax(axis=1)[inside]
        assert found.values["accuracy"][0, 0, number] == pytest.approx((truth == predicted).mean())
        present = np.unique(truth)
        wanted = f1_score(truth, predicted, labels=present, average="macro", zero_division=0)
        assert found.values["macro_f1"][0, 0, number] == pytest.approx(wanted)


def test_a_subgroup_that_is_harmed_is_flagged_and_the_others_are_not():
    site = np.array([f"s{i % 5}" for i in range(N)])
    table = run_table(TRUTH, harmed(TRUTH, site == "s3", 1))
    found = subgroups(table, TASKS, columns(site=site, other=[f"o{i % 4}" for i in range(N)]), CONFIG)
    bad = only(found, group="s3", metric="accuracy")
    assert bad.flagged
    assert bad.gap_high < -0.1
    assert not any(s.flagged for s in found if s.column == "other")


def test_few_gaps_are_flagged_where_there_is_none():
    alarms = 0
    for trial in range(40):
        truth = np.random.default_rng(trial).integers(3, size=N)
        chance = {f"c{k}": [f"{(i * (k + 3) + i // (k + 2)) % 4}" for i in range(N)] for k in range(4)}
        found = subgroups(run_table(truth, guesses(truth, 3, 1.0, trial)), TASKS, columns(**chance), CONFIG)
        alarms += any(s.flagged for s in found if s.metric == "accuracy")
    assert alarms <= 6


def test_a_model_that_helps_some_and_harms_others_is_told_apart_from_one_that_ties():
    sex = np.where(np.arange(N) % 2 == 0, "F", "M")
    base = guesses(TRUTH, 3, 1.2, 5)
    mixed = base.copy()
    mixed[sex == "F"] = guesses(TRUTH[sex == "F"], 3, 4.0, 6)
    mixed[sex == "M"] = guesses(TRUTH[sex == "M"], 3, 0.0, 7)
    table = pa.concat_tables(
        [run_table(TRUTH, base), run_table(TRUTH, mixed, model="mlm"), run_table(TRUTH, base, model="copy")]
    )
    found = subgroups(table, TASKS, columns(sex=sex), CONFIG)
    women, men = (only(found, model="mlm", group=group, metric="accuracy") for group in ("F", "M"))
    assert women.over_base_flagged
    assert women.over_base_low > 0
    assert men.over_base_flagged
    assert men.over_base_high < 0
    copy = only(found, model="copy", group="F", metric="accuracy")
    assert (copy.over_base, copy.over_base_flagged) == (0, False)
    assert only(found, model="base", group="F", metric="accuracy").over_base is None


def test_few_notes_or_few_patients_are_counted_and_not_judged():
    kind = np.array(["common"] * (N - 15) + ["rare"] * 15)
    groups = [f"p{i:04d}" for i in range(N)]
    found = subgroups(run_table(TRUTH, guesses(TRUTH, 3, 1.0, 0), groups=groups), TASKS, columns(kind=kind), CONFIG)
    rare = only(found, group="rare", metric="accuracy")
    assert (rare.n, rare.too_few, rare.value, rare.gap, rare.flagged) == (15, True, None, None, False)
    assert only(found, group="common", metric="accuracy").too_few  # there is nobody to compare it with
    ward = np.array(["one"] * (N - 40) + ["two"] * 40)
    groups = [f"p{i:04d}" if i < N - 40 else f"q{i % 4}" for i in range(N)]
    found = subgroups(run_table(TRUTH, guesses(TRUTH, 3, 1.0, 0), groups=groups), TASKS, columns(ward=ward), CONFIG)
    two = only(found, group="two", metric="accuracy")
    assert (two.n, two.groups, two.too_few) == (40, 4, True)


def test_subgroups_stand_in_the_order_of_their_numbers_and_missing_ones_last():
    bands = ["under 5", "5 to under 18", "18 to under 65", "65 and over", "not given"]
    age = [bands[(3 * i) % 5] for i in range(N)]
    found = subgroups(run_table(TRUTH, guesses(TRUTH, 3, 1.0, 0)), TASKS, columns(age=age), CONFIG)
    assert [s.group for s in found if s.metric == "accuracy"] == bands


def test_a_class_of_very_few_notes_does_not_decide_a_subgroup():
    here = np.arange(N) % 4 == 0
    truth = np.where(here, 0, TRUTH % 2)
    truth[np.flatnonzero(here)[:4]] = 2  # four notes of a class, all of them missed
    truth[np.flatnonzero(here)[50:90]] = 1
    truth[~here & (np.arange(N) % 3 == 0)] = 2
    probabilities = guesses(truth, 3, 3.0, 1)
    probabilities[np.flatnonzero(here)[:4]] = [1.0, 0.0, 0.0]
    predicted = probabilities.argmax(axis=1)
    group = np.where(here, "x", "y")
    f1 = only(subgroups(run_table(truth, probabilities), TASKS, columns(g=group), CONFIG), group="x", metric="macro_f1")
    wanted = f1_score(truth[here], predicted[here], labels=[0, 1], average="macro")
    assert f1.value == pytest.approx(wanted)
    assert f1.low < f1.value < f1.high


def test_a_subgroup_of_many_small_classes_has_an_accuracy_and_no_macro_f1():
    truth = np.arange(N) % 40
    classes = single_label(specialty=[f"c{i:02d}" for i in range(40)])
    group = np.where(np.arange(N) < 120, "x", "y")  # three notes of each class
    found = subgroups(run_table(truth, guesses(truth, 40, 2.0, 0)), classes, columns(g=group), CONFIG)
    assert only(found, group="x", metric="macro_f1").too_few
    assert only(found, group="x", metric="macro_f1").value is None
    assert not only(found, group="x", metric="accuracy").too_few
    assert only(found, group="y", metric="macro_f1").gap is None


def test_few_shot_and_validation_runs_are_left_aside_and_seeds_are_averaged():
    sex = np.where(np.arange(N) % 2 == 0, "F", "M")
    tables = [run_table(TRUTH, guesses(TRUTH, 3, 1.0, seed), seed=seed, setting="head") for seed in (0, 1)]
    extra = [
        run_table(TRUTH, guesses(TRUTH, 3, 1.0, 9), shots=8),
        run_table(TRUTH, guesses(TRUTH, 3, 1.0, 9), split="validation"),
    ]
    found = subgroups(pa.concat_tables([*tables, *extra]), TASKS, columns(sex=sex), CONFIG)
    assert {s.setting for s in found} == {"head"}
    alone = [subgroups(table, TASKS, columns(sex=sex), CONFIG) for table in tables]
    mean = np.mean([only(one, group="F", metric="accuracy").value for one in alone])
    assert only(found, group="F", metric="accuracy").value == pytest.approx(mean)


def test_a_gap_of_the_detectable_size_is_found_in_most_test_sets():
    seen = 0
    for trial in range(30):
        rng = np.random.default_rng(trial)
        truth = np.zeros(600, dtype=int)
        here = np.arange(600) % 3 == 0
        right = rng.random(600) < np.where(here, 0.6, 0.8)
        probabilities = np.where(right[:, None], [0.9, 0.1], [0.1, 0.9])
        found = subgroups(
            run_table(truth, probabilities),
            single_label(specialty=["a", "b"]),
            columns(g=np.where(here, "x", "y")),
            CONFIG,
        )
        one = only(found, group="x", metric="accuracy")
        assert one.detectable == pytest.approx(0.127, abs=0.02)  # (2.24 + 0.84) times the standard error of 0.041
        seen += one.flagged
    assert seen >= 25  # 20 points, beyond the 13 that would be seen in four of five
