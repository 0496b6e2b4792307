import pytest

from tests.fixtures.sources import prepared, texts
from tests.fixtures.warehouses import MIMIC4_NOTE, write_table
from wardspace.config import SourceConfig
from wardspace.core.errors import CorpusError
from wardspace.corpus.readers import source_files

MIMIC = {"format": "mimic-iv-note"}


def note(subject, kind, number, text, admission=20_000_001):
    return {
        "note_id": f"{subject}-{kind}-{number}",
        "subject_id": subject,
        "hadm_id": admission,
        "note_type": kind,
        "note_seq": number,
        "charttime": "2180-05-07 00:00:00",
        "storetime": "2180-05-09 15:26:00",
        "text": text,
    }


@pytest.fixture
def folder(tmp_path):
    notes = tmp_path / "mimic-iv-note" / "note"
    write_table(notes / "discharge.csv.gz", MIMIC4_NOTE, [note(10000032, "DS", 21, " \nName:  ___\nSummary.")])
    write_table(notes / "radiology.csv.gz", MIMIC4_NOTE, [note(10000032, "RR", 14, "INDICATION: ___", None)])
    for name in ("discharge_detail.csv.gz", "radiology_detail.csv.gz"):
        detail = {"note_id": "10000032-DS-21", "subject_id": 1, "field_name": "author", "field_value": "___"}
        write_table(notes / name, [*detail, "field_ordinal"], [detail])
    return tmp_path / "mimic-iv-note"


def test_both_tables_are_read_and_their_details_left_alone(folder, tmp_path):
    corpus = prepared(folder, tmp_path / "corpus", {"metadata": ["note_type", "hadm_id"]}, source=MIMIC)
    assert corpus.manifest.source["files"] == ["note/discharge.csv.gz", "note/radiology.csv.gz"]
    assert corpus.manifest.source["format"] == "mimic-iv-note"
    assert texts(corpus) == {"10000032-DS-21": "Name:  ___\nSummary.", "10000032-RR-14": "INDICATION: ___"}
    rows = corpus.table().to_pylist()
    assert {(row["patient_id"], row["time"], row["note_type"], row["hadm_id"]) for row in rows} == {
        ("10000032", "2180-05-07 00:00:00", "DS", "20000001"),
        ("10000032", "2180-05-07 00:00:00", "RR", None),
    }
    assert len({row["split"] for row in rows}) == 1


def test_one_file_is_read_alone(folder, tmp_path):
    path = folder / "note" / "radiology.csv.gz"
    assert set(texts(prepared(path, tmp_path / "corpus", source=MIMIC))) == {"10000032-RR-14"}
    (file,) = source_files(SourceConfig(path=str(path), format="mimic-iv-note"))
    assert file.path == path


def test_note_type_is_metadata_by_default(folder, tmp_path):
    assert prepared(folder, tmp_path / "corpus", source=MIMIC).manifest.roles["metadata"] == ["note_type"]


def test_a_folder_without_notes(folder, tmp_path):
    for path in folder.rglob("*.csv.gz"):
        if "detail" not in path.name:
            path.unlink()
    with pytest.raises(CorpusError, match=r"neither discharge\.csv nor radiology\.csv") as caught:
        prepared(folder, tmp_path / "corpus", source=MIMIC)
    assert "discharge_detail.csv.gz" in str(caught.value)


def test_a_missing_column(folder, tmp_path):
    write_table(folder / "note" / "radiology.csv.gz", [*MIMIC4_NOTE[:-1], "texts"], [])
    with pytest.raises(CorpusError, match="did you mean 'texts'"):
        prepared(folder, tmp_path / "corpus", source=MIMIC)


def test_the_file_beside_the_one_named_does_not_matter(folder, tmp_path):
    (folder / "note" / "discharge.csv.gz").write_bytes(b"")
    path = folder / "note" / "radiology.csv.gz"
    assert set(texts(prepared(path, tmp_path / "corpus", source=MIMIC))) == {"10000032-RR-14"}
