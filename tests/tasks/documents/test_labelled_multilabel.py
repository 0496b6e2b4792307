"""Notes that may have several labels, from the column to the score."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from pydantic import ValidationError
from sklearn.metrics import average_precision_score, f1_score, roc_auc_score

from tests.fixtures.corpora import write_corpus
from tests.fixtures.labels import split_of
from tests.fixtures.tasks import classification_metrics, frozen_predictions, tfidf_predictions
from wardspace.config import ClassificationConfig, ReportConfig
from wardspace.core.errors import WardspaceError
from wardspace.evaluation import score_predictions
from wardspace.evaluation.prediction_set import prediction_sets
from wardspace.evaluation.trust.calibration import calibration
from wardspace.tasks.documents.labelled import NO_CLASS, labelled

WORDS = {"growth": "proliferation", "spread": "metastasis", "death": "apoptosis"}


def _rows(notes=200, empty=""):
    random = np.random.default_rng(3)
    rows = []
    for i in range(notes):
        has = [name for name in WORDS if random.random() < 0.4]
        told = [WORDS[name] for name in has if random.random() < 0.85]
        words = [*told, *random.choice(["cells", "were", "seen", "in", "culture"], size=6)]
        labels = " ; ".join([*has, has[0]]) if has else empty  # one is given twice
        rows.append(
            {"note_id": f"n{i:03d}", "patient_id": f"p{i // 2}", "text": " ".join(words), "split": split_of(i)}
            | {"hallmarks": labels}
        )  # fmt: skip
    return rows


def _task(**options):
    values = {"name": "hallmarks", "label": "hallmarks", "separator": ";", "unlabelled": "none", **options}
    return ClassificationConfig.model_validate(values)


@pytest.fixture
def corpus(tmp_path):
    return write_corpus(tmp_path / "corpus", _rows(), ["hallmarks"])


def test_labels_are_read_apart(corpus):
    found = labelled(corpus, _task())
    assert found.classes == ("death", "growth", "spread")
    wanted = [set(filter(None, map(str.strip, (row["hallmarks"] or "").split(";")))) for row in _rows()]
    assert [{found.classes[k] for k in np.flatnonzero(row)} for row in found.members] == wanted
    assert (found.codes != NO_CLASS).all()


def test_notes_without_a_value_may_stand_aside(corpus):
    found = labelled(corpus, _task(unlabelled="aside"))
    empty = np.array([not row["hallmarks"] for row in _rows()])
    assert empty.any()
    assert ((found.codes == NO_CLASS) == empty).all()


def _tasks(labels):
    return {"hallmarks": classification_metrics(labels.classes, multilabel=True)}


def test_scores_are_scikit_learn_s(corpus):
    task = _task()
    labels = labelled(corpus, task)
    table = tfidf_predictions(corpus, labels, task)
    (panel,) = [one for one in prediction_sets(table, _tasks(labels)) if one.split == "test"]
    tally = panel.runs[0].tally
    test = table.filter(pc.equal(table["split"], "test"))
    predicted = np.array(test["predicted"].to_pylist())[np.argsort(test["note_id"].to_pylist())]
    found, *_ = score_predictions(table, _tasks(labels), ReportConfig(resamples=200), show_progress=False)
    value = {
        score.metric: score for score in found if score.split == "test" and score.seed is None and score.label is None
    }
    assert value["macro_f1"].value == pytest.approx(f1_score(tally.truth, predicted, average="macro"))
    assert value["micro_f1"].value == pytest.approx(f1_score(tally.truth, predicted, average="micro"))
    assert value["auroc"].value == pytest.approx(roc_auc_score(tally.truth, tally.probabilities, average="macro"))
    precision = average_precision_score(tally.truth, tally.probabilities, average="macro")
    assert value["average_precision"].value == pytest.approx(precision)
    assert set(value) == {"macro_f1", "micro_f1", "auroc", "average_precision"}
    assert value["macro_f1"].value > 0.8
    assert value["macro_f1"].low < value["macro_f1"].value < value["macro_f1"].high
    assert {score.metric for score in found if score.split == "validation"} == {"macro_f1"}


def test_thresholds_come_from_validation_alone(corpus, tmp_path):
    """Other test labels change no prediction."""
    other = [row | ({"hallmarks": "growth"} if row["split"] == "test" else {}) for row in _rows()]
    changed = write_corpus(tmp_path / "other", other, ["hallmarks"])
    task = _task(absent_classes="drop")
    told = []
    for one in (corpus, changed):
        labels = labelled(one, task.model_copy(update={"absent_classes": "drop"}))
        table = tfidf_predictions(one, labels, task)
        told.append({name: k for k, name in enumerate(labels.classes)})
        told.append([row for row, split in zip(table["predicted"].to_pylist(), table["split"].to_pylist(), strict=True) if split == "test"])  # fmt: skip  # noqa: E501
    growth = [[row[places["growth"]] for row in rows] for places, rows in (told[:2], told[2:])]
    assert growth[0] == growth[1]


def test_models_are_compared_in_pairs_and_each_label_is_a_decision_to_trust(corpus):
    task = _task()
    labels = labelled(corpus, task)
    random = np.random.default_rng(0)
    good = (labels.members @ random.normal(size=(3, 12)) + random.normal(0, 0.3, (200, 12))).astype(np.float32)
    tables = [
        frozen_predictions(vectors, labels, task, model=name)
        for name, vectors in {"base": random.normal(size=(200, 12)).astype(np.float32), "adapted": good}.items()
    ]
    table, classes = pa.concat_tables(tables), _tasks(labels)
    _, differences, _ = score_predictions(table, classes, ReportConfig(resamples=300), show_progress=False)
    (found,) = [one for one in differences if one.metric == "macro_f1"]
    assert (found.model, found.against, found.tie) == ("adapted", "base", False)
    assert found.low > 0
    (brier,) = [
        one
        for one in calibration(table, classes, ReportConfig(resamples=100))
        if (one.model, one.measure, one.temperature) == ("adapted", "brier", None)
    ]
    test = tables[1].filter(pc.equal(tables[1]["split"], "test"))
    truth, said = (np.array(test[name].to_pylist(), dtype=float) for name in ("truth", "probabilities"))
    assert brier.n == truth.size
    assert brier.value == pytest.approx(2 * ((said - truth) ** 2).mean(), rel=1e-6)  # over both classes, as with many


def test_no_label_at_all_needs_a_separator():
    with pytest.raises(ValidationError, match="needs a separator"):
        _task(separator=None)


def test_one_label_is_enough_and_none_is_not(tmp_path):
    rows = [row | {"hallmarks": "growth" if "growth" in row["hallmarks"] else ""} for row in _rows()]
    assert labelled(write_corpus(tmp_path / "one", rows, ["hallmarks"]), _task()).classes == ("growth",)
    rows = [row | {"hallmarks": ""} for row in rows]
    with pytest.raises(WardspaceError, match="no note has a value"):
        labelled(write_corpus(tmp_path / "none", rows, ["hallmarks"]), _task())
