from __future__ import annotations

import errno
import multiprocessing
import os
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from filelock import FileLock
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.fixtures.corpora import small_corpus, write_corpus
from tests.fixtures.objectives import tiny_masked
from wardspace.core.errors import CorpusError
from wardspace.corpus import Corpus
from wardspace.training.data import token_file
from wardspace.training.data.notes import read_notes
from wardspace.training.data.tokens import Extras

NAME = token_file.NAME
BOTH = Extras(words=True, offsets=True)


@pytest.fixture
def corpus(tmp_path) -> Corpus:
    return small_corpus(tmp_path / "corpus", notes=20)


@pytest.fixture
def tokenised(monkeypatch) -> list[tuple[str, ...]]:
    """The splits of every tokenising that is begun."""
    begun: list[tuple[str, ...]] = []

    def noted(corpus, tokenizer, splits, advance, extras):
        begun.append(tuple(splits))
        return real(corpus, tokenizer, splits, advance, extras)

    real = token_file.tokenised
    monkeypatch.setattr(token_file, "tokenised", noted)
    return begun


@pytest.fixture
def said(monkeypatch) -> list[str]:
    lines: list[str] = []
    monkeypatch.setattr(token_file, "say", lines.append)
    return lines


def files(corpus: Corpus) -> list[Path]:
    return sorted((corpus.folder / token_file.TOKENS).glob(f"*/{NAME}"))


def plain(notes) -> list[tuple[str, list[int]]]:
    return [(note.id, note.ids.tolist()) for note in notes]


def test_the_second_run_tokenises_nothing_and_copies_nothing(corpus, masked, tokenised):
    first = read_notes(corpus, masked.tokenizer)
    second = read_notes(Corpus.open(corpus.folder), masked.tokenizer)
    assert tokenised == [("train",)]
    assert plain(first) == plain(second)
    for array in (second.ids, second.starts, second.hashes):
        assert not array.flags.owndata
        assert not array.flags.writeable
    assert pa.total_allocated_bytes() < 10_000_000


