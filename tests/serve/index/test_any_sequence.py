"""Whatever is done to an index, it answers as a list of notes that is searched one by one."""

import tempfile
from pathlib import Path

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.serve.index.made import MODEL, OPTIONS, add, note, vector, vectors_of
from wardspace.serve.index import Index, OneOf
from wardspace.serve.index.fusion import fused
from wardspace.serve.index.words import bm25, count_words
from wardspace.serve.index.writer import IndexWriter

NAMES, PATIENTS, WARDS = (tuple(f"{kind}{i}" for i in range(4)) for kind in ("note", "patient", "ward"))
LINES = ("chest pain", "fever", "cough at night", "leg pain", "")
NOTE = st.builds(
    lambda name, lines, patient, ward: note(name, "\n".join(lines), patient, ward=ward),
    st.sampled_from(NAMES),
    st.lists(st.sampled_from(LINES), min_size=1, max_size=3),
    st.sampled_from(PATIENTS),
    st.sampled_from(WARDS),
)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("add"), st.lists(NOTE, min_size=1, max_size=3, unique_by=lambda one: one.note_id)),
        st.tuples(st.just("note"), st.sampled_from(NAMES)),
        st.tuples(st.just("patient"), st.sampled_from(PATIENTS)),
        st.tuples(st.just("finish"), st.none()),
        st.tuples(st.just("reopen"), st.none()),
    ),
    max_size=8,
)


class BruteForce:
    """The same as a dictionary."""

    def __init__(self):
        self.notes = {}

    def do(self, what, value):
        if what == "add":
            self.notes |= {one.note_id: one for one in value}
        elif what in ("note", "patient"):
            self.notes = {k: n for k, n in self.notes.items() if value not in (n.note_id, n.patient_id)}

    def search(self, asked, words, ward):
        every = list(self.notes.values())
        cosines = np.array([(vectors_of(one.text).vectors @ asked).max() for one in every], dtype=np.float32)
        (counted,) = bm25([(count_words(one.text for one in every), None)], words)
        flags = np.array([ward is None or one.metadata["ward"] == ward for one in every], dtype=bool)
        scores = fused(cosines[flags], counted[flags], 0.6)
        return dict(zip([one.note_id for one in every if ward in (None, one.metadata["ward"])], scores, strict=True))


@settings(max_examples=40, deadline=None)
@given(STEPS, st.sampled_from(LINES), st.sampled_from([None, *WARDS]))
def test_answers_are_those_of_a_search_one_by_one(steps, line, ward):
    truth = BruteForce()
    where = None if ward is None else {"ward": OneOf([ward])}
    with tempfile.TemporaryDirectory() as home:
        folder = Path(home) / "index"
        writers = IndexWriter.open(folder, MODEL, OPTIONS)
        writer = writers.__enter__()
        index = Index.open(folder)
        for what, value in steps:
            truth.do(what, value)
            if what == "add":
                add(writer, *value)
            elif what == "finish":
                writer.finish()
            elif what == "reopen":
                writers.__exit__(None, None, None)
                writers = IndexWriter.open(folder, MODEL, OPTIONS)
                writer = writers.__enter__()
            else:
                writer.delete(**{"notes" if what == "note" else "patients": [value]})
            index.reload()
            hits = index.search(vector=vector(line), words=line, weight=0.6, where=where)
            wanted = truth.search(vector(line), line, ward)
            assert {hit.note_id for hit in hits} == set(wanted)
            np.testing.assert_allclose([hit.score for hit in hits], sorted(wanted.values(), reverse=True), atol=1e-4)
            np.testing.assert_allclose([hit.score for hit in hits], [wanted[hit.note_id] for hit in hits], atol=1e-4)
            assert all(index.text_of(name) == one.text for name, one in truth.notes.items())
            assert index.about.notes == len(truth.notes)
        writers.__exit__(None, None, None)
