import pytest

from wardspace.config import CleanConfig, ColumnsConfig
from wardspace.config.corpus.cleaning import RejectConfig
from wardspace.corpus.note.clean import Cleaner
from wardspace.corpus.note.examiner import Examiner
from wardspace.corpus.note.note import Note, Unusable
from wardspace.corpus.prepare.rejects import Fault
from wardspace.corpus.readers import Row
from wardspace.corpus.schema import resolve_roles


def examiner(limits=None, clean=None, **columns):
    roles = resolve_roles(ColumnsConfig.model_validate(columns), None)
    return Examiner(roles, Cleaner(CleanConfig.model_validate(clean or {})), RejectConfig.model_validate(limits or {}))


def fault(*values, **options):
    found = examiner(**options).examine("a.csv", Row(2, values))
    assert isinstance(found, Unusable)
    return found.note_id, found.fault.kind


def test_a_note_with_all_its_columns():
    examine = examiner(patient_id="person", time="day", metadata=["ward"], labels=["code"], spans=["names"]).examine
    found = examine(
        "a.csv", Row(2, (" n1 ", "p1", "2024-05-01", "seen  by \r\nDr X", "", " A ", '[{"start": 11, "end": 15}]'))
    )
    # needed columns: note_id, person, day, text, code (the stratum), ward, names
    assert found == Note(
        "n1",
        "p1",
        "2024-05-01",
        "seen  by\nDr X",
        ("A", None),
        ('[{"start": 9, "end": 13}]',),
        None,
        ("line_ends", "trailing_space"),
    )


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (("", "a"), (None, "missing note id")),
        ((None, "a"), (None, "missing note id")),
        (("1", None), ("1", "empty text")),
        (("1", " \n\t"), ("1", "empty text")),
        (("1", "a\0b"), ("1", "NUL bytes")),
        (("1", "a\udc80b"), ("1", "undecodable bytes")),
        (("1\udc80", "a"), ("1\udc80", "undecodable bytes")),
        (("1", ["a"]), ("1", "text is no string")),
        (("1", "\x07"), ("1", "nothing left after cleaning")),
    ],
)
def test_rows_that_are_no_notes(values, expected):
    assert fault(*values) == expected


def test_bounds_of_length():
    assert fault("1", "ab ", limits={"min_characters": 3}) == ("1", "too short")
    assert fault("1", "ä" * 6, limits={"max_bytes": 10}) == ("1", "too long")
    assert isinstance(examiner(limits={"max_bytes": 12}).examine("a", Row(2, ("1", "ä" * 6))), Note)


def test_malformed_spans_are_a_fault_that_quotes_nothing():
    found = examiner(spans=["names"]).examine("a", Row(2, ("1", "text", '[{"start": "secret", "end": 2}]')))
    assert found.fault.kind == "malformed spans"
    assert "secret" not in found.fault.reason


def test_notes_are_numbered_by_file_and_row_where_they_have_no_id():
    assert examiner(note_id=None).examine("sub/a.csv", Row(7, ("text",))).note_id == "sub/a.csv:7"


def test_a_row_that_cannot_be_read_keeps_its_fault():
    broken = Fault("wrong number of fields", "1 fields where the header has 2")
    assert examiner().examine("a", Row(2, None, broken)) == Unusable(None, broken)


@pytest.mark.parametrize("word", ["NULL", "\\N", " nan\n", "None", "N/A"])
def test_a_note_of_a_word_for_missing_is_empty(word):
    assert fault("1", word) == ("1", "empty text")
    assert fault(word, "a text") == (None, "missing note id")


def test_words_for_missing_count_everywhere_but_for_some_in_categories():
    examine = examiner(patient_id="person", time="day", labels=["code"]).examine
    found = examine("a", Row(2, ("1", "None", "NULL", "a text", "None")))
    assert (found.patient_id, found.time, found.categories) == (None, None, ("None",))
    assert examine("a", Row(2, ("1", "null", "", "a text", "NULL"))).categories == (None,)


def test_ids_and_categories_have_one_spelling():
    examine = examiner(patient_id="person", labels=["code"]).examine
    notes = [
        examine("a", Row(2, (id_, patient, "a text", code)))
        for id_, patient, code in (("1.0", 7.0, "2.0"), ("1", "7", 2))
    ]
    assert [(note.note_id, note.patient_id, note.categories) for note in notes] == [("1", "7", ("2",))] * 2