TEXTS = st.lists(
    st.text(st.characters(exclude_categories=["Cs"]), max_size=60) | st.sampled_from(["denies fever", "İ ﬀ 🩺", ""]),
    min_size=1,
    max_size=8,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
@given(TEXTS, st.builds(Extras, st.booleans(), st.booleans()))
def test_tokens_are_those_of_plain_tokenisation(tmp_path_factory, masked, texts, extras):
    rows = [{"note_id": f"ñ{i}", "patient_id": f"p{i}", "split": "train", "text": text} for i, text in enumerate(texts)]
    corpus = write_corpus(tmp_path_factory.mktemp("any") / "corpus", rows)
    for _ in range(2):
        notes = read_notes(corpus, masked.tokenizer, extras=extras)
        for row, note in zip(rows, notes, strict=True):
            expected = masked.tokenizer.backend_tokenizer.encode(row["text"], add_special_tokens=False)
            assert note.id == row["note_id"]
            assert note.ids.tolist() == expected.ids
            assert (note.words is not None, note.offsets is not None) == extras
            assert not extras.words or note.words.tolist() == [-1 if w is None else w for w in expected.word_ids]
            assert not extras.offsets or list(map(tuple, note.offsets.tolist())) == expected.offsets


def test_batches_are_put_together_in_order(corpus, masked, monkeypatch):
    whole = read_notes(corpus, masked.tokenizer, transductive=True, extras=BOTH)
    for file in files(corpus):
        file.unlink()
    monkeypatch.setattr("wardspace.training.data.tokens.ROWS", 3)
    parts = read_notes(corpus, masked.tokenizer, transductive=True, extras=BOTH)
    assert plain(whole) == plain(parts)
    assert (whole.words == parts.words).all()
    assert (whole.offsets == parts.offsets).all()
    assert (whole.starts == parts.starts).all()
    assert list(whole.patients) == list(parts.patients)


def test_only_training_notes_are_tokenised_unless_transductive(corpus, masked, tokenised):
    read_notes(corpus, masked.tokenizer)
    assert len(files(corpus)) == 1
    everything = read_notes(corpus, masked.tokenizer, transductive=True)
    assert tokenised == [("train",), ("train", "validation", "test")]
    assert len(everything) == len(corpus)
    assert len(read_notes(corpus, masked.tokenizer)) < len(corpus)
    assert len(tokenised) == 2


def test_another_tokenizer_or_setting_of_it_has_tokens_of_its_own(corpus, masked, tmp_path, tokenised):
    read_notes(corpus, masked.tokenizer)
    other = tiny_masked(tmp_path / "other", "roberta")
    assert plain(read_notes(corpus, other.tokenizer)) != plain(read_notes(corpus, masked.tokenizer))
    core = other.tokenizer.backend_tokenizer
    core.encode_special_tokens = not core.encode_special_tokens
    read_notes(corpus, other.tokenizer)
    assert len(tokenised) == len(files(corpus)) == 3


def test_a_tokenizer_set_to_cut_and_pad_is_the_same_tokenizer(corpus, masked, tokenised):
    read_notes(corpus, masked.tokenizer)
    masked.tokenizer.backend_tokenizer.enable_truncation(4)
    masked.tokenizer.backend_tokenizer.enable_padding(length=9)
    read_notes(corpus, masked.tokenizer)
    assert len(tokenised) == 1


def test_tokens_with_words_serve_those_who_want_none(corpus, masked, tokenised):
    with_words = read_notes(corpus, masked.tokenizer, extras=Extras(words=True))
    without = read_notes(corpus, masked.tokenizer)
    assert len(tokenised) == 1
    assert with_words.words is not None
    assert without.words is None
    assert plain(with_words) == plain(without)


def test_tokens_with_words_and_offsets_serve_everybody(corpus, masked, tokenised):
    both = read_notes(corpus, masked.tokenizer, extras=BOTH)
    offsets = read_notes(corpus, masked.tokenizer, extras=Extras(offsets=True))
    words = read_notes(corpus, masked.tokenizer, extras=Extras(words=True))
    assert len(tokenised) == 1
    assert (offsets.words is None, words.offsets is None) == (True, True)
    assert (offsets.offsets == both.offsets).all()
    assert (words.words == both.words).all()
    assert not both.offsets.flags.owndata


def test_offsets_are_places_in_the_note(tmp_path, masked):
    text = "Chest pain,\r\n  no ﬁbrillation. İstanbul 🩺 40°\tdenies "
    corpus = write_corpus(
        tmp_path / "corpus",
        [{"note_id": f"n{i}", "patient_id": "p", "split": "train", "text": text * (i + 1)} for i in range(3)],
    )
    for note, times in zip(read_notes(corpus, masked.tokenizer, extras=Extras(offsets=True)), (1, 2, 3), strict=True):
        assert len(note.offsets) == len(note.ids)
        assert (note.offsets[:, 0] < note.offsets[:, 1]).all()
        found = [(text * times)[start:end] for start, end in note.offsets]
        assert found.count("Chest") == times
        assert found.count("denies") == times


def test_tokens_without_words_do_not_serve_those_who_want_some(corpus, masked, tokenised):
    read_notes(corpus, masked.tokenizer)
    assert read_notes(corpus, masked.tokenizer, extras=Extras(words=True)).words is not None
    assert len(tokenised) == 2


def cut_off(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-40])


def emptied(path: Path) -> None:
    path.write_bytes(b"")


def zeros(path: Path) -> None:
    path.write_bytes(bytes(path.stat().st_size))


def fewer_notes(path: Path) -> None:
    reader = pa.ipc.open_file(pa.BufferReader(path.read_bytes()))
    with pa.ipc.new_file(str(path), reader.schema) as writer:
        writer.write_batch(reader.get_batch(0).slice(1))


def of_another_key(path: Path) -> None:
    reader = pa.ipc.open_file(pa.BufferReader(path.read_bytes()))
    schema = reader.schema.with_metadata({**reader.schema.metadata, b"wardspace.key": b"0" * 16})
    with pa.ipc.new_file(str(path), schema) as writer:
        writer.write_batch(reader.get_batch(0).replace_schema_metadata(schema.metadata))


def wild_starts(path: Path) -> None:
    reader = pa.ipc.open_file(pa.BufferReader(path.read_bytes()))
    starts = reader.get_batch(0)["ids"].offsets.to_numpy()
    wild = starts.copy()
    wild[1] = 1 << 40
    path.write_bytes(path.read_bytes().replace(starts.tobytes(), wild.tobytes()))


@pytest.mark.parametrize("damage", [cut_off, emptied, zeros, fewer_notes, of_another_key, wild_starts])
def test_a_damaged_file_is_told_and_made_anew(damage, corpus, masked, tokenised, said):
    whole = plain(read_notes(corpus, masked.tokenizer))
    (path,) = files(corpus)
    damage(path)
    assert plain(read_notes(corpus, masked.tokenizer)) == whole
    assert len(tokenised) == 2
    (line,) = said
    assert "damaged and are made anew" in line
    assert plain(read_notes(corpus, masked.tokenizer)) == whole
    assert len(tokenised) == 2


