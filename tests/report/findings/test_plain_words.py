import pytest

from tests.report.build import small_results
from tests.report.findings.test_verdict import WIDE
from wardspace.report.findings.plain_words import FEW_UNITS, cautions, common_mistakes, plain_words
from wardspace.report.score_table import Board
from wardspace.report.wording import plain_words as say
from wardspace.results import Difference, Mistake, Score

WHERE = {"task": "t", "setting": "logistic", "shots": None, "seed": None, "n": 230, "groups": 63}


def results_of(gap=None, **changes):
    """All labels: the base has an accuracy of 0.716, and mlm comes in where a gap is given."""
    models = {"base": 0.5} | ({"mlm": 0.6} if gap else {})
    scores = [
        Score(model=model, value=value, split=split, metric=metric, low=value - 0.05, high=value + 0.05, **WHERE)
        for model, first in models.items()
        for split in ("validation", "test")
        for metric, value in (("macro_f1", first), ("accuracy", 0.716))
    ]
    pairs = [
        Difference(
            model="mlm", against="base", task="t", setting="logistic", shots=None, metric="macro_f1",
            value=gap[0], low=gap[1], high=gap[2], tie=gap[1] <= 0, clear=gap[1] > 0,
        )
    ] if gap else []  # fmt: skip
    found = small_results({"mlm": [gap]} if gap else {})
    return found.model_copy(update={"scores": scores, "differences": pairs, **changes})


def mistake(truth, predicted, count, model="base", setting="logistic"):
    return Mistake(
        model=model, task="t", setting=setting, truth=truth, predicted=predicted, count=count, of=40, unit="note"
    )


def test_the_share_of_right_notes_is_said_in_hundreds_with_its_test_set():
    (sentence,) = plain_words(Board(results_of()))
    assert "72 of 100" in sentence.text
    assert "66.6 to 76.6" in sentence.text
    assert "230 test notes of 63 patients" in sentence.text
    assert sentence.tone == "plain"


@pytest.mark.parametrize(("truth", "predicted"), [("heart", "lung"), ("heart", None), (None, "lung")])
def test_the_commonest_mistake_of_the_advised_model_is_named(truth, predicted):
    own = [mistake(truth, predicted, 12), mistake("lung", "heart", 3)]
    others = [mistake("x", "y", 30, model="mlm"), mistake("x", "y", 30, setting="head")]
    board = Board(results_of(mistakes=[*others, *own]))
    (sentence,) = plain_words(board)
    assert sentence.text.endswith(say.mistake(own[0], "notes"))
    assert common_mistakes(board, "t").rows == own


def test_a_mistake_is_counted_in_what_was_decided():
    """Of mentions, where notes are scored."""
    own = mistake("Drug", None, 12).model_copy(update={"kind": "missed", "unit": "mention"})
    (sentence,) = plain_words(Board(results_of(mistakes=[own])))
    assert sentence.text.endswith(say.mistake(own, "mentions"))


def test_what_test_cannot_decide_is_said_first():
    (sentence,) = plain_words(Board(results_of(WIDE)))
    assert sentence.tone == "tie"
    (decided,) = plain_words(Board(results_of((0.1, 0.05, 0.15))))
    assert decided.tone == "plain"
    assert len(sentence.text) > len(decided.text)


def test_small_test_sets_come_before_the_warnings_of_the_run():
    assert cautions(Board(results_of(warnings=["x"]))) == ["x"]
    for size in ({"n": FEW_UNITS - 1}, {"groups": 19}):
        found = results_of(warnings=["x"])
        few = found.model_copy(update={"scores": [one.model_copy(update=size) for one in found.scores]})
        first, second = cautions(Board(few))
        units = few.scores[0]
        assert first == say.few_tested("t", units.n, ("note", "notes"), units.groups)
        assert second == "x"


def test_banners_are_not_said_twice(html):
    assert html.count("A program wrote these notes") == 1
    assert html.count("no findings.") == 1
