from __future__ import annotations

import pickle
import shutil

import numpy as np
import pytest

from tests.fixtures.corpora import write_corpus
from tests.fixtures.objectives import tiny_masked
from wardspace.core.errors import CorpusError
from wardspace.training.data.notes import read_notes
from wardspace.training.data.tokens import Extras


def rows_of(*given):
    keys = ("note_id", "patient_id", "split", "note_type", "text")
    return [dict(zip(keys, row, strict=True)) for row in given]


ROWS = rows_of(
    ("a", "p1", "train", "x", "the patient denies fever"),
    ("b", "p2", "test", "z", "chest pain since monday"),
    ("c", "p3", "train", None, "no acute distress " * 100),
    ("d", "p4", "validation", "x", "left knee swelling"),
    ("e", "p5", "train", "y", "wound clean and dry"),
)


def test_only_training_notes_are_read_and_nothing_is_cut(tmp_path, masked):
    corpus = write_corpus(tmp_path / "corpus", ROWS)
    notes = read_notes(corpus, masked.tokenizer, columns=["note_type"])
    assert list(notes.note_ids) == ["a", "c", "e"]
    assert [len(note.ids) for note in notes] == [
        len(masked.tokenizer(row["text"], add_special_tokens=False, verbose=False)["input_ids"])
        for row in ROWS
        if row["split"] == "train"
    ]
    assert masked.tokenizer.decode(notes[0].ids) == "the patient denies fever"
    assert notes.categories == {"note_type": ["x", "y"]}
    assert [note.code("note_type") for note in notes] == [0, -1, 1]


def test_transductive_reads_all_texts_and_no_metadata_of_the_others(tmp_path, masked):
    corpus = write_corpus(tmp_path / "corpus", ROWS)
    notes = read_notes(corpus, masked.tokenizer, columns=["note_type"], transductive=True)
    assert list(notes.note_ids) == ["a", "b", "c", "d", "e"]
    assert notes.trainable.tolist() == [True, False, True, False, True]
    assert notes.categories == {"note_type": ["x", "y"]}
    assert [note.code("note_type") for note in notes] == [0, -1, -1, -1, 1]


@pytest.mark.parametrize("family", ["bert", "roberta"])
def test_pieces_of_a_word_share_its_index(family, tmp_path):
    masked = tiny_masked(tmp_path / "model", family)
    text = "unbelievable hypercholesterolaemia denies"
    corpus = write_corpus(tmp_path / "corpus", rows_of(("a", "p", "train", "x", text)))
    (note,) = read_notes(corpus, masked.tokenizer, extras=Extras(words=True))
    words = {}
    for token, word in zip(note.ids, note.words, strict=True):
        words.setdefault(int(word), []).append(int(token))
    spelled = [masked.tokenizer.decode(tokens).strip() for tokens in words.values()]
    assert spelled == text.split()
    assert len(words[1]) > 1


def test_an_empty_training_split_is_told(tmp_path, masked):
    corpus = write_corpus(tmp_path / "corpus", [row | {"split": "test"} for row in ROWS])
    with pytest.raises(CorpusError, match="no notes to adapt to"):
        read_notes(corpus, masked.tokenizer)


def test_an_unknown_column_is_told(tmp_path, masked):
    corpus = write_corpus(tmp_path / "corpus", ROWS)
    with pytest.raises(CorpusError, match="ward"):
        read_notes(corpus, masked.tokenizer, columns=["ward"])


def test_an_index_beyond_the_end_is_an_index_error(tmp_path, masked):
    notes = read_notes(write_corpus(tmp_path / "corpus", ROWS), masked.tokenizer)
    with pytest.raises(IndexError):
        notes[3]


def test_notes_are_the_same_by_index_and_one_after_the_other(tmp_path, masked, monkeypatch):
    monkeypatch.setattr("wardspace.training.data.notes._BLOCK", 2)
    corpus = write_corpus(tmp_path / "corpus", ROWS)
    notes = read_notes(corpus, masked.tokenizer, columns=["note_type"], transductive=True, extras=Extras(words=True))
    by_index = [notes[index] for index in range(len(notes))]
    for row, note, same in zip(ROWS, notes, by_index, strict=True):
        assert note.id == same.id == row["note_id"]
        assert note.ids.tolist() == same.ids.tolist()
        assert note.words.tolist() == same.words.tolist()
        assert note.targets == same.targets
    assert list(notes.patients) == [row["patient_id"] for row in ROWS]


@pytest.mark.parametrize("extras", [Extras(), Extras(words=True), Extras(words=True, offsets=True)])
def test_pickled_notes_take_no_tokens_along(tmp_path, masked, extras):
    rows = [row | {"text": row["text"] * 200} for row in ROWS]
    corpus = write_corpus(tmp_path / "corpus", rows)
    notes = read_notes(corpus, masked.tokenizer, columns=["note_type"], extras=extras)
    packed = pickle.dumps(notes)
    assert len(packed) < notes.ids.nbytes / 4
    again = pickle.loads(packed)
    assert not again.ids.flags.owndata
    for one, other in zip(notes, again, strict=True):
        assert (one.id, one.ids.tolist(), one.targets) == (other.id, other.ids.tolist(), other.targets)
        assert (one.words is None) == (other.words is None) == (not extras.words)
        assert (one.offsets is None) == (other.offsets is None) == (not extras.offsets)
    assert (again.hashes == notes.hashes).all()


def test_pickled_notes_tell_that_their_corpus_is_gone(tmp_path, masked):
    corpus = write_corpus(tmp_path / "corpus", ROWS)
    packed = pickle.dumps(read_notes(corpus, masked.tokenizer))
    shutil.rmtree(corpus.folder)
    with pytest.raises(CorpusError, match="gone or damaged"):
        pickle.loads(packed)


def test_a_column_without_any_value_has_no_categories(tmp_path, masked):
    corpus = write_corpus(tmp_path / "corpus", [row | {"note_type": None} for row in ROWS])
    notes = read_notes(corpus, masked.tokenizer, columns=["note_type"])
    assert notes.categories == {"note_type": []}
    assert notes.codes["note_type"].tolist() == [-1, -1, -1]
    assert notes.codes["note_type"].dtype == np.int32
