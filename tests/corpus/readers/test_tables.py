import pytest

from wardspace.config.corpus.cleaning import MissingConfig
from wardspace.core.errors import CorpusError
from wardspace.corpus.readers.tables import Tables, has_column
from wardspace.corpus.values.canonical import Keys


@pytest.fixture
def folder(tmp_path):
    for name in (
        "NOTE.csv",
        "person/part-0.csv",
        "person/part-1.csv",
        "note_nlp.csv",
        "NOTE.txt",
        ".hidden/concept.csv",
    ):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("note_id\tText\n1\ta\n")
    return tmp_path


def names(files):
    return [file.name for file in files]


def test_a_table_is_a_file_or_a_folder_of_its_name(folder):
    tables = Tables(str(folder), ("NOTE", "PERSON", "CONCEPT"), "NOTE")
    assert names(tables.get("NOTE")) == ["NOTE.csv"]
    assert names(tables.get("PERSON")) == ["person/part-0.csv", "person/part-1.csv"]
    assert tables.get("CONCEPT") == []
    assert len(tables.files()) == 3


def test_a_file_is_the_main_table_whatever_its_name(folder):
    tables = Tables(str(folder / "note_nlp.csv"), ("NOTE", "PERSON"), "NOTE")
    assert names(tables.get("NOTE")) == ["note_nlp.csv"]
    assert tables.get("PERSON") == []


def test_a_table_that_must_be_there(folder):
    tables = Tables(str(folder), ("NOTE", "CONCEPT"), "NOTE")
    with pytest.raises(CorpusError, match="no table CONCEPT: it has the names") as caught:
        tables.need("CONCEPT", "it has the names")
    assert "note_nlp.csv" in str(caught.value)


def test_columns_are_found_in_any_case(folder):
    (file,) = Tables(str(folder), ("NOTE",), "NOTE").get("NOTE")
    assert has_column(file, "TEXT", "note_id", "auto")
    assert not has_column(file, "title", "note_id", "auto")


@pytest.mark.parametrize(("value", "expected"), [(" 12 ", "12"), ("12.0", "12"), (12, "12"), ("", None), (None, None)])
def test_keys_of_joins(value, expected):
    assert Keys(MissingConfig()).key(value) == expected
