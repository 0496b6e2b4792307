import gzip
import random

import pytest

from tests.fixtures.sources import prepared, rejected, texts
from tests.fixtures.warehouses import DIAGNOSES_ICD, NOTEEVENTS, note_event, write_table
from wardspace.config import SourceConfig
from wardspace.core.errors import CorpusError
from wardspace.corpus.readers import open_readers, source_files
from wardspace.corpus.readers.ehr.mimic3 import AREAS, triage_area

MIMIC = {"format": "mimic-iii"}


def diagnosis(admission, code, rank=1):
    return {"ROW_ID": admission * 10 + rank, "SUBJECT_ID": 1, "HADM_ID": admission, "SEQ_NUM": rank, "ICD9_CODE": code}


@pytest.fixture
def folder(tmp_path):
    notes = [
        note_event(1, 11, 101, 'Admitted with "sepsis",\nimproved.\n', CHARTTIME=None),
        note_event(2, 12, 102, "Chest film clear.", CATEGORY="Radiology", CHARTTIME="2151-08-05 10:30:00"),
        note_event(3, 12, 102, "Extubated today.", CATEGORY="Physician ", STORETIME="2151-08-05 11:00:00"),
        note_event(4, 13, None, "Outpatient echo.", CATEGORY="Echo"),
        note_event(5, 13, 103, "Written on the wrong patient.", ISERROR="1"),
        note_event(6, 14, 104, "Discharged home after bypass."),
        note_event(7, 15, 105, "No diagnosis known."),
    ]
    write_table(tmp_path / "mimic" / "NOTEEVENTS.csv.gz", NOTEEVENTS, notes)
    codes = [diagnosis(101, "0389"), diagnosis(101, "41401", 2), diagnosis(102, "41401"), diagnosis(104, "41401")]
    write_table(tmp_path / "mimic" / "DIAGNOSES_ICD.csv.gz", DIAGNOSES_ICD, [*codes, diagnosis(105, None)])
    return tmp_path / "mimic"


def test_a_folder_as_physionet_gives_it(folder, tmp_path):
    corpus = prepared(folder, tmp_path / "corpus", source=MIMIC)
    assert corpus.manifest.source == {"format": "mimic-iii", "files": ["NOTEEVENTS.csv.gz"], "encoding": "utf-8"}
    assert texts(corpus)["1"] == 'Admitted with "sepsis",\nimproved.'
    rows = {row["note_id"]: row for row in corpus.table().to_pylist()}
    assert rows["2"] | {"split": ""} == {
        "note_id": "2",
        "patient_id": "12",
        "time": "2151-08-05 10:30:00",
        "text": "Chest film clear.",
        "split": "",
        "CATEGORY": "Radiology",
    }
    assert rows["1"]["time"] == "2151-08-04"
    assert rows["3"]["CATEGORY"] == "Physician"


def test_notes_marked_as_errors_are_rejects(folder, tmp_path):
    corpus = prepared(folder, tmp_path / "corpus", source=MIMIC)
    assert [(note_id, kind) for _, _, note_id, kind in rejected(corpus)] == [("5", "marked as an error")]
    assert "5" not in texts(corpus)


def test_triage_is_the_area_of_the_primary_code_and_of_summaries_alone(folder, tmp_path):
    columns = {"metadata": ["CATEGORY", "HADM_ID"], "labels": ["TRIAGE", "PRIMARY_ICD9"]}
    corpus = prepared(folder, tmp_path / "corpus", columns, source=MIMIC)
    rows = {row["note_id"]: row for row in corpus.table().to_pylist()}
    assert {name: row["TRIAGE"] for name, row in rows.items()} == {
        "1": "Acute medicine",
        "2": None,
        "3": None,
        "4": None,
        "6": "Cardiology",
        "7": None,
    }
    assert rows["1"]["PRIMARY_ICD9"] == "0389"
    assert rows["2"]["PRIMARY_ICD9"] == "41401"
    assert rows["4"]["HADM_ID"] is None
    assert [file.name for file in source_files(SourceConfig(path=str(folder), format="mimic-iii"))] == [
        "NOTEEVENTS.csv.gz",
        "DIAGNOSES_ICD.csv.gz",
    ]


def test_the_areas_are_those_of_the_study():
    assert sum(map(len, AREAS.values())) == 20
    assert len(AREAS) == 7
    assert triage_area("0389") == "Acute medicine"
    assert triage_area("389") is None
    assert triage_area("V3001") == "Obstetrics"
    assert triage_area(None) is None


