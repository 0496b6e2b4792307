"""Scores by class and by type against scikit-learn and nervaluate."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from nervaluate.evaluator import Evaluator
from sklearn.metrics import f1_score

from tests.fixtures.predictions import guesses, mention_table, run_table
from tests.fixtures.tasks import mention_metrics, single_label
from wardspace.config import ReportConfig
from wardspace.evaluation import label_scores, score_predictions

CONFIG = ReportConfig(resamples=200)
CLASSES, TYPES = ["a", "b", "c", "gone"], ("Chemical", "Disease")


def by_label(table, tasks):
    found = score_predictions(table, tasks, CONFIG, show_progress=False).scores
    return [one for one in found if one.label is not None]


def test_f1_by_class_is_that_of_scikit_learn():
    truth = np.random.default_rng(1).integers(3, size=150)
    seeds = [guesses(truth, 4, 1.0, seed) for seed in (1, 2)]
    runs = [run_table(truth, one, seed=number) for number, one in enumerate(seeds)]
    few = run_table(truth, seeds[0], shots=8)
    found = by_label(pa.concat_tables([*runs, few]), single_label(specialty=CLASSES))
    each = np.mean([f1_score(truth, one.argmax(axis=1), average=None, labels=[0, 1, 2]) for one in seeds], axis=0)
    assert {one.label: one.value for one in found} == pytest.approx(dict(zip("abc", each, strict=True)))
    assert {one.label: one.n for one in found} == dict(zip("abc", np.bincount(truth).tolist(), strict=True))
    for one in found:
        assert (one.metric, one.seed, one.shots, one.split, one.runs) == ("f1", None, None, "test", 2)
        assert one.low < one.value < one.high


def drawn(notes, seed):
    """Notes with mentions of which one of each side overlaps one of the other at most."""
    random = np.random.default_rng(seed)
    truth, predicted = [], []
    for _ in range(notes):
        places = 20 * np.flatnonzero(random.random(8) < 0.7)
        sides = [[(int(p), int(p + 5 + late), int(kind)) for p, late, kind, there in zip(
            places, random.integers(0, 2, 8) * side, random.random(8) < 0.4 + 0.2 * side, random.random(8), strict=False
        ) if there < 0.8] for side in (0, 1)]  # fmt: skip
        truth.append(sides[0])
        predicted.append([(*one, 0.5) for one in sides[1]])
    return truth, predicted


def test_scores_by_type_are_those_of_nervaluate():
    truth, predicted = drawn(40, 3)
    found = by_label(mention_table(truth, predicted), {"diseases": mention_metrics(TYPES)})
    notes = [
        [[{"label": TYPES[one[2]], "start": one[0], "end": one[1] - 1} for one in note] for note in side]
        for side in (truth, predicted)
    ]
    theirs = Evaluator(*notes, tags=list(TYPES), loader="dict").evaluate()["entities"]
    values = {(one.metric, one.label): one.value for one in found}
    for kind, name in enumerate(TYPES):
        wanted = theirs[name]
        assert values["strict_f1", name] == pytest.approx(wanted["strict"].f1) == pytest.approx(wanted["exact"].f1)
        assert values["strict_precision", name] == pytest.approx(wanted["strict"].precision)
        assert values["strict_recall", name] == pytest.approx(wanted["strict"].recall)
        assert values["partial_f1", name] == pytest.approx(wanted["partial"].f1)
        assert values["type_f1", name] == pytest.approx(wanted["ent_type"].f1)
        counts = {one.n for one in found if one.label == name}
        assert counts == {sum(one[2] == kind for note in truth for one in note)}
    assert {one.unit for one in found} == {"mention"}


def test_many_patients_are_drawn_in_pools(monkeypatch):
    """The interval is about as wide as if each were drawn by itself."""
    truth = np.random.default_rng(1).integers(3, size=600)
    table = run_table(truth, guesses(truth, 3, 1.0, 3))
    whole = by_label(table, single_label(specialty=["a", "b", "c"]))
    monkeypatch.setattr(label_scores, "MOST_DRAWN", 150)
    pooled = by_label(table, single_label(specialty=["a", "b", "c"]))
    for one, other in zip(whole, pooled, strict=True):
        assert (one.value, one.n, one.groups) == (other.value, other.n, other.groups)
        assert other.high - other.low == pytest.approx(one.high - one.low, rel=0.3)
        assert (one.low, one.high) != (other.low, other.high)
