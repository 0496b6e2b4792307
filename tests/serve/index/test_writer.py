import errno
import os
import stat

import numpy as np
import pytest

from tests.fixtures.kills import files_with
from tests.serve.index.made import MODEL, OPTIONS, add, note, vector, vectors_of, write
from wardspace.core.errors import RunError, WardspaceError
from wardspace.serve.index import Index
from wardspace.serve.index import lists as lists_module
from wardspace.serve.index import merge as merge_module
from wardspace.serve.index import nearest as nearest_module
from wardspace.serve.index import segment as segment_module
from wardspace.serve.index.words import hashed
from wardspace.serve.index.writer import IndexOptions, IndexWriter

SECRET = "zanzibar quixotic"


def bytes_of(folder):
    return b"".join(path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file())


@pytest.mark.parametrize("how", ["note", "patient", "update"])
@pytest.mark.parametrize("merged", [True, False])
def test_what_is_deleted_is_gone_from_the_disk(tmp_path, how, merged):
    folder = tmp_path / "index"
    secret = note("secret-id", f"fever\n{SECRET}", "secret-patient")
    with IndexWriter.open(folder, MODEL, OPTIONS) as writer:
        add(writer, note("n1", "cough"), secret, note("n2", "pain"))
        if merged:
            writer.finish()
        signs = [vector(SECRET).tobytes(), *[hashed(word).to_bytes(8, "little") for word in SECRET.split()]]
        assert files_with(folder, SECRET)
        assert all(sign in bytes_of(folder) for sign in signs)
        if how == "note":
            assert writer.delete(notes=["secret-id", "unknown"]) == 1
        elif how == "patient":
            assert writer.delete(patients=["secret-patient"]) == 1
        else:
            add(writer, note("secret-id", "something else"))
            writer.finish()
        left = bytes_of(folder)
    assert not files_with(folder, SECRET)
    assert not any(sign in left for sign in signs)
    assert (b"secret-id" in left) == (how == "update")
    assert (b"secret-patient" in left) is False
    assert Index.open(folder).search(words="zanzibar") == []


def test_deleting_all_leaves_an_index_that_can_be_filled_again(tmp_path):
    folder = write(tmp_path / "index", note("n1", "cough"))
    with IndexWriter.open(folder) as writer:
        assert writer.delete(patients=["p"]) == 1
    index = Index.open(folder)
    assert (index.about.notes, index.search(vector=vector("x"), words="cough")) == (0, [])
    write(folder, note("n2", "cough"))
    index.reload()
    assert [hit.note_id for hit in index.search(words="cough")] == ["n2"]


@pytest.fixture
def many(tmp_path, monkeypatch):
    """An index with lists, and its notes."""
    for module in (lists_module, merge_module, nearest_module):
        monkeypatch.setattr(module, "EXACT", 200)
    monkeypatch.setattr(lists_module, "_PER_LIST", 20)
    notes = [note(f"n{i:03}", f"alpha{i}\nbeta{i}", f"p{i % 50}", ward=str(i % 100)) for i in range(300)]
    return write(tmp_path / "index", *notes), notes


def test_lists_find_what_is_near_and_forget_what_is_deleted(many, monkeypatch):
    folder, notes = many
    index = Index.open(folder)
    assert index._state.segments[0].lists is not None
    found = [index.search(vector=vector(f"beta{i}"), limit=1)[0].note_id for i in range(300)]
    assert found == [one.note_id for one in notes]
    assert index._state.segments[0].pieces_of(7).tolist() != [14, 15]  # they are sorted anew
    with IndexWriter.open(folder, MODEL, OPTIONS) as writer:
        assert writer.delete(patients=["p7"]) == 6
    index.reload()
    held = index._state.segments[0]
    assert held.lists is not None
    np.testing.assert_array_equal(np.diff(held.lists.starts) > 0, True)
    assert vector("beta7").tobytes() not in bytes_of(folder)
    monkeypatch.setattr(nearest_module, "PROBES", 1000)
    for i in range(300):
        nearest = index.search(vector=vector(f"beta{i}"), limit=1)[0]
        assert (nearest.note_id == f"n{i:03}") == (i % 50 != 7)
        assert index.vector_of(f"n{i:03}") is None or i % 50 != 7


