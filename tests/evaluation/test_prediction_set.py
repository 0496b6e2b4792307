from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from tests.fixtures.predictions import guesses, run_table
from tests.fixtures.tasks import single_label
from wardspace.core.errors import RunError
from wardspace.evaluation.prediction_set import Series, prediction_sets

TRUTH = np.array([0, 1, 2, 0, 1, 2, 0, 1])
TASKS = single_label(specialty=["a", "b", "c"], severity=["low", "mild", "high"])


def _run(**keys) -> pa.Table:
    return run_table(TRUTH, guesses(TRUTH, 3, 1.0, seed=keys.get("seed", 0)), **keys)


def test_runs_are_told_apart_and_keep_their_order():
    table = pa.concat_tables(
        [_run(model="mlm"), _run(model="base", seed=1), _run(model="base", seed=0), _run(model="base", shots=8)]
    )
    (panel,) = prediction_sets(table, TASKS)
    assert [(run.series, run.seed) for run in panel.runs] == [
        (Series("mlm", "logistic", None), 0),
        (Series("base", "logistic", None), 1),
        (Series("base", "logistic", None), 0),
        (Series("base", "logistic", 8), 0),
    ]
    assert panel.series()[Series("base", "logistic", None)] == [1, 2]


def test_notes_are_aligned_whatever_their_order_in_the_table():
    plain = pa.concat_tables([_run(model="base"), _run(model="mlm", seed=3)])
    mixed = plain.take(np.random.default_rng(0).permutation(len(plain)))
    (straight,), (shuffled,) = prediction_sets(plain, TASKS), prediction_sets(mixed, TASKS)
    np.testing.assert_array_equal(straight.tally.truth, shuffled.tally.truth)
    np.testing.assert_array_equal(straight.tally.groups, shuffled.tally.groups)
    found = {run.series: run for run in shuffled.runs}
    for run in straight.runs:
        np.testing.assert_array_equal(run.tally.probabilities, found[run.series].tally.probabilities)
        np.testing.assert_array_equal(run.tally.table, found[run.series].tally.table)


def test_dictionary_columns_read_as_plain_ones():
    table = _run(model="base")
    encoded = table
    for index, name in enumerate(table.column_names):
        if pa.types.is_string(table[name].type):
            encoded = encoded.set_column(index, name, table[name].dictionary_encode())
    other = pa.concat_tables(
        [encoded, encoded.set_column(1, "model", pa.chunked_array([["mlm"] * 8]).dictionary_encode())]
    )
    (panel,) = prediction_sets(other, TASKS)
    assert [run.series.model for run in panel.runs] == ["base", "mlm"]
    np.testing.assert_array_equal(panel.tally.truth, TRUTH)


def test_tasks_and_splits_are_apart_and_patients_are_counted():
    groups = ["x", "x", "y", "y", "y", "z", "z", "z"]
    table = pa.concat_tables([_run(groups=groups), _run(split="validation"), _run(task="severity")])
    found = prediction_sets(table, TASKS)
    assert [(panel.task, panel.split, panel.n_groups) for panel in found] == [
        ("specialty", "test", 3), ("specialty", "validation", 8), ("severity", "test", 8),
    ]  # fmt: skip
    np.testing.assert_array_equal(found[0].tally.groups, [0, 0, 1, 1, 1, 2, 2, 2])


@pytest.mark.parametrize("fault", ["fewer notes", "other labels", "twice"])
def test_models_scored_on_other_notes_are_refused(fault):
    other = _run(model="mlm")
    if fault == "fewer notes":
        other = other.slice(1)
    elif fault == "other labels":
        other = other.set_column(8, "truth", pa.array((TRUTH + 1) % 3, pa.int32()))
    else:
        other = pa.concat_tables([other, other.slice(0, 1)])
    with pytest.raises(RunError, match="mlm"):
        prediction_sets(pa.concat_tables([_run(), other]), TASKS)


def test_an_unknown_task_or_setting_and_a_wrong_number_of_classes_are_refused():
    with pytest.raises(RunError, match="unknown task"):
        prediction_sets(_run(task="other"), TASKS)
    with pytest.raises(RunError, match="unknown setting"):
        prediction_sets(_run(setting="guessed"), TASKS)
    with pytest.raises(RunError, match="4 classes"):
        prediction_sets(_run(), single_label(specialty=["a", "b", "c", "d"]))
