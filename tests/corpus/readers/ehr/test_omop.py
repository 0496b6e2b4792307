import gzip

import pytest

from tests.fixtures.omop import ALL_COLUMNS, EXPECTED, TABLES, csv_folder, parquet_folder
from tests.fixtures.sources import prepared, rejected, texts
from tests.fixtures.warehouses import write_table
from wardspace.config import SourceConfig
from wardspace.core.errors import CorpusError
from wardspace.corpus.readers import source_content

OMOP = {"format": "omop"}


def found(corpus):
    return {
        row["note_id"]: {key: value for key, value in row.items() if key not in ("note_id", "text", "split")}
        for row in corpus.table().to_pylist()
    }


@pytest.mark.parametrize("upper", [False, True])
@pytest.mark.parametrize("delimiter", [",", "\t"])
def test_a_folder_of_csv(tmp_path, upper, delimiter):
    folder = csv_folder(tmp_path / "omop", upper=upper, delimiter=delimiter)
    corpus = prepared(folder, tmp_path / "corpus", {"metadata": ALL_COLUMNS}, source=OMOP)
    assert found(corpus) == EXPECTED
    assert texts(corpus)["1"] == 'seen in clinic, "well"'
    assert corpus.manifest.source["format"] == "omop"
    assert [(name, kind) for *_, name, kind in rejected(corpus)] == [
        ("3", "note without a person"),
        ("4", "unknown person"),
    ]


def test_a_folder_of_parquet_parts(tmp_path):
    folder = parquet_folder(tmp_path / "omop")
    corpus = prepared(folder, tmp_path / "corpus", {"metadata": ALL_COLUMNS}, source=OMOP)
    assert found(corpus) == EXPECTED
    assert corpus.manifest.source["files"] == [f"note/part-{i}.parquet" for i in range(3)]


def test_note_alone_gives_concept_ids_and_says_so(tmp_path):
    write_table(tmp_path / "omop" / "NOTE.csv", list(TABLES["note"][0]), TABLES["note"])
    corpus = prepared(tmp_path / "omop", tmp_path / "corpus", source=OMOP)
    assert found(corpus)["1"]["note_class"] == "706531"
    assert "4" in texts(corpus)
    assert "no table CONCEPT: note_class hold concept ids in place of names" in corpus.manifest.warnings


def test_a_note_table_without_times(tmp_path):
    header = [name for name in TABLES["note"][0] if name != "note_datetime"]
    path = write_table(tmp_path / "note.tsv", header, TABLES["note"], delimiter="\t")
    corpus = prepared(path, tmp_path / "corpus", {"metadata": ["note_title"]}, source=OMOP)
    assert found(corpus)["1"] == {"patient_id": "501", "time": "2020-05-01", "note_title": "Letter"}


@pytest.mark.parametrize(
    ("table", "column"), [("PERSON", "year_of_birth"), ("VISIT_OCCURRENCE", "visit_type"), ("NOTE", "note_title")]
)
def test_missing_tables_are_named(tmp_path, table, column):
    folder = csv_folder(tmp_path / "omop")
    (folder / f"{table.lower()}.csv").unlink()
    with pytest.raises(CorpusError, match=f"no table {table}: ") as caught:
        prepared(folder, tmp_path / "corpus", {"metadata": [column]}, source=OMOP)
    assert "concept.csv" in str(caught.value)


@pytest.mark.parametrize("table", ["note", "person"])
def test_missing_columns_are_named(tmp_path, table):
    folder = csv_folder(tmp_path / "omop")
    path = folder / f"{table}.csv"
    path.write_text(path.read_text().replace('"person_id"', '"personid"'))
    with pytest.raises(CorpusError, match=r"'person_id' \(did you mean 'personid'"):
        prepared(folder, tmp_path / "corpus", source=OMOP)


def test_a_vocabulary_row_that_is_cut(tmp_path):
    folder = csv_folder(tmp_path / "omop", delimiter="\t")
    (folder / "concept.csv").write_text("concept_id\tconcept_name\n1\tone\n2\n")
    with pytest.raises(CorpusError, match="too few fields") as caught:
        prepared(folder, tmp_path / "corpus", source=OMOP)
    assert "line 3" in str(caught.value)


def test_damaged_persons_are_told(tmp_path):
    folder = csv_folder(tmp_path / "omop")
    with (folder / "person.csv").open("a") as handle:
        handle.write("503,8507,1980,too many\n")
    corpus = prepared(folder, tmp_path / "corpus", source=OMOP)
    assert "person.csv: 1 rows could not be read" in corpus.manifest.warnings


def test_content_changes_with_any_table(tmp_path):
    folder = csv_folder(tmp_path / "omop")
    config = SourceConfig(path=str(folder), format="omop")
    before = source_content(config)
    assert [name for name, _ in before] == ["note.csv", "person.csv", "visit_occurrence.csv", "concept.csv"]
    write_table(folder / "person.csv", ["person_id", "gender_concept_id", "year_of_birth"], [])
    assert source_content(config) != before


@pytest.mark.parametrize("table", ["PERSON", "VISIT_OCCURRENCE", "CONCEPT"])
def test_a_joined_table_cut_short_stops_the_preparation(tmp_path, table):
    folder = csv_folder(tmp_path / "omop", upper=True, delimiter=",")
    (path,) = folder.glob(f"{table}*")
    path.write_bytes(gzip.compress(path.read_bytes())[:-4])
    with pytest.raises(CorpusError, match="joined with is damaged: the gzip file is cut short") as caught:
        prepared(folder, tmp_path / "corpus", {"metadata": ALL_COLUMNS}, source=OMOP)
    assert table in caught.value.where


def test_joins_know_the_study_s_words_for_missing_values(tmp_path):
    folder = csv_folder(tmp_path / "omop")
    persons = ["person_id", "gender_concept_id", "year_of_birth"]
    write_table(folder / "person.csv", persons, [{"person_id": "-99"}, {"person_id": 501}, {"person_id": "NA"}])
    notes = [{"note_id": i, "note_text": f"note {i}", "note_date": "2020-05-01"} for i in range(4)]
    for note, person, time in zip(notes, (501, "-99", "NA", ""), ("-99", "x", "x", "x"), strict=True):
        note |= {"person_id": person, "note_datetime": time}
    write_table(folder / "note.csv", list(TABLES["note"][0]), notes)
    missing = {"words": [-99], "words_outside_categories": []}
    corpus = prepared(folder, tmp_path / "corpus", {"metadata": []}, source=OMOP, missing=missing)
    assert {name: row["patient_id"] for name, row in found(corpus).items()} == {"0": "501", "2": "NA"}
    assert found(corpus)["0"]["time"] == "2020-05-01"
    assert [(name, kind) for *_, name, kind in rejected(corpus)] == [
        ("1", "note without a person"),
        ("3", "note without a person"),
    ]
