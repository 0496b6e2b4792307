import os
import stat
import subprocess
import sys

import pytest

from tests.corpus.annotation.made import said, spans
from wardspace.core.errors import CorpusError
from wardspace.corpus.annotation import ADJUDICATED, Annotations, annotation_file
from wardspace.corpus.annotation.kept import FOLDER, kept_over


def written(corpus, *lines):
    for one in lines:
        with annotation_file(corpus, one.annotator) as file:
            file.add(one)
    return Annotations.read(corpus)


def test_what_was_said_last_of_a_note_counts(tmp_path):
    first, second = said("plain", spans("plain")), said("plain", (), time="2")
    annotations = written(tmp_path, first, second, said("astral", spans("astral")))
    assert annotations.of("ann", "drugs", "spans")["plain"] == second
    assert set(annotations.of("ann", "drugs", "spans")) == {"plain", "astral"}
    assert annotations.of("ann", "drugs", "label") == annotations.of("ann", "urgency", "label") == {}
    assert stat.S_IMODE((tmp_path / FOLDER / "ann.jsonl").stat().st_mode) == 0o600


def test_a_skipped_note_takes_an_answer_back(tmp_path):
    annotations = written(
        tmp_path, said("plain", "urgent"), said("plain", None, time="2", kind="label", column="urgency")
    )
    assert annotations.gold("urgency", "label") == {}


def test_a_page_that_was_killed_in_the_middle_of_a_line_loses_nothing_before_it(tmp_path):
    written(tmp_path, said("plain", spans("plain")))
    path = tmp_path / FOLDER / "ann.jsonl"
    whole = path.read_bytes()
    path.write_bytes(whole + whole[:50])
    assert set(Annotations.read(tmp_path).gold("drugs", "spans")) == {"plain"}
    assert set(written(tmp_path, said("astral", ())).gold("drugs", "spans")) == {"plain", "astral"}


def test_two_annotators_work_at_once_and_one_annotator_only_once(tmp_path):
    with annotation_file(tmp_path, "ann") as one, annotation_file(tmp_path, "ben") as other:
        one.add(said("plain", spans("plain")))
        other.add(said("plain", (), "ben"))
        with pytest.raises(CorpusError, match="another process"):
            annotation_file(tmp_path, "ann")
    found = Annotations.read(tmp_path).by_annotator("drugs", "spans")
    assert {name: notes["plain"].value for name, notes in found.items()} == {"ann": spans("plain"), "ben": ()}


def test_what_is_adjudicated_counts_above_what_is_said_last(tmp_path):
    lines = [said("plain", "urgent"), said("plain", "routine", "ben", time="3"), said("astral", "urgent")]
    annotations = written(tmp_path, *lines, said("astral", "urgent", "ben"))
    assert annotations.gold("urgency", "label")["plain"].value == "routine"
    assert list(annotations.differing("urgency", "label")) == ["plain"]
    annotations = written(tmp_path, said("plain", "urgent", ADJUDICATED, time="2"))
    assert annotations.gold("urgency", "label")["plain"].value == "urgent"
    assert annotations.differing("urgency", "label") == {}
    assert set(annotations.by_annotator("urgency", "label")) == {"ann", "ben"}


def test_a_decision_on_other_words_decides_nothing(tmp_path):
    old = said("plain", "urgent", ADJUDICATED, text="other words")
    annotations = written(tmp_path, old, said("plain", "routine"), said("plain", "urgent", "ben"))
    assert list(annotations.differing("urgency", "label")) == ["plain"]
    assert annotations.gold("urgency", "label")["plain"].annotator != ADJUDICATED


@pytest.mark.parametrize("name", ["", "../ann", "a/b", ".hidden", "_batches", "a" * 61, "a b"])
def test_what_cannot_name_a_file_is_no_annotator(tmp_path, name):
    with pytest.raises(CorpusError, match="cannot name a file"):
        annotation_file(tmp_path, name)


def test_a_damaged_line_is_named(tmp_path):
    written(tmp_path, said("plain", "urgent"))
    path = tmp_path / FOLDER / "ann.jsonl"
    path.write_bytes(path.read_bytes() + b'{"note_id": "zebrafish"}\n')
    with pytest.raises(CorpusError, match="no annotation") as caught:
        Annotations.read(tmp_path)
    assert "zebrafish" not in str(caught.value)


def test_a_corpus_that_is_replaced_keeps_what_is_being_written(tmp_path):
    old, new = tmp_path / "old", tmp_path / "new"
    new.mkdir()
    kept_over(old, new)
    assert not (new / FOLDER).exists()
    with annotation_file(old, "ann") as file:
        file.add(said("plain", "urgent"))
        kept_over(old, new)
        with pytest.raises(CorpusError, match="another process"):
            annotation_file(new, "ann")
        file.add(said("astral", "urgent"))
    assert set(Annotations.read(new).gold("urgency", "label")) == {"plain", "astral"}


def test_where_files_cannot_be_linked_they_are_copied(tmp_path, monkeypatch):
    written(tmp_path / "old", said("plain", "urgent"))
    (tmp_path / "new").mkdir()

    def refused(*_):
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "link", refused)
    kept_over(tmp_path / "old", tmp_path / "new")
    assert set(Annotations.read(tmp_path / "new").gold("urgency", "label")) == {"plain"}


@pytest.mark.processes
def test_a_process_that_is_killed_leaves_its_file_free(tmp_path):
    script = (
        "import os, sys; from pathlib import Path; from wardspace.corpus.annotation import Annotation, annotation_file;"
        "file = annotation_file(Path(sys.argv[1]), 'ann');"
        "file.add(Annotation.model_validate_json(sys.argv[2])); os.kill(os.getpid(), 9)"
    )
    line = said("plain", "urgent").model_dump_json()
    command = [sys.executable, "-c", script, str(tmp_path), line]
    assert subprocess.run(command, check=False).returncode == -9
    assert set(written(tmp_path, said("astral", "urgent")).gold("urgency", "label")) == {"plain", "astral"}