def test_with_lists_a_filter_that_leaves_few_is_exact(many):
    from wardspace.serve.index import OneOf

    index = Index.open(many[0])
    hits = index.search(vector=vector("elsewhere"), where={"ward": OneOf(["3"])}, limit=3)
    wanted = {
        f"n{i:03}": max(vector("elsewhere") @ vector(f"{w}{i}") for w in ("alpha", "beta")) for i in (3, 103, 203)
    }
    assert [hit.note_id for hit in hits] == sorted(wanted, key=wanted.get, reverse=True)
    np.testing.assert_allclose([hit.score for hit in hits], sorted(wanted.values(), reverse=True), atol=1e-5)


def test_a_full_disk_leaves_the_index_as_it_was(tmp_path, monkeypatch):
    folder = write(tmp_path / "index", note("n1", "cough"))
    before = bytes_of(folder)

    def full(*_):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr(segment_module.np.lib.format, "write_array_header_1_0", full)
        with pytest.raises(WardspaceError) as caught, IndexWriter.open(folder, MODEL, OPTIONS) as writer:
            add(writer, note("n2", SECRET))
    assert os.strerror(errno.ENOSPC) in str(caught.value)
    assert bytes_of(folder) == before
    assert [path.name for path in folder.glob("segment-*")] == [Index.open(folder)._state.segments[0].record.name]
    write(folder, note("n2", "fever"))
    assert Index.open(folder).about.notes == 2


def test_unchanged_notes_are_known(tmp_path):
    notes = [note("n1", "cough"), note("n2", "fever")]
    folder = write(tmp_path / "index", *notes)
    with IndexWriter.open(folder, MODEL, OPTIONS) as writer:
        asked = [notes[0], note("n2", "fever", ward="b"), note("n3", "cough"), notes[1]._replace(text="other")]
        assert writer.unchanged(asked) == [True, False, False, False]


def test_what_cannot_be_done_is_refused(tmp_path):
    folder = write(tmp_path / "index", note("n1", "cough"))
    with IndexWriter.open(folder, MODEL, OPTIONS) as writer:
        with pytest.raises(WardspaceError):
            add(writer, note("n2", "a"), note("n2", "b"))
        with pytest.raises(RunError), IndexWriter.open(folder, MODEL, OPTIONS):
            pass
    for options in (OPTIONS._replace(metadata=()), OPTIONS._replace(keep_text=False)):
        with pytest.raises(RunError), IndexWriter.open(folder, MODEL, options):
            pass
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "thesis.txt").write_text("x")
    for place in (tmp_path / "other", tmp_path / "other" / "thesis.txt"):
        with pytest.raises(RunError), IndexWriter.open(place, MODEL, IndexOptions()):
            pass
    assert (tmp_path / "other" / "thesis.txt").read_text() == "x"
    with pytest.raises(RunError), IndexWriter.open(tmp_path / "nothing"):
        pass
    assert not (tmp_path / "nothing").exists()


def test_only_the_owner_can_read(tmp_path):
    folder = write(tmp_path / "index", note("n1", "cough"))
    for path in (folder, *folder.rglob("*")):
        assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0, path
    manifest = Index.open(folder)._state.manifest
    named = {one.split("/")[1] for one in manifest.holds_text}
    assert named == {path.name for path in folder.rglob("*") if path.name.startswith(("texts", "words-"))}


def test_a_note_without_a_word(tmp_path):
    folder = tmp_path / "index"
    with IndexWriter.open(folder, MODEL, OPTIONS) as writer:
        writer.add([note("n1", "")], [vectors_of("")])
        writer.finish()
    index = Index.open(folder)
    assert index.search(words="x") == []
    assert [hit.note_id for hit in index.search(vector=vector("y"))] == ["n1"]
