from __future__ import annotations

from dataclasses import replace

import numpy as np
import pyarrow.compute as pc
import pytest

from tests.fixtures.labels import made_labels, made_vectors, make_task
from tests.fixtures.tasks import frozen_predictions, single_label
from wardspace.config import ReportConfig
from wardspace.evaluation import score_predictions
from wardspace.tasks import classes_of

LABELS = made_labels([90, 60, 45])
VECTORS = made_vectors(LABELS, distance=4.0)
pytestmark = pytest.mark.usefixtures("quick_head")


def test_every_run_is_there_with_validation_and_test():
    task = make_task(probes=["logistic", "head"], shots=[4, 8], subsets=3, seeds=2)
    table = frozen_predictions(VECTORS, LABELS, task, model="mlm")
    runs = {
        (row["setting"], row["shots"], row["seed"], row["split"])
        for row in table.select(["setting", "shots", "seed", "split"]).to_pylist()
    }
    expected = {("logistic", None, 0), ("head", None, 0), ("head", None, 1)}
    expected |= {("logistic", shots, seed) for shots in (4, 8) for seed in range(3)}
    assert runs == {(*run, split) for run in expected for split in ("validation", "test")}
    each = len(LABELS.rows("validation")) + len(LABELS.rows("test"))
    assert len(table) == each * len(expected)
    assert classes_of(table) == list(LABELS.classes)


def test_more_labels_help_and_scores_read_the_table():
    task = make_task(shots=[2, 16], subsets=4)
    table = frozen_predictions(VECTORS, LABELS, task, model="base")
    found = {
        s.shots: s.value
        for s in score_predictions(
            table, single_label(specialty=LABELS.classes), ReportConfig(resamples=100), show_progress=False
        ).scores
        if (s.seed, s.split, s.metric) == (None, "test", "macro_f1")
    }
    assert found[2] < found[16] <= found[None] + 0.05
    assert found[None] > 0.8


def test_probes_that_are_not_asked_for_do_not_run():
    table = frozen_predictions(VECTORS, LABELS, make_task(probes=["head"], seeds=1), model="m")
    assert pc.unique(table["setting"]).to_pylist() == ["head"]


def test_test_labels_and_standing_aside_notes_do_not_reach_the_fit():
    task = make_task(shots=[4], subsets=2)
    test = LABELS.rows("test")
    blind = LABELS.codes.copy()
    blind[test] = (blind[test] + 1) % 3
    one = frozen_predictions(VECTORS, LABELS, task, model="m")
    other = frozen_predictions(VECTORS, replace(LABELS, codes=blind), task, model="m")
    assert one["predicted"].equals(other["predicted"])
    assert not one["truth"].equals(other["truth"])


def test_vectors_must_be_finite_and_one_a_note():
    task = make_task()
    with pytest.raises(ValueError, match="vectors for"):
        frozen_predictions(VECTORS[1:], LABELS, task, model="m")
    broken = VECTORS.copy()
    broken[3, 2] = np.nan
    with pytest.raises(ValueError, match="not finite"):
        frozen_predictions(broken, LABELS, task, model="m")