def test_no_admission_stands_in_two_splits(tmp_path):
    draw = random.Random(3)
    owners = {admission: draw.randrange(80) for admission in range(200)}
    notes = [
        note_event(row, owners[admission], admission, f"note number {row}")
        for row, admission in enumerate(draw.choices(range(200), k=600))
    ]
    write_table(tmp_path / "NOTEEVENTS.csv", NOTEEVENTS, notes)
    table = prepared(tmp_path / "NOTEEVENTS.csv", tmp_path / "c", {"metadata": ["HADM_ID"]}, source=MIMIC).table()
    places = {}
    for admission, split in zip(table["HADM_ID"].to_pylist(), table["split"].to_pylist(), strict=True):
        assert places.setdefault(admission, split) == split
    assert set(places.values()) == {"train", "validation", "test"}


def test_the_file_alone_lower_case_names_and_the_users_own_columns(folder, tmp_path):
    lower = write_table(
        tmp_path / "export.csv", [name.lower() for name in NOTEEVENTS], [note_event(1, 11, 101, "a note", CGID=9)]
    )
    corpus = prepared(
        lower, tmp_path / "corpus", {"metadata": ["CGID", "description"], "time": "CHARTDATE"}, source=MIMIC
    )
    (row,) = corpus.table().to_pylist()
    assert (row["note_id"], row["time"], row["CGID"], row["description"]) == ("1", "2151-08-04", "9", "Report")
    assert "CATEGORY" not in row


def test_admissions_that_became_fractions_are_joined_all_the_same(folder, tmp_path):
    write_table(folder / "NOTEEVENTS.csv.gz", NOTEEVENTS, [note_event(1, 11, "101.0", "septic")])
    corpus = prepared(folder, tmp_path / "corpus", {"labels": ["TRIAGE"]}, source=MIMIC)
    assert corpus.table()["TRIAGE"].to_pylist() == ["Acute medicine"]


@pytest.mark.parametrize("code", ["389", "42"])
def test_codes_that_lost_their_zero_are_told(folder, tmp_path, code):
    write_table(folder / "DIAGNOSES_ICD.csv.gz", DIAGNOSES_ICD, [diagnosis(101, code)])
    with pytest.raises(CorpusError, match="lost its leading zero") as caught:
        prepared(folder, tmp_path / "corpus", {"labels": ["TRIAGE"]}, source=MIMIC)
    assert "row 2" in str(caught.value)


def test_missing_tables_and_columns_are_named(folder, tmp_path):
    (folder / "DIAGNOSES_ICD.csv.gz").unlink()
    with pytest.raises(CorpusError, match="no table DIAGNOSES_ICD: TRIAGE is made") as caught:
        prepared(folder, tmp_path / "corpus", {"labels": ["TRIAGE"]}, source=MIMIC)
    assert "the folder holds NOTEEVENTS.csv.gz" in str(caught.value)
    write_table(folder / "NOTEEVENTS.csv.gz", [n.replace("TEXT", "TXT") for n in NOTEEVENTS], [])
    with pytest.raises(CorpusError, match=r"'TEXT' \(did you mean 'TXT'"):
        prepared(folder, tmp_path / "corpus", source=MIMIC)
    (folder / "NOTEEVENTS.csv.gz").unlink()
    (folder / "ADMISSIONS.csv").write_text("x\n")
    with pytest.raises(CorpusError, match="no table NOTEEVENTS") as caught:
        prepared(folder, tmp_path / "corpus", source=MIMIC)
    assert "ADMISSIONS.csv" in str(caught.value)


def test_two_files_of_one_table_are_told(folder, tmp_path):
    write_table(folder / "NOTEEVENTS.csv", NOTEEVENTS, [])
    with pytest.raises(CorpusError, match="several files for table NOTEEVENTS"):
        prepared(folder, tmp_path / "corpus", source=MIMIC)


def test_a_gzip_file_cut_short(folder, tmp_path):
    noise = random.Random(1)
    notes = [note_event(i, i, i, noise.randbytes(40_000).hex()) for i in range(40)]
    packed = gzip.decompress(write_table(folder / "NOTEEVENTS.csv.gz", NOTEEVENTS, notes).read_bytes())
    (folder / "NOTEEVENTS.csv.gz").write_bytes(gzip.compress(packed)[:-1000])
    corpus = prepared(folder, tmp_path / "corpus", source=MIMIC)
    assert set(texts(corpus)) == {str(i) for i in range(39)}
    assert rejected(corpus) == [("NOTEEVENTS.csv.gz", 41, None, "damaged file")]
    assert any("NOTEEVENTS.csv.gz: the gzip file is cut short" in warning for warning in corpus.manifest.warnings)


