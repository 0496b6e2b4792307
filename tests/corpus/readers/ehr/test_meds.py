import datetime

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fixtures.corpora import split_step
from tests.fixtures.sources import prepared, rejected
from tests.fixtures.warehouses import meds_folder
from wardspace.config import SourceConfig
from wardspace.core.errors import CorpusError
from wardspace.corpus.readers import source_files
from wardspace.corpus.readers.ehr.meds import SubjectSplits

MEDS = {"format": "meds"}
TIME = datetime.datetime(2020, 5, 1, 10, 30)


def event(subject, code, text=None, time=TIME, number=None):
    return {"subject_id": subject, "time": time, "code": code, "numeric_value": number, "text_value": text}


@pytest.fixture
def folder(tmp_path):
    shards = {
        "train/0.parquet": [
            event(1, "MEDS_BIRTH", time=None),
            event(1, "LAB//50912", number=1.2),
            event(1, "NOTE//DS", "summary of one"),
            event(2, "NOTE//RR", "report of two"),
            event(2, "DIAGNOSIS", "free text of a diagnosis"),
            event(2, "NOTE//RR", ""),
        ],
        "tuning/0.parquet": [event(3, "NOTE//DS", "summary of three")],
        "held_out/0.parquet": [event(4, "NOTE//DS", "summary of four", None)],
    }
    return meds_folder(tmp_path / "meds", shards, {4: "held_out", 1: "train", 3: "tuning", 2: "train"})


def test_texts_of_events_are_notes_with_the_splits_of_the_data_set(folder, tmp_path):
    corpus = prepared(folder, tmp_path / "corpus", source=MEDS)
    assert corpus.manifest.source["format"] == "meds"
    rows = {row["note_id"]: row for row in corpus.table().to_pylist()}
    assert {name: (row["patient_id"], row["split"], row["code"]) for name, row in rows.items()} == {
        "held_out/0.parquet:1": ("4", "test", "NOTE//DS"),
        "train/0.parquet:3": ("1", "train", "NOTE//DS"),
        "train/0.parquet:4": ("2", "train", "NOTE//RR"),
        "train/0.parquet:5": ("2", "train", "DIAGNOSIS"),
        "tuning/0.parquet:1": ("3", "validation", "NOTE//DS"),
    }
    assert rows["train/0.parquet:3"]["time"] == "2020-05-01 10:30:00.000000"
    assert rows["held_out/0.parquet:1"]["time"] is None
    assert rejected(corpus) == []
    assert corpus.manifest.warnings == []
    assert split_step(corpus)["given"] == {"patients": 4, "without": 0, "carved": 0}


def test_codes_choose_the_notes_and_what_is_passed_over_is_told(folder, tmp_path):
    source = {"meds": {"codes": ["NOTE//RR", "NOTE//D"]}, **MEDS}
    corpus = prepared(folder, tmp_path / "corpus", source=source)
    assert set(corpus.table()["code"].to_pylist()) == {"NOTE//RR", "NOTE//DS"}
    assert corpus.manifest.warnings == [
        "1 events have a text but no code that begins with NOTE//RR or NOTE//D: DIAGNOSIS (1)"
    ]


def test_codes_that_no_event_has(folder, tmp_path):
    with pytest.raises(CorpusError, match=r"begins with LETTER; codes with a text: NOTE//DS \(3\)"):
        prepared(folder, tmp_path / "corpus", source={"meds": {"codes": ["LETTER"]}, **MEDS})


def test_without_splits_patients_are_shared_out(tmp_path):
    events = [event(i, "NOTE", f"note of {i}") for i in range(200)]
    corpus = prepared(meds_folder(tmp_path / "meds", {"0.parquet": events}, None), tmp_path / "corpus", source=MEDS)
    assert set(corpus.table()["split"].to_pylist()) == {"train", "validation", "test"}
    assert split_step(corpus)["strata"] == 1


def test_a_shard_alone_still_knows_its_splits(folder, tmp_path):
    corpus = prepared(folder / "data" / "held_out" / "0.parquet", tmp_path / "corpus", source=MEDS)
    assert corpus.table()["split"].to_pylist() == ["test"]
    config = SourceConfig(path=str(folder), format="meds")
    assert source_files(config)[-1].name == "metadata/subject_splits.parquet"
    assert len(source_files(config)) == 4


def test_a_subject_in_two_splits(folder, tmp_path):
    again = pa.table({"subject_id": pa.array([7, 7, 8, 8]), "split": ["train", "train", "train", "tuning"]})
    pq.write_table(again, folder / "metadata" / "subject_splits.parquet")
    with pytest.raises(CorpusError, match="a subject is in two splits: 8"):
        prepared(folder, tmp_path / "corpus", source=MEDS)


def test_missing_folders_columns_and_types_are_told(folder, tmp_path):
    pq.write_table(pa.table({"subject_id": ["a"], "split": ["train"]}), folder / "metadata" / "subject_splits.parquet")
    with pytest.raises(CorpusError, match="subject_id is string, not the 64-bit integer"):
        prepared(folder, tmp_path / "corpus", source=MEDS)
    pq.write_table(pa.table({"subject": [1], "split": ["train"]}), folder / "metadata" / "subject_splits.parquet")
    with pytest.raises(CorpusError, match=r"'subject_id' \(did you mean 'subject'"):
        prepared(folder, tmp_path / "corpus", source=MEDS)
    (folder / "data").rename(folder / "events")
    with pytest.raises(CorpusError, match="no folder data in this MEDS data set"):
        prepared(folder, tmp_path / "corpus", source=MEDS)


def test_the_users_own_columns_win(folder, tmp_path):
    corpus = prepared(folder, tmp_path / "corpus", {"metadata": ["numeric_value"], "labels": ["code"]}, source=MEDS)
    assert corpus.manifest.roles["metadata"] == ["numeric_value"]


def test_columns_may_be_dictionaries(folder, tmp_path):
    expected = prepared(folder, tmp_path / "expected", source=MEDS)
    for path in (folder / "data").rglob("*.parquet"):
        table = pq.read_table(path)
        for name in ("code", "text_value"):
            encoded = table[name].cast(pa.string()).dictionary_encode()
            table = table.set_column(table.schema.get_field_index(name), name, encoded)
        pq.write_table(table, path)
    source = {"meds": {"codes": ["NOTE", "DIAG"]}, **MEDS}
    assert prepared(folder, tmp_path / "corpus", source=source).table().equals(expected.table())


@given(st.dictionaries(st.integers(-(2**63), 2**63 - 1), st.sampled_from(["train", "tuning", "held_out"])), st.data())
def test_splits_are_looked_up_like_in_a_dictionary(splits, data):
    names = ["train", "tuning", "held_out"]
    subjects = np.array(sorted(splits), np.int64)
    codes = np.array([names.index(splits[s]) for s in sorted(splits)], np.int16)
    known = st.sampled_from(sorted(splits)) if splits else st.nothing()
    asked = data.draw(st.lists(st.none() | known | st.integers(-(2**63), 2**63 - 1)))
    found = SubjectSplits(subjects, codes, names).of(pa.array(asked, pa.int64()))
    assert found.to_pylist() == [splits.get(subject) if subject is not None else None for subject in asked]
