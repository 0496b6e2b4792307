from collections import Counter

import numpy as np
import pyarrow as pa
import pytest
from sklearn.metrics import confusion_matrix, multilabel_confusion_matrix

from tests.fixtures.predictions import guesses, mention_table, run_table
from tests.fixtures.tasks import classification_metrics, mention_metrics, single_label
from wardspace.evaluation.mistakes import MOST, mistakes

CLASSES = ["a", "b", "c"]
TRUTH = np.random.default_rng(1).integers(3, size=150)


def run(model, seed=0, shots=None):
    return run_table(TRUTH, guesses(TRUTH, 3, 0.5, seed), model=model, setting="logistic", shots=shots, seed=seed)


def test_classes_taken_for_others_are_those_of_scikit_learn():
    probabilities = guesses(TRUTH, 3, 0.5, 0)
    found = mistakes(run("mlm"), single_label(specialty=CLASSES))
    table = confusion_matrix(TRUTH, probabilities.argmax(axis=1))
    wanted = {(CLASSES[i], CLASSES[j]): table[i, j] for i in range(3) for j in range(3) if i != j and table[i, j]}
    assert {(one.truth, one.predicted): one.count for one in found} == wanted
    assert {one.truth: one.of for one in found} == {CLASSES[i]: int(n) for i, n in Counter(TRUTH.tolist()).items()}
    assert [one.count for one in found] == sorted((one.count for one in found), reverse=True)


def test_counts_are_the_mean_over_seeds():
    both = mistakes(pa.concat_tables([run("mlm", 1), run("mlm", 2)]), single_label(specialty=CLASSES))
    each = [mistakes(run("mlm", seed), single_label(specialty=CLASSES)) for seed in (1, 2)]
    total = Counter({(one.truth, one.predicted): 0.0 for found in each for one in found})
    for found in each:
        for one in found:
            total[one.truth, one.predicted] += one.count / 2
    assert {(one.truth, one.predicted): one.count for one in both} == pytest.approx(dict(total))


def test_few_shot_runs_are_left_out():
    assert mistakes(pa.concat_tables([run("mlm", shots=8)]), single_label(specialty=CLASSES)) == []


def test_the_list_ends_after_the_commonest():
    classes = [f"c{i:02d}" for i in range(12)]
    truth = np.arange(240) % 12
    table = run_table(truth, guesses(truth, 12, 0.0, 3), model="mlm", setting="logistic", shots=None, seed=0)
    assert len(mistakes(table, single_label(specialty=classes))) == MOST


def test_missed_and_invented_labels_are_those_of_scikit_learn():
    random = np.random.default_rng(3)
    truth, probabilities = random.random((80, 3)) < 0.4, random.random((80, 3))
    said = probabilities > 0.5
    table = run_table(np.zeros(80, dtype=int), probabilities, model="mlm")
    for name, values in {"truth": truth, "predicted": said}.items():
        place = table.column_names.index(name)
        table = table.set_column(place, name, pa.array(list(values), pa.list_(pa.bool_())))
    found = mistakes(table, {"specialty": classification_metrics(CLASSES, multilabel=True)})
    counts = {(one.truth, one.predicted): (one.count, one.of) for one in found}
    wanted = {}
    for label, ((right_not, invented), (missed, right)) in zip(
        CLASSES, multilabel_confusion_matrix(truth, said), strict=True
    ):
        wanted[label, None] = (missed, missed + right)
        wanted[None, label] = (invented, right_not + invented)
    assert counts == wanted


def test_mistakes_of_mentions_by_kind():
    truth = [[(0, 5, 0), (10, 15, 0), (20, 25, 1), (30, 35, 1)], [(0, 5, 0), (10, 15, 0)]]
    said = [
        [(0, 5, 0, 1), (10, 14, 0, 1), (20, 25, 0, 1), (29, 33, 0, 1), (40, 45, 1, 1)],
        [(0, 5, 1, 1), (20, 25, 1, 1)],
    ]
    other = [[(0, 5, 0, 1)], []]
    runs = pa.concat_tables([mention_table(truth, one, seed=seed) for seed, one in enumerate([said, other])])
    found = mistakes(runs, {"diseases": mention_metrics(["a", "b"])})
    assert {(one.kind, one.truth, one.predicted): (one.count, one.of) for one in found} == {
        ("missed", "a", None): (2.0, 4),
        ("missed", "b", None): (1.0, 2),
        ("borders", "a", "a"): (0.5, 4),
        ("type", "a", "b"): (0.5, 4),
        ("type", "b", "a"): (0.5, 2),
        ("borders and type", "b", "a"): (0.5, 2),
        ("spurious", None, "b"): (1.0, 3),
    }
    assert {one.unit for one in found} == {"mention"}
