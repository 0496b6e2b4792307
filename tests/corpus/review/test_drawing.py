import json
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from tests.fixtures.sources import corpus_config
from wardspace.core.errors import CorpusError
from wardspace.corpus.note.note import Original
from wardspace.corpus.review.drawing import Drawing, drawn_notes

sources = st.lists(st.integers(0, 30), max_size=80).map(
    lambda patients: [Original(f"n{i}", f"p{patient}", "text", ()) for i, patient in enumerate(patients)]
)


def drawn(notes, count, seed=0):
    drawing = Drawing(count, seed)
    for note in notes:
        drawing.offer(note)
    return drawing.notes()


@given(sources, st.integers(1, 40), st.integers(0, 5), st.randoms())
def test_one_note_a_patient_whatever_the_order(notes, count, seed, random):
    found = drawn(notes, count, seed)
    assert len(found) == min(count, len({note.patient for note in notes}))
    assert len({note.patient for note in found}) == len(found)
    shuffled = random.sample(notes, len(notes))
    assert drawn(shuffled, count, seed) == found


@given(sources, st.integers(1, 20), st.integers(0, 20))
def test_a_larger_drawing_begins_with_the_smaller(notes, count, more):
    assert drawn(notes, count + more)[: len(drawn(notes, count))] == drawn(notes, count)


def test_no_more_is_remembered_than_is_drawn():
    drawing = Drawing(5, 0)
    for i in range(1000):
        drawing.offer(Original(f"n{i}", f"p{i // 2}", "text", ()))
        assert len(drawing._kept) == len(drawing._lots) <= 5


def test_patients_are_drawn_alike_and_so_are_the_notes_of_each():
    # one patient has a hundred notes, the others one
    notes = [Original(f"a{i}", "many", "text", ()) for i in range(100)]
    notes += [Original(f"b{i}", f"p{i}", "text", ()) for i in range(9)]
    found = [drawn(notes, 3, seed) for seed in range(1000)]
    patients = Counter(note.patient for one in found for note in one)
    assert stats.chisquare(list(patients.values())).pvalue > 0.001
    assert len(patients) == 10
    first_half = sum(note.note_id < "a50" for one in found for note in one if note.patient == "many")
    assert stats.binomtest(first_half, patients["many"], 0.5 + 1 / 100).pvalue > 0.001


def test_notes_without_a_patient_are_patients_of_their_own():
    notes = [Original(f"n{i}", None, "text", ()) for i in range(20)]
    assert len(drawn(notes, 8)) == 8


def test_a_source_is_read_with_its_own_reader(tmp_path):
    path = tmp_path / "notes.jsonl"
    rows = [
        {"note_id": f"n{i}", "patient": f"p{i // 2}", "surname": "Quill", "text": f"Note 😀 {i}\r\n"} for i in range(40)
    ]
    rows[3]["text"] = " "
    path.write_text("".join(json.dumps(row) + "\n" for row in rows) + "no JSON\n")
    config = corpus_config(path, {"patient_id": "patient"}, deidentify={"name_columns": ["surname"]})
    found = drawn_notes(config, 100, tmp_path / "run" / "corpus", show_progress=False)
    assert len(found) == 20
    assert all(note.text == f"Note 😀 {note.note_id[1:]}\r\n" and note.names == ("Quill",) for note in found)
    assert list((tmp_path / "run").iterdir()) == []
    with pytest.raises(CorpusError, match="no notes given"):
        drawn_notes(corpus_config(None), 5, tmp_path / "run" / "corpus", show_progress=False)
