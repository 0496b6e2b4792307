"""Sentences and their labels as they are read from the corpus."""

from __future__ import annotations

import pytest

from tests.fixtures.mentions import with_spans
from tests.fixtures.sentences import MARKED, sentence_corpus
from wardspace.config import SentencesConfig
from wardspace.core.errors import WardspaceError
from wardspace.corpus.note.sentences import sentences
from wardspace.corpus.schema import SPLITS
from wardspace.tasks import Texts, kind_of

TEXT = "Seen today. Take aspirin.\nCall us\nin a week."


def gold_of(corpus, **options):
    task = SentencesConfig.model_validate({"name": "s", "spans": "entities", **options})
    return kind_of(task).gold(Texts(corpus), task, SPLITS)


def corpus_of(folder, *spans):
    """Twenty notes; the others are as the first."""
    every = [*spans, *[spans[0]] * (20 - len(spans))]
    records = [[dict(zip(("start", "end", "labels"), one, strict=True)) for one in own] for own in every]
    return with_spans(folder, [TEXT] * 20, records, MARKED)


def said(gold, row=0):
    text = gold.texts.of(gold.asked(gold.rows("train")).rows)[row]
    return {
        text[one.start : one.end]: {name for name, has in zip(gold.classes, flags, strict=True) if has}
        for one, flags in zip(gold.sentences[row], gold.flags[row], strict=True)
    }


def test_every_sentence_is_marked(tmp_path):
    marked = [(12, 25, "drug | advice"), (0, 11, None), (26, 44, "follow-up"), (26, 44, "advice")]
    gold = gold_of(corpus_of(tmp_path / "corpus", marked))
    assert said(gold) == {
        "Seen today.": set(),
        "Take aspirin.": {"drug", "advice"},
        "Call us\nin a week.": {"follow-up", "advice"},
    }
    assert gold.classes == ("advice", "drug", "follow-up")
    assert any("20 sentences marked twice" in one for one in gold.warnings)


def test_stretches_give_their_labels_to_the_sentences_that_they_share_a_word_with(tmp_path):
    marked = [(17, 24, "drug"), (7, 16, "advice"), (25, 27, "follow-up")]  # the last one from a line break
    gold = gold_of(corpus_of(tmp_path / "corpus", marked), marked="stretches")
    assert said(gold) == {
        "Seen today.": {"advice"},
        "Take aspirin.": {"drug", "advice"},
        "Call us\nin a week.": {"follow-up"},
    }
    assert [*gold.sentences[0]] == sentences(TEXT)


@pytest.mark.parametrize(("unlabelled", "kept"), [("none", 20), ("aside", 19)])
def test_notes_without_a_label(tmp_path, unlabelled, kept):
    corpus = corpus_of(tmp_path / "corpus", [(0, 11, "a"), (12, 25, "")], [(0, 11, "")])
    gold = gold_of(corpus, unlabelled=unlabelled)
    assert sum(len(gold.rows(split)) for split in SPLITS) == kept
    assert any("n0001" in one for one in gold.warnings) == (kept == 19)


def test_a_note_without_a_sentence_is_left_out_and_named(tmp_path):
    gold = gold_of(corpus_of(tmp_path / "corpus", [(0, 11, "a")], []))
    assert gold.split[1] == "aside" and any("n0001" in one for one in gold.warnings)


def test_labels_that_a_split_lacks_are_named(tmp_path):
    spans = [[(0, 11, "a")]] * 4 + [[(0, 11, "a|rare")]]  # the fifth note is of test
    gold = gold_of(corpus_of(tmp_path / "corpus", *spans))
    assert any("rare" in one and "training" in one for one in gold.warnings)
    gold = gold_of(corpus_of(tmp_path / "other", *spans), min_sentences=2)
    assert gold.classes == ("a",) and any("rare 1" in one for one in gold.warnings)
    assert gold_of(corpus_of(tmp_path / "third", *spans), labels=["rare"]).classes == ("rare",)


def test_what_cannot_be_a_task_is_said(tmp_path):
    corpus = corpus_of(tmp_path / "corpus", [(0, 11, "a")])
    with pytest.raises(WardspaceError, match="no field 'kind'"):
        gold_of(corpus, label="kind")
    with pytest.raises(WardspaceError, match="no label of b"):
        gold_of(corpus, labels=["b"])
    with pytest.raises(WardspaceError, match="no label has 50"):
        gold_of(corpus, min_sentences=50)
    with pytest.raises(WardspaceError, match="in the train split"):
        gold_of(corpus_of(tmp_path / "bare", *[[]] * 4, [(0, 11, "a")], *[[]] * 15))


def test_truth_is_a_row_a_sentence_and_holds_no_text(tmp_path):
    gold = gold_of(sentence_corpus(tmp_path / "corpus", 20))
    rows = gold.truth("test").to_pylist()
    asked = gold.units("test")
    assert [(row["note_id"], row["start"], row["end"]) for row in rows] == [
        (name, *one) for name, own in zip(asked.note_id, asked.sentences, strict=True) for one in own
    ]
    assert [row["truth"] for row in rows] == gold.labels(asked.rows).tolist()
    assert next(asked.words()) == asked.texts.of(asked.rows)[0][slice(*asked.sentences[0][0])]
    assert "aspirin" not in str(rows)
