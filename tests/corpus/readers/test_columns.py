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
