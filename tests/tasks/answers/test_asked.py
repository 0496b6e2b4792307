"""Questions as they are read: what is left out is counted and named, and the rest is used."""

from __future__ import annotations

import pytest

from tests.fixtures.questions import with_questions
from tests.tasks.answers.test_kind import gold_of, task_of
from wardspace.core.errors import WardspaceError

TEXT = "aspirin was started today"


def question(key, answerable=True, text="what was started ?"):
    return {"id": key, "question": text, "answerable": answerable}


def answer(key, start=0, end=7):
    return {"start": start, "end": end, "question_id": key}


def corpus_of(folder, asked, answers, text=TEXT):
    """A note of its own in training, beside good ones in every split."""
    good, right = [question("q", True), question("r", False)], [answer("q")]
    count = 10
    texts = [text, *[TEXT] * count]
    return with_questions(folder, texts, [asked, *[good] * count], [answers, *[right] * count])


@pytest.mark.parametrize(
    ("asked", "answers", "text", "named"),
    [
        ([question("x", True)], [], TEXT, "n0000#x"),  # its answer is nowhere in the note
        ([question("x", True)], [answer("x", 20, 99)], TEXT, "n0000#x"),
        ([question("x", True)], [answer("x", 3, 3)], TEXT, "n0000#x"),
        ([question("x", False)], [answer("x")], TEXT, "n0000#x"),
        ([question("x", True), question("x", True)], [answer("x")], TEXT, "n0000#x"),
        ([question("x", False, " ")], [], TEXT, "n0000#x"),
        ([question("x", False, None)], [], TEXT, "n0000#x"),
        ([question(None, False)], [], TEXT, "n0000#(question 1)"),
        ([question("x", False)], [], "  \n", "n0000#x"),
        ([], [answer("x")], TEXT, "n0000#x"),
        ("[{", [], TEXT, "n0000"),
        ("7", [], TEXT, "n0000"),
        ("[7]", [], TEXT, "n0000"),
    ],
)
def test_what_cannot_be_used_is_named(tmp_path, asked, answers, text, named):
    gold = gold_of(corpus_of(tmp_path / "corpus", asked, answers, text), task_of())
    assert len(gold.warnings) == 1 and named in gold.warnings[0] and "1 question" in gold.warnings[0]
    assert len(gold.questions[0]) == (named == "n0000#x" and len(asked) == 2)
    assert [len(own) for own in gold.questions[1:]] == [2] * 10


def test_names_are_of_notes_and_questions_and_no_words_of_either(tmp_path):
    asked = [question(f"x{i}", True, "secret words ?") for i in range(9)]
    gold = gold_of(corpus_of(tmp_path / "corpus", asked, []), task_of())
    (said,) = gold.warnings
    assert "9 questions" in said and "n0000#x4" in said and "n0000#x5" not in said and "secret" not in said


def test_several_right_answers_and_notes_that_nothing_is_asked_of(tmp_path):
    corpus = corpus_of(tmp_path / "corpus", None, None)
    gold = gold_of(corpus, task_of())
    assert gold.split[0] == "aside" and not gold.warnings and gold.classes == ("answerable", "unanswerable")
    both = corpus_of(tmp_path / "both", [question("x")], [answer("x", 12, 19), answer("x"), answer("x")])
    truth = gold_of(both, task_of()).truth("train").to_pylist()
    assert truth[0]["answers"] == [{"start": 0, "end": 7}, {"start": 12, "end": 19}]
    assert (truth[0]["note_id"], truth[0]["note"], truth[0]["group"]) == ("n0000#x", "n0000", "p0000")


def test_a_task_without_questions_or_without_an_answer_is_refused(tmp_path):
    texts = [TEXT] * 10
    with pytest.raises(WardspaceError, match="train split"):
        gold_of(with_questions(tmp_path / "none", texts, [None] * 10, [None] * 10), task_of())
    asked = [[question("x", False)]] * 10
    with pytest.raises(WardspaceError, match="nothing to learn"):
        gold_of(with_questions(tmp_path / "no", texts, asked, [[]] * 10), task_of())
