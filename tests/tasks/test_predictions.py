from __future__ import annotations

import numpy as np
import pytest

from tests.fixtures.labels import made_labels
from wardspace.core.errors import WardspaceError
from wardspace.tasks import SCHEMA, classes_of, read_predictions, terms_of, write_predictions
from wardspace.tasks.predictions import RunKey, gathered, prediction_rows

LABELS = made_labels([20, 15, 10])


def _guess(split: str) -> np.ndarray:
    n = len(LABELS.rows(split))
    found = np.random.default_rng(len(split)).random((n, 3)).astype(np.float32)
    return found / found.sum(axis=1, keepdims=True)


def _run(seed: int = 0, shots: int | None = None):
    return prediction_rows(LABELS, RunKey("specialty", "mlm", "logistic", shots, seed), _guess)


def test_rows_hold_both_splits_with_ids_truth_and_probabilities():
    table = _run(seed=3, shots=8)
    assert table.schema.equals(SCHEMA)
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
    table = gathered([_run(0), _run(1)], LABELS.classes, terms=77)
    path = tmp_path / "deep" / "predictions.parquet"
    write_predictions(table, path)
    found = read_predictions(path)
    assert found.equals(table)
    assert found.schema.types == SCHEMA.types
    assert classes_of(found) == list(LABELS.classes)
    assert terms_of(found) == 77 and terms_of(gathered([_run()], LABELS.classes)) is None
    assert [p.name for p in path.parent.iterdir()] == ["predictions.parquet"]


def test_many_runs_stay_small_on_disk(tmp_path):
    table = gathered([_run(seed) for seed in range(30)], LABELS.classes)
    write_predictions(table, tmp_path / "p.parquet")
    # probabilities are 12 bytes a row and cannot shrink much; names are stored once
    assert (tmp_path / "p.parquet").stat().st_size < 40 * len(table) + 20_000


def test_wrong_shapes_and_an_unwritable_place_are_refused(tmp_path):
    with pytest.raises(ValueError, match="3 classes"):
        prediction_rows(LABELS, RunKey("t", "m", "logistic", None, 0), lambda split: _guess(split)[:, :2])
    (tmp_path / "file").write_text("")
    with pytest.raises(WardspaceError):
        write_predictions(_run(), tmp_path / "file" / "deep" / "p.parquet")
