import pytest

from wardspace.core.errors import CorpusError
from wardspace.corpus.readers.columns import check_columns


def test_all_missing_columns_are_named_and_those_that_exist():
    with pytest.raises(CorpusError) as caught:
        check_columns(["id", "Text ", "kind"], ["note_id", "text"], "a.csv")
    message = str(caught.value)
    assert "missing columns: 'note_id'" in message
    assert "'text' (did you mean 'Text '?)" in message
    assert "there are: id, Text , kind" in message
    assert "a.csv" in message


def test_a_first_line_that_is_a_note_is_not_repeated():
    note = "Mrs Secret was seen on the ward today and feels a good deal better than yesterday, she says."
    with pytest.raises(CorpusError) as caught:
        check_columns(["1", note], ["text"], "a.csv")
    assert "Secret" not in str(caught.value)
    assert "is there a header?" in str(caught.value)


def test_long_lists_are_cut():
    with pytest.raises(CorpusError, match="and 60 more"):
        check_columns([f"c{i}" for i in range(100)], ["text"], "a.csv")


@pytest.mark.parametrize(
    "line",
    [
        ["n1", "Meier", "chest pain"],
        ["10023", "p7", "letter", "visit"],
        ["Meier Anna", "1960-02-03", "text"],
        ["abc", "patient feels well", "Dr Secret"],
        ["7", "type", "kind"],
    ],
)
def test_short_fields_of_a_first_line_that_may_be_a_note_are_not_repeated(line):
    with pytest.raises(CorpusError) as caught:
        check_columns(line, ["note_id", "body"], "a.csv", first_line=True)
    assert not [field for field in line if field in str(caught.value)]


@pytest.mark.parametrize(
    ("line", "needed"),
    [
        (["id", "Befund", "Datum"], ["id", "text"]),
        (["note_id;text"], ["note_id", "text"]),
        (["ROW_ID", "SUBJECT_ID", "CATEGORY", "XYZ"], ["note_id", "text"]),
        (["notes_id", "corpo"], ["note_id", "body"]),
    ],
)
def test_a_first_line_that_is_a_header_is_shown(line, needed):
    with pytest.raises(CorpusError) as caught:
        check_columns(line, needed, "a.csv", first_line=True)
    assert all(field in str(caught.value) for field in line)
