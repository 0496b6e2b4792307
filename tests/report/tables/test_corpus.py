import pytest

from tests.fixtures.results import fake_corpus
from wardspace.core.files import read_json, write_json
from wardspace.report.tables.corpus import MOST_VALUES, _step, corpus_view


def test_counts_are_shown():
    view = corpus_view(fake_corpus())
    assert ("Notes kept", "6,020") in view.facts
    assert ("Patients", "2,000") in view.facts
    assert view.splits[2] == ("test", "1,204", "20%", "402")
    assert view.rejects[0] == ("duplicate text", "97")
    assert "deduplicate: exact (left out 97)" in view.steps
    assert ("Tokens per note, median", "202") in view.token_facts
    assert "23% more" in view.pieces


def test_labels_come_before_metadata_and_missing_values_last():
    tables = corpus_view(fake_corpus()).categories
    assert [table.column for table in tables] == ["specialty", "severity", "note_type"]
    assert tables[0].splits == ["training", "validation", "test"]
    assert tables[0].rows[-1] == ("(missing)", ["12", "0", "2"], "14")


def test_order_does_not_hang_on_the_file(tmp_path):
    """corpus.json is written with sorted keys."""
    write_json(tmp_path / "corpus.json", fake_corpus())
    assert corpus_view(read_json(tmp_path / "corpus.json")) == corpus_view(fake_corpus())


def test_rare_values_are_added_up():
    found = fake_corpus()
    counts = {f"v{i:02d}": {"train": 100 - i} for i in range(MOST_VALUES + 2)}
    found["counts"]["categories"] = {"c": {"values": counts, "missing": {}, "other": {"train": 5}}}
    rows = corpus_view(found).categories[0].rows
    rest = 5 + (100 - MOST_VALUES) + (100 - MOST_VALUES - 1)
    assert rows[-1] == ("(rarer values)", [str(rest)], str(rest))
    assert len(rows) == MOST_VALUES + 1


def test_notes_without_patients_are_not_called_patients():
    found = fake_corpus()
    found["roles"]["patient_id"] = None
    assert not [name for name, _ in corpus_view(found).facts if "atient" in name]


def test_what_was_not_recorded_is_empty():
    view = corpus_view({})
    assert not any([view.facts, view.splits, view.rejects, view.categories, view.token_facts, view.token_figure])
    found = fake_corpus()
    found["statistics"] |= {"tokens": None, "pieces_per_word": None}
    assert corpus_view(found).token_figure is None


def test_a_part_in_another_shape_is_not_passed_over():
    found = fake_corpus()
    del found["counts"]["splits"]["train"]["notes"]
    with pytest.raises(KeyError):
        corpus_view(found)


def test_counts_within_counts_are_told_in_brackets():
    step = {"step": "deidentify", "notes": 1200, "found": {"NAME": 3100, "DATE": 4}, "detectors": {}}
    assert _step(step) == "deidentify (detectors (none), found (DATE 4, NAME 3,100), notes 1,200)"