@pytest.mark.parametrize("code", [errno.EROFS, errno.ENOSPC, errno.ENOLCK])
def test_where_no_file_can_be_written_the_notes_are_tokenised_in_memory(code, corpus, masked, said, monkeypatch):
    def refused(*_args, **_kwargs):
        raise OSError(code, os.strerror(code))

    place = {errno.EROFS: "pathlib.Path.mkdir", errno.ENOSPC: "os.fsync", errno.ENOLCK: "filelock.FileLock.acquire"}
    with monkeypatch.context() as patched:
        patched.setattr(place[code], refused)
        notes = [read_notes(corpus, masked.tokenizer, extras=Extras(words=True)) for _ in range(2)]
    assert notes[0].file is None
    (line,) = said
    assert str(corpus.folder) in line
    assert os.strerror(code) in line
    assert "in memory" in line
    assert not files(corpus)
    kept = read_notes(corpus, masked.tokenizer, extras=Extras(words=True))
    assert plain(kept) == plain(notes[0])
    assert (kept.words == notes[1].words).all()


def test_tokens_kept_before_are_read_from_a_folder_that_cannot_be_written(corpus, masked, tokenised, said, monkeypatch):
    read_notes(corpus, masked.tokenizer)
    monkeypatch.setattr("pathlib.Path.mkdir", lambda *_args, **_kwargs: pytest.fail("nothing is to be written"))
    read_notes(corpus, masked.tokenizer)
    assert len(tokenised) == 1
    assert not said


def test_a_file_in_the_place_of_the_folder_is_no_end(corpus, masked, said):
    (corpus.folder / token_file.TOKENS).write_text("")
    assert len(read_notes(corpus, masked.tokenizer))
    assert "in memory" in said[0]


def test_a_fault_of_the_corpus_is_no_fault_of_the_folder(corpus, masked, monkeypatch):
    def broken(*_args, **_kwargs):
        raise CorpusError("the corpus is damaged")

    monkeypatch.setattr(token_file, "tokenised", broken)
    with pytest.raises(CorpusError, match="damaged"):
        read_notes(corpus, masked.tokenizer)
    assert [path.name for path in (corpus.folder / token_file.TOKENS).iterdir()] == [token_file.LOCK]


def test_who_comes_second_waits_and_tokenises_nothing(corpus, masked, tokenised, said, monkeypatch):
    real = FileLock.acquire

    def acquire(self, *args, **kwargs):
        # as the holder of the lock sees it: it has made the file before it lets go
        if kwargs.get("timeout") != 0:
            holder.release()
        return real(self, *args, **kwargs)

    folder = corpus.folder / token_file.TOKENS
    read_notes(corpus, masked.tokenizer)
    (path,) = files(corpus)
    hidden = path.parent.rename(path.parent.with_name("hidden"))
    holder = FileLock(folder / token_file.LOCK)
    holder.acquire()
    monkeypatch.setattr(token_file, "say", lambda line: (said.append(line), hidden.rename(path.parent)))
    monkeypatch.setattr(FileLock, "acquire", acquire)
    read_notes(corpus, masked.tokenizer)
    assert len(tokenised) == 1
    assert "waiting" in said[0]


def test_of_two_processes_one_tokenises(corpus, masked, tokenised):
    forks = multiprocessing.get_context("fork")
    both_ready, told = forks.Barrier(2), forks.Queue()

    def read():
        both_ready.wait()
        total = int(read_notes(corpus, masked.tokenizer).ids.sum())
        told.put((total, len(tokenised)))

    both = [forks.Process(target=read) for _ in range(2)]
    for process in both:
        process.start()
    totals, counts = zip(*(told.get(timeout=60) for _ in both), strict=True)
    for process in both:
        process.join()
    assert totals[0] == totals[1] == read_notes(corpus, masked.tokenizer).ids.sum()
    assert sorted(counts) == [0, 1]


def test_tokens_lie_in_the_corpus_folder_and_nowhere_else(tmp_path, masked):
    corpus = write_corpus(
        tmp_path / "run" / "corpus",
        [{"note_id": f"n{i}", "patient_id": "p", "split": "train", "text": "no acute distress " * 9} for i in range(4)],
    )
    before = set(tmp_path.rglob("*"))
    notes = read_notes(corpus, masked.tokenizer, extras=Extras(words=True))
    made = {path for path in set(tmp_path.rglob("*")) - before if path.is_file()}
    (path,) = files(corpus)
    assert made <= {path, path.parent.parent / token_file.LOCK}
    assert np.asarray(notes.ids).tobytes() in path.read_bytes()
