from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from tests.fixtures.labels import made_labels
from wardspace.core.errors import WardspaceError
from wardspace.tasks import RunKey, classes_of, read_predictions, terms_of, write_predictions
from wardspace.tasks.documents.fitted import PREDICTED, FittedClassifier
from wardspace.tasks.documents.labelled import TRUTH, LabelledNotes
from wardspace.tasks.predictions import RUN_FIELDS, gathered, run_rows

LABELS = made_labels([20, 15, 10])


def _guess(split: str) -> np.ndarray:
    n = len(LABELS.rows(split))
    found = np.random.default_rng(len(split)).random((n, 3)).astype(np.float32)
    return found / found.sum(axis=1, keepdims=True)


def _run(seed: int = 0, shots: int | None = None):
    run, gold = RunKey("specialty", "mlm", "logistic", shots, seed), LabelledNotes(LABELS, None)
    rows = []
    for split in ("validation", "test"):
        fitted = FittedClassifier(lambda notes, split=split: _guess(split))
        rows.append(run_rows(run, split, gold.truth(split), fitted.predict(gold.units(split))))
    return pa.concat_tables(rows)


def test_rows_hold_both_splits_with_ids_truth_and_probabilities():
    table = _run(seed=3, shots=8)
    assert table.schema.equals(pa.schema([*RUN_FIELDS, *TRUTH, *list(PREDICTED)[1:]]))
    rows = np.concatenate([LABELS.rows("validation"), LABELS.rows("test")])
    assert table["note_id"].to_pylist() == LABELS.note_id[rows].tolist()
    assert table["group"].to_pylist() == LABELS.group[rows].tolist()
    assert table["truth"].to_pylist() == LABELS.codes[rows].tolist()
    expected = np.concatenate([_guess("validation"), _guess("test")])
    np.testing.assert_array_equal(np.array(table["probabilities"].to_pylist(), dtype=np.float32), expected)
    assert table["predicted"].to_pylist() == expected.argmax(axis=1).tolist()
    assert set(table["seed"].to_pylist()) == {3} and set(table["shots"].to_pylist()) == {8}
    assert set(table["split"].to_pylist()) == {"validation", "test"}


def test_what_is_written_is_read_with_its_classes(tmp_path):
    table = gathered([_run(0), _run(1)], LABELS.classes, [{"terms": 77}])
    path = tmp_path / "deep" / "predictions.parquet"
    write_predictions(table, path)
    found = read_predictions(path)
    assert found.equals(table)
    assert found.schema.types == _run().schema.types
    assert classes_of(found) == list(LABELS.classes)
    assert terms_of(found) == 77 and terms_of(gathered([_run()], LABELS.classes)) is None
    assert [p.name for p in path.parent.iterdir()] == ["predictions.parquet"]


def test_many_runs_stay_small_on_disk(tmp_path):
    table = gathered([_run(seed) for seed in range(30)], LABELS.classes)
    write_predictions(table, tmp_path / "p.parquet")
    # probabilities are 12 bytes a row and cannot shrink much; names are stored once
    assert (tmp_path / "p.parquet").stat().st_size < 40 * len(table) + 20_000


def test_predictions_of_other_units_and_an_unwritable_place_are_refused(tmp_path):
    gold = LabelledNotes(LABELS, None)
    predicted = FittedClassifier(lambda notes: _guess("test")).predict(gold.units("test"))
    turned = predicted.take(list(range(len(predicted)))[::-1])
    with pytest.raises(ValueError, match="other units"):
        run_rows(RunKey("t", "m", "logistic", None, 0), "test", gold.truth("test"), turned)
    (tmp_path / "file").write_text("")
    with pytest.raises(WardspaceError):
        write_predictions(_run(), tmp_path / "file" / "deep" / "p.parquet")
