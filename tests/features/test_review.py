"""A corpus is made anew for what a person said of it, and for nothing else."""

from __future__ import annotations

import json

import pytest

from tests.corpus.review.made import answer, said
from tests.fixtures.studies import small_study
from wardspace.core.errors import CorpusError
from wardspace.corpus import Corpus
from wardspace.corpus.review import Review
from wardspace.study import Study


@pytest.fixture
def study(tmp_path):
    values = small_study(tmp_path)
    values["corpus"] |= {"deidentify": {}, "workers": 0, "clean": {}}
    return Study.parse(values, tmp_path / "run")


def judged(study, count, word):
    """Mark a word of each note drawn."""
    with study.review_opened() as file:
        review = Review.draw(study.config.corpus, count, file, study.folder.corpus, show_progress=False)
        for number, note in enumerate(review.notes):
            found = [said("accepted", (f.start, f.end), f.type, i) for i, f in enumerate(note.findings)]
            start = note.text.index(word)
            review.judge(number, answer(*found, said("missed", (start, start + len(word)))))


def events(study):
    lines = [json.loads(line) for line in study.folder.log.read_text().splitlines()]
    return [line["event"] for line in lines if line["stage"] == "prepare"]


def hidden(study, word):
    return sum(word not in text for text in Corpus.open(study.folder.corpus).table(["text"])["text"].to_pylist())


def test_judgements_are_applied_when_the_corpus_is_prepared_again(study):
    study.run("prepare")
    judged(study, 3, "umbrella")
    assert hidden(study, "umbrella") == 0
    study.run("prepare", apply_review=False)
    assert (hidden(study, "umbrella"), events(study)[-1]) == (0, "kept")
    study.run("prepare")
    assert (hidden(study, "umbrella"), events(study)[-1]) == (3, "finished")
    study.run("prepare")
    study.run("prepare", apply_review=False)
    assert events(study)[-2:] == ["kept", "kept"]
    judged(study, 5, "umbrella")
    study.run("prepare", apply_review=False)
    assert (hidden(study, "umbrella"), events(study)[-1]) == (3, "kept")
    study.run("prepare")
    assert hidden(study, "umbrella") == 5


def test_a_review_is_applied_with_whatever_else_has_changed(study, tmp_path):
    study.run("prepare")
    judged(study, 3, "umbrella")
    values = study.config.resolved()
    values["corpus"]["clean"]["titles"] = True
    changed = Study.parse(values, tmp_path / "run")
    changed.run("prepare", apply_review=False)
    assert hidden(changed, "umbrella") == 3
    changed.run("prepare")
    assert events(changed)[-1] == "kept"


def test_a_file_elsewhere_is_read_and_written(study, tmp_path):
    path = tmp_path / "kept" / "ours.jsonl"
    values = study.config.resolved()
    values["corpus"]["deidentify"]["review"] = str(path)
    other = Study.parse(values, tmp_path / "other")
    with pytest.raises(CorpusError, match="no such file of judgements"):
        other.run("prepare")
    judged(other, 4, "umbrella")
    other.run("prepare")
    assert hidden(other, "umbrella") == 4
    assert not other.folder.review.exists()
    # where the file lies changes nothing
    path.rename(other.folder.review)
    values["corpus"]["deidentify"]["review"] = None
    again = Study.parse(values, tmp_path / "other")
    again.run("prepare")
    assert events(again)[-1] == "kept"
