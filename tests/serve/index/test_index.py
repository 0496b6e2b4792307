import shutil
import threading

import numpy as np
import pytest

from tests.serve.index.made import MODEL, OPTIONS, add, note, vector, write
from wardspace.core.errors import ModelError, RunError, WardspaceError
from wardspace.serve.index import Between, Index, OneOf
from wardspace.serve.index import index as index_module
from wardspace.serve.index.fusion import fused
from wardspace.serve.index.words import bm25, count_words
from wardspace.serve.index.writer import IndexOptions, IndexWriter

NOTES = [
    note("n1", "chest pain\nfever", "p1", "2024-01-05", "a"),
    note("n2", "leg pain", "p1", "2024-05-31T10:00:00", "b"),
    note("n3", "rash on the arm\nfever at night\ncough", "p2", None, "a"),
    note("n4", "no complaints", "p3", "2024-06-01", None),
]


@pytest.fixture
def index(tmp_path):
    return Index.open(write(tmp_path / "index", *NOTES))


def names(hits):
    return [hit.note_id for hit in hits]


def test_a_vector_finds_the_piece_that_it_is_of(index):
    (hit,) = index.search(vector=5 * vector("fever at night"), limit=1)
    assert (hit.note_id, hit.patient_id, hit.time, hit.metadata) == ("n3", "p2", None, {"ward": "a"})
    assert index.text_of("n3")[hit.start : hit.end] == "fever at night"
    assert hit.score == pytest.approx(1, abs=1e-5)


def test_words_find_the_piece_that_has_them(index):
    hits = index.search(words="cough")
    assert names(hits) == ["n3"]
    assert index.text_of("n3")[hits[0].start : hits[0].end] == "cough"
    assert names(index.search(words="pain")) == ["n2", "n1"]
    assert index.search(words="unheard") == []


def test_both_are_put_together_by_the_weight(index):
    asked = {"vector": vector("rash on the arm"), "words": "leg"}
    assert names(index.search(**asked, weight=1))[0] == "n3"
    assert names(index.search(**asked, weight=0))[0] == "n2"
    hits = index.search(**asked, weight=0.3)
    cosines, words = (np.array([getattr(hit, name) for hit in hits]) for name in ("cosine", "words"))
    scaled = [(one - one.min()) / (one.max() - one.min()) for one in (cosines, words)]
    np.testing.assert_allclose([hit.score for hit in hits], 0.3 * scaled[0] + 0.7 * scaled[1], atol=1e-5)


def test_filters(index):
    def found(**conditions):
        return set(names(index.search(vector=vector("x"), where=conditions)))

    assert found(ward=OneOf(["a"])) == {"n1", "n3"}
    assert found(ward=OneOf(["b", "c"])) == {"n2"}
    assert found(patient_id=OneOf(["p1"]), ward=OneOf(["a"])) == {"n1"}
    assert found(time=Between("2024-05", "2024-05")) == {"n2"}
    assert found(time=Between(end="2024-05-30")) == {"n1"}
    assert found(time=Between("2024-05-31")) == {"n2", "n4"}
    assert names(index.search(words="pain", exclude=["n2"])) == ["n1"]
    for wrong in ({"unknown": OneOf(["x"])}, {"ward": Between("a")}):
        with pytest.raises(WardspaceError):
            found(**wrong)


def test_vector_and_text_of_a_note(index, tmp_path):
    mean = vector("chest pain") * 2 + vector("fever")
    np.testing.assert_allclose(index.vector_of("n1"), mean / np.linalg.norm(mean), atol=1e-5)
    assert (index.vector_of("n9"), index.text_of("n9")) == (None, None)
    bare = Index.open(write(tmp_path / "bare", NOTES[0], options=IndexOptions(metadata=("ward",))))
    assert bare.text_of("n1") is None
    assert not bare.about.has_text


def test_a_reader_keeps_its_state_until_it_reloads(index):
    with IndexWriter.open(index.folder, MODEL, OPTIONS) as writer:
        add(writer, note("n2", "leg cramp"), note("n5", "pain"))
        assert names(index.search(words="pain")) == ["n2", "n1"]
        assert index.reload()
        assert not index.reload()
        assert names(index.search(words="pain")) == ["n5", "n1"]
        assert index.text_of("n2") == "leg cramp"
        writer.finish()
        assert names(index.search(words="pain")) == ["n5", "n1"]
    index.reload()
    assert (names(index.search(words="pain")), index.about.notes) == (["n5", "n1"], 5)


def test_many_threads_search_while_notes_are_replaced(index):
    faults = []

    def search():
        for _ in range(30):
            index.reload()
            if names(index.search(vector=vector("chest pain"), limit=1)) != ["n1"]:
                faults.append("lost")

    threads = [threading.Thread(target=search) for _ in range(3)]
    for thread in threads:
        thread.start()
    with IndexWriter.open(index.folder, MODEL, OPTIONS) as writer:
        for number in range(10):
            add(writer, note("n2", f"other {number}"))
            writer.finish()
    for thread in threads:
        thread.join()
    assert not faults


def test_another_model_is_refused(index):
    other = MODEL.model_copy(update={"name": "other", "weights": "1" * 64})
    with pytest.raises(ModelError) as caught:
        Index.open(index.folder, other)
    assert str(MODEL) in str(caught.value)
    assert str(other) in str(caught.value)
    with pytest.raises(ModelError), IndexWriter.open(index.folder, other, OPTIONS):
        pass
    index.check_model(MODEL.model_copy(update={"name": "a copy of it"}))


@pytest.mark.parametrize("fault", ["cut", "gone", "no folder", "no manifest", "no json", "version"])
def test_damage_is_named(index, fault):
    segment = next(index.folder.glob("segment-*"))
    manifest = index.folder / "index.json"
    if fault == "cut":
        with (segment / "vectors.npy").open("r+b") as handle:
            handle.truncate(200)
    elif fault == "gone":
        (segment / "notes.arrow").unlink()
    elif fault == "no folder":
        shutil.rmtree(segment)
    elif fault == "no manifest":
        manifest.unlink()
    else:
        text = manifest.read_text()
        manifest.write_text("{" if fault == "no json" else text.replace('"version": 1', '"version": 99'))
    with pytest.raises(RunError):
        Index.open(index.folder)


def test_a_query_of_another_length_or_of_nothing(index):
    for asked in ({}, {"vector": np.ones(3, dtype=np.float32)}):
        with pytest.raises(WardspaceError):
            index.search(**asked)


def test_beyond_the_depth_words_are_exact(tmp_path, monkeypatch):
    monkeypatch.setattr(index_module, "DEPTH", 5)
    texts = [f"{'pain ' * (number % 7)}word{number}" for number in range(40)]
    index = Index.open(write(tmp_path / "index", *[note(f"n{i:02}", text) for i, text in enumerate(texts)]))
    (wanted,) = bm25([(count_words(texts), None)], "pain")
    order = sorted(range(40), key=lambda place: (-wanted[place], place))[:12]
    assert names(index.search(words="pain", limit=12)) == [f"n{place:02}" for place in order]


@pytest.mark.parametrize(
    ("cosines", "words", "score"), [([0.4], [1.6], 1.0), ([0.4], [0.0], 0.6), ([-0.1], [0.0], 0.0)]
)
def test_a_note_alone_is_the_best_there_is(cosines, words, score):
    found = fused(np.array(cosines, np.float32), np.array(words, np.float32), 0.6)
    assert found.tolist() == pytest.approx([score])
