from __future__ import annotations

import numpy as np
import pyarrow as pa

from tests.fixtures.predictions import guesses, run_table
from tests.fixtures.tasks import single_label
from wardspace.evaluation import best_models

TRUTH = np.random.default_rng(0).integers(3, size=120)


(TASK,) = single_label(specialty=["a", "b", "c"]).values()


def chosen(table: pa.Table, adapted: list[str], n: int) -> list[str]:
    return best_models(table, TASK, adapted, n)


def _run(model: str, skill: float, **keys) -> pa.Table:
    return run_table(TRUTH, guesses(TRUTH, 3, skill, seed=1), model=model, **{"split": "validation", **keys})


def test_the_best_adapted_models_by_validation_are_chosen():
    runs = [_run("base", 6), _run("tfidf", 7), _run("a", 0.3), _run("b", 3), _run("c", 1.5)]
    table = pa.concat_tables(runs)
    assert chosen(table, ["a", "b", "c"], 2) == ["b", "c"]
    assert chosen(table, ["a", "b", "c", "absent"], 9) == ["b", "c", "a"]


def test_test_notes_and_other_settings_are_not_looked_at():
    runs = [_run("a", 2), _run("b", 0.5), _run("b", 9, split="test"), _run("b", 9, shots=8)]
    runs += [_run("b", 9, setting="finetune"), _run("b", 9, setting="head")]
    assert chosen(pa.concat_tables(runs), ["b", "a"], 1) == ["a"]


def test_the_head_decides_where_there_is_no_logistic_probe_by_its_mean_over_seeds():
    runs = [_run("a", 3, setting="head", seed=0), _run("a", 0, setting="head", seed=1)]
    runs += [_run("b", 2.5, setting="head", seed=0), _run("b", 2.5, setting="head", seed=1)]
    assert chosen(pa.concat_tables(runs), ["a", "b"], 1) == ["b"]


def test_equal_scores_keep_the_order_and_nothing_scored_gives_nothing():
    table = pa.concat_tables([_run("b", 1), _run("a", 1)])
    assert chosen(table, ["a", "b"], 1) == ["a"]
    assert chosen(table.slice(0, 0), ["a"], 1) == []
