import sys
import types

import pyarrow as pa
import pytest

from tests.fixtures.sources import corpus_config
from wardspace.config import ColumnsConfig, WardConfig
from wardspace.corpus import prepare
from wardspace.corpus.readers.ward import WardReader, ward_columns

COLUMNS = ColumnsConfig(
    patient_id="patient_id", time="time", metadata=["note_type"], labels=["severity"], spans=["names"]
)


def batches(config, rows=512):
    for patient in range(config.patients):
        ids = [f"n{patient}-{i}" for i in range(3)]
        span = [{"start": 0, "end": 4, "kind": "name"}]
        yield pa.RecordBatch.from_pylist(
            [
                {
                    "note_id": name,
                    "patient_id": f"p{patient}",
                    "time": "2024-01-01",
                    "text": f"Name {name} seen {config.seed}",
                    "note_type": "progress",
                    "severity": "low",
                    "names": span,
                }
                for name in ids
            ]
        )


@pytest.fixture
def ward(monkeypatch):
    """A ward of a few words in the place of the real one, whose making takes seconds."""
    module = types.ModuleType("wardspace.synthetic")
    module.ward_batches, module.WARD_COLUMNS = batches, COLUMNS
    monkeypatch.setitem(sys.modules, "wardspace.synthetic", module)


def test_rows_are_numbered_over_all_batches(ward):
    reader = WardReader(WardConfig(patients=2), ("note_id", "severity"))
    rows = list(reader.rows())
    assert [row.number for row in rows] == [1, 2, 3, 4, 5, 6]
    assert rows[4].values == ("n1-1", "low")
    assert reader.position() == reader.size == 6


def test_roles_come_from_the_ward_save_those_the_study_gives(ward):
    assert ward_columns(ColumnsConfig()) == COLUMNS
    own = ward_columns(ColumnsConfig(labels=["note_type"]))
    assert (own.patient_id, own.metadata, own.labels, own.spans) == ("patient_id", [], ["note_type"], ["names"])


def test_a_corpus_of_the_ward_is_labelled_synthetic(ward, tmp_path):
    config = corpus_config(None, source={"format": "ward", "ward": {"patients": 20, "seed": 3}})
    corpus = prepare(config, tmp_path / "corpus", show_progress=False)
    assert corpus.manifest.synthetic
    assert corpus.manifest.roles["patient_id"] == "patient_id"
    assert corpus.manifest.source == {"format": "ward", "files": ["ward"], "encoding": None}
    first = corpus.table().slice(0, 1).to_pylist()[0]
    assert first["text"] == "Name n0-0 seen 3"
    assert first["names"] == [{"start": 0, "end": 4, "kind": "name"}]
    assert corpus.manifest.counts["patients"] == 20
