import json
import stat

import pytest

from tests.corpus.review.test_corrections import COLUMNS, MISSED, OPTIONS, reviewed, write
from tests.fixtures.sources import corpus_config
from wardspace.core.errors import CorpusError
from wardspace.corpus.review import Example, reviewed_examples, write_examples


@pytest.fixture
def examples(tmp_path):
    source = write(tmp_path / "notes.jsonl")
    run = tmp_path / "run"
    run.mkdir()
    path, ids = reviewed(run, source, 5)
    found = list(reviewed_examples(corpus_config(source, COLUMNS, **OPTIONS), path, show_progress=False))
    assert {example.note_id for example in found} == ids
    return found


def test_examples_are_the_notes_with_what_a_person_marked(examples):
    for example in examples:
        assert example.text.startswith("😀 Sister")
        found = [(example.text[start:end], kind) for start, end, kind in example.spans]
        assert found == [(MISSED, "NAME"), ("12 April 2019", "DATE")]


def test_a_note_with_other_words_is_no_example(tmp_path, examples):
    source = write(tmp_path / "notes.jsonl", words="No cough.")
    config = corpus_config(source, COLUMNS, **OPTIONS)
    assert list(reviewed_examples(config, tmp_path / "run" / "review.jsonl", show_progress=False)) == []


def test_they_are_written_only_outside_the_run(tmp_path, examples):
    run, path = tmp_path / "run", tmp_path / "examples.jsonl"
    for inside in (
        run / "examples.jsonl",
        run / "corpus" / "examples.jsonl",
        tmp_path / "x" / ".." / "run" / "e.jsonl",
    ):
        with pytest.raises(CorpusError, match="raw notes"):
            write_examples(examples, inside, run)
    assert write_examples(examples, path, run) == 5
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    read = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    assert [Example(one["note_id"], one["text"], tuple(map(tuple, one["spans"]))) for one in read] == examples
    with pytest.raises(CorpusError, match="already"):
        write_examples(examples, path, run)