def test_diagnoses_cut_short_stop_the_preparation(folder, tmp_path):
    path = folder / "DIAGNOSES_ICD.csv.gz"
    path.write_bytes(path.read_bytes()[:-4])
    with pytest.raises(CorpusError, match="a row of diagnoses is damaged: the gzip file is cut short"):
        prepared(folder, tmp_path / "corpus", {"labels": ["TRIAGE"]}, source=MIMIC)


def test_a_quote_that_is_not_doubled_costs_its_row_alone(folder, tmp_path):
    header = ",".join(f'"{name}"' for name in NOTEEVENTS)
    good = '{},11,101,"2151-08-04",,,"Nursing","Report",,,"text {}"\n'
    broken = '2,11,101,"2151-08-04",,,"Nursing","Report",,,"he said "no" twice"\n'
    (folder / "NOTEEVENTS.csv.gz").write_bytes(
        gzip.compress((header + "\n" + good.format(1, 1) + broken + good.format(3, 3)).encode())
    )
    corpus = prepared(folder, tmp_path / "corpus", source=MIMIC)
    assert set(texts(corpus)) == {"1", "3"}
    assert [kind for *_, kind in rejected(corpus)] == ["broken quotes"]


def test_progress_reaches_the_size_of_the_file(folder, tmp_path):
    config = SourceConfig(path=str(folder), format="mimic-iii")
    (reader,) = open_readers(config, ("ROW_ID", "TEXT"), tmp_path)
    assert reader.size == (folder / "NOTEEVENTS.csv.gz").stat().st_size
    assert reader.position() == 0
    assert len(list(reader.rows())) == 7


def test_diagnoses_matter_only_where_a_label_is_made_from_them(folder, tmp_path):
    (folder / "DIAGNOSES_ICD.csv").write_text("")
    corpus = prepared(folder, tmp_path / "corpus", source=MIMIC)
    assert len(corpus) == 6
    with pytest.raises(CorpusError, match="several files for table DIAGNOSES_ICD"):
        prepared(folder, tmp_path / "corpus", {"labels": ["TRIAGE"]}, source=MIMIC)


def test_names_in_another_case_stand_beside_those_of_the_format(folder, tmp_path):
    columns = {"metadata": ["category"], "labels": ["triage"]}
    rows = prepared(folder, tmp_path / "corpus", columns, source=MIMIC).table().to_pylist()
    assert (rows[0]["category"], rows[0]["triage"]) == ("Discharge summary", "Acute medicine")


def test_parquet_made_of_it(folder, tmp_path):
    from pyarrow import csv, parquet

    (tmp_path / "parquet").mkdir()
    for name in ("NOTEEVENTS", "DIAGNOSES_ICD"):
        options = csv.ConvertOptions(column_types={"ICD9_CODE": "string"})
        multiline = csv.ParseOptions(newlines_in_values=True)
        table = csv.read_csv(folder / f"{name}.csv.gz", parse_options=multiline, convert_options=options)
        parquet.write_table(table, tmp_path / "parquet" / f"{name.lower()}.parquet")
    corpus = prepared(tmp_path / "parquet", tmp_path / "corpus", {"labels": ["TRIAGE"]}, source=MIMIC)
    expected = prepared(folder, tmp_path / "other", {"labels": ["TRIAGE"]}, source=MIMIC)
    assert corpus.table().drop(["time"]).equals(expected.table().drop(["time"]))


def test_joins_know_the_study_s_words_for_missing_values(folder, tmp_path):
    write_table(folder / "NOTEEVENTS.csv.gz", NOTEEVENTS, [note_event(1, 11, "-99", "a note", CHARTTIME="-99")])
    write_table(folder / "DIAGNOSES_ICD.csv.gz", DIAGNOSES_ICD, [diagnosis(-99, "41401")])
    columns = {"labels": ["PRIMARY_ICD9"]}
    for words, code, time in ((["-99"], None, "2151-08-04"), ([], "41401", "-99")):
        corpus = prepared(folder, tmp_path / "corpus", columns, source=MIMIC, missing={"words": words})
        (row,) = corpus.table().to_pylist()
        assert (row["PRIMARY_ICD9"], row["time"]) == (code, time)
