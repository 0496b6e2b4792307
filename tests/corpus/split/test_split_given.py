from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.corpus.split.test_split import assign as shared_out
from tests.fixtures.corpora import split_step
from tests.fixtures.sources import csv_text, prepared, rejected
from wardspace.config import SplitConfig
from wardspace.core.errors import CorpusError
from wardspace.corpus.prepare.ledger import Ledger
from wardspace.corpus.split.split import known_split, share_out, splits_of_notes


def assign(folder, given_splits, config=None):
    """Splits of patients, one note each, to some of whom the source gives a split."""
    with Ledger(folder / "ledger") as ledger:
        for patient, split in given_splits.items():
            ledger.add(patient, patient, None, None)
            if split:
                assert ledger.give(patient, split)
        shares = share_out(ledger.connection, config or SplitConfig(), 2**63 - 1)
        return dict(zip(given_splits, splits_of_notes(ledger.connection, 2**63 - 1), strict=True)), shares.given


def table(tmp_path, rows):
    path = tmp_path / "notes.csv"
    path.write_text(
        csv_text([(f"n{i}", *row, f"text {i}") for i, row in enumerate(rows)], ("id", "who", "fold", "text"))
    )
    return path


COLUMNS = {"note_id": "id", "patient_id": "who", "split": "fold"}


@pytest.mark.parametrize(
    ("value", "split"),
    [
        ("Train", "train"),
        ("dev", "validation"),
        ("tuning", "validation"),
        ("held_out", "test"),
        ("0", None),
        (None, None),
    ],
)
def test_values_and_their_synonyms(value, split):
    assert known_split(value) == split


def test_a_published_split_is_kept_as_it_is(tmp_path):
    names = ["train", "val", "test"]
    rows = [(f"p{i}", names[i % 3]) for i in range(60) for _ in range(2)]
    corpus = prepared(table(tmp_path, rows), tmp_path / "corpus", COLUMNS)
    found = corpus.table()
    expected = {"train": "train", "val": "validation", "test": "test"}
    assert found["split"].to_pylist() == [expected[split] for _, split in rows]
    assert corpus.manifest.roles["split"] == "fold"
    assert split_step(corpus)["given"]["patients"] == 60
    assert corpus.manifest.counts["splits"]["test"] == {"notes": 40, "patients": 20}
    assert corpus.manifest.warnings == []


def test_a_column_named_split_may_be_the_split(tmp_path):
    (tmp_path / "notes.csv").write_text("note_id,split,text\n1,train,a\n2,test,b\n3,dev,c\n")
    corpus = prepared(tmp_path / "notes.csv", tmp_path / "corpus", {"split": "split"})
    assert corpus.table()["split"].to_pylist() == ["train", "test", "validation"]


def test_an_unknown_value_is_a_reject_and_an_empty_one_means_train(tmp_path):
    rows = [("p", "train"), ("q", "fold 3"), ("r", ""), ("s", "test"), ("t", "dev")]
    corpus = prepared(table(tmp_path, rows), tmp_path / "corpus", COLUMNS)
    assert rejected(corpus) == [("notes.csv", 3, "n1", "unknown split")]
    assert "fold 3" not in corpus.rejects()["reason"].to_pylist()[0]
    assert corpus.table()["split"].to_pylist() == ["train", "train", "test", "validation"]
    assert "the source gives 1 patients no split: they went to train" in corpus.manifest.warnings


def test_a_patient_in_two_splits_stops_the_preparation(tmp_path):
    path = table(tmp_path, [("p", "train"), ("q", "test"), ("p", "test"), ("p", "training")])
    with pytest.raises(CorpusError, match="1 notes are in another split") as caught:
        prepared(path, tmp_path / "corpus", COLUMNS)
    assert "notes.csv, row 4" in str(caught.value)
    assert not (tmp_path / "corpus").exists()


def test_validation_is_taken_from_train_where_the_source_has_none(tmp_path):
    rows = [(f"p{i}", "test" if i % 5 == 0 else "train") for i in range(500)]
    corpus = prepared(table(tmp_path, rows), tmp_path / "corpus", COLUMNS)
    splits = Counter(corpus.table()["split"].to_pylist())
    assert splits["test"] == 100
    assert splits["validation"] == pytest.approx(400 * 0.1 / 0.8, abs=20)
    assert f"the source has no validation split: {splits['validation']} of its train patients" in "".join(
        corpus.manifest.warnings
    )


def test_without_patients_notes_are_counted(tmp_path):
    rows = "".join(f"{i},{'test' if i % 5 == 0 else 'train'},text {i}\n" for i in range(200))
    (tmp_path / "notes.csv").write_text("note_id,split,text\n" + rows)
    corpus = prepared(tmp_path / "notes.csv", tmp_path / "corpus", {"split": "split"})
    taken = Counter(corpus.table()["split"].to_pylist())["validation"]
    assert f"{taken} of its train notes were taken for it" in "".join(corpus.manifest.warnings)


def test_a_source_without_test_says_so(tmp_path):
    corpus = prepared(table(tmp_path, [("p", "train"), ("q", "dev")]), tmp_path / "corpus", COLUMNS)
    assert corpus.manifest.warnings == ["the source's own splits leave nothing in test"]


def test_a_column_that_is_empty_throughout_gives_no_split(tmp_path):
    rows = [(f"p{i}", "") for i in range(100)]
    corpus = prepared(table(tmp_path, rows), tmp_path / "corpus", COLUMNS)
    expected, _ = shared_out([(patient, None) for patient, _ in rows])
    assert corpus.table()["split"].to_pylist() == expected


@settings(max_examples=40, deadline=None)
@given(splits=st.lists(st.sampled_from(["train", "validation", "test", None]), min_size=1, max_size=60))
def test_given_splits_hold_whatever_the_others_are(tmp_path_factory, splits):
    asked = {f"p{i}": split for i, split in enumerate(splits)}
    found, summary = assign(tmp_path_factory.mktemp("ledger"), asked)
    if any(splits):
        for patient, split in asked.items():
            kept = split or "train"
            assert found[patient] == kept or (kept == "train" and found[patient] == "validation" and summary.carved)
        assert summary.carved == (0 if "validation" in splits else Counter(found.values())["validation"])
        train = sum(split in (None, "train") for split in splits)
        assert (summary.carved > 0) == ("validation" not in splits and train > 1)
        if train:
            assert "train" in found.values()
    else:
        assert summary.patients == 0
