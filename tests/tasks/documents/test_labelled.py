from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.fixtures.corpora import write_corpus
from tests.fixtures.labels import make_task
from wardspace.core.errors import WardspaceError
from wardspace.corpus import Corpus
from wardspace.tasks.documents.labelled import labelled


def _corpus(folder: Path, labels: dict[str, list[str | None]]) -> Corpus:
    """`labels` gives the label of each note of each split."""
    rows = [
        {
            "note_id": f"{split}-{i}",
            "patient_id": f"{split}-p{i // 2}",
            "text": "a note",
            "split": split,
            "specialty": v,
        }
        for split, values in labels.items()
        for i, v in enumerate(values)
    ]
    return write_corpus(folder, rows, ["specialty"])


def test_labels_are_aligned_with_the_corpus_and_classes_are_sorted(tmp_path):
    corpus = _corpus(
        tmp_path / "c", {"train": ["b", "a", None, "b", " "], "validation": ["a", "b"], "test": ["b", "a"]}
    )
    found = labelled(corpus, make_task())
    assert found.classes == ("a", "b")
    assert found.codes.dtype == np.int32
    assert found.codes.tolist() == [1, 0, -1, 1, -1, 0, 1, 1, 0]
    assert found.note_id.tolist() == corpus.table(["note_id"])["note_id"].to_pylist()
    assert found.group[0] == "train-p0"
    assert found.rows("train").tolist() == [0, 1, 3]
    assert found.rows("validation").tolist() == [5, 6]
    (blank,) = found.warnings
    assert "2 of 9" in blank


def test_small_classes_stand_aside_and_are_named_with_their_counts(tmp_path):
    full = ["a", "a", "b", "b"]
    corpus = _corpus(tmp_path / "c", {"train": [*full, "rare", "rare"], "validation": full, "test": [*full, "one"]})
    found = labelled(corpus, make_task(min_notes=3))
    assert found.classes == ("a", "b")
    assert found.codes[4:6].tolist() == [-1, -1]
    (warning,) = found.warnings
    assert (
        "fewer than 3 notes" in warning and "rare 2" in warning and "one 1" in warning and "3 notes in all" in warning
    )


def test_a_class_absent_from_a_split_is_an_error_that_names_it(tmp_path):
    corpus = _corpus(
        tmp_path / "c", {"train": ["a", "b", "gone"], "validation": ["a", "b", "gone"], "test": ["a", "b"]}
    )
    with pytest.raises(WardspaceError) as caught:
        labelled(corpus, make_task())
    message = str(caught.value)
    assert "gone (not in test)" in message
    assert "absent_classes: drop" in message and "min_notes" in message


def test_an_absent_class_is_dropped_where_the_task_says_so(tmp_path):
    corpus = _corpus(
        tmp_path / "c",
        {"train": ["a", "b", "gone"], "validation": ["a", "b", "gone", "late"], "test": ["a", "b", "late"]},
    )
    found = labelled(corpus, make_task(absent_classes="drop"))
    assert found.classes == ("a", "b")
    (warning,) = found.warnings
    assert "train, test" in warning and "gone 2" in warning and "late 2" in warning


@pytest.mark.parametrize(
    ("labels", "told"),
    [
        ({"train": [None], "validation": [None], "test": [" "]}, "no note has a value in specialty"),
        ({"train": ["a", "a"], "validation": ["a"], "test": ["a"]}, "two are needed"),
        ({"train": ["a", "b"], "validation": ["a"], "test": ["a"]}, "two are needed"),
    ],
)
def test_fewer_than_two_classes_are_an_error(tmp_path, labels, told):
    with pytest.raises(WardspaceError, match=told):
        labelled(_corpus(tmp_path / "c", labels), make_task(min_notes=2))


def test_free_text_in_the_label_column_does_not_reach_messages(tmp_path):
    notes = [f"Mrs Example was admitted with chest pain on day {i} and sent home later" for i in range(4)]
    corpus = _corpus(tmp_path / "c", {"train": notes[:2], "validation": notes[2:3], "test": notes[3:]})
    with pytest.raises(WardspaceError) as caught:
        labelled(corpus, make_task())
    assert "Example" not in str(caught.value)


def test_classes_short_of_shots_are_told_once(tmp_path):
    full = ["a", "b"]
    corpus = _corpus(tmp_path / "c", {"train": ["a"] * 20 + ["b"] * 5, "validation": full, "test": full})
    assert labelled(corpus, make_task(shots=[4])).warnings == ()
    (warning,) = labelled(corpus, make_task(shots=[4, 8, 16])).warnings
    assert "b 5" in warning and "a 20" not in warning
