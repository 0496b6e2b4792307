import pytest

from tests.report.build import small_results
from wardspace.report.findings.findings import comparisons
from wardspace.report.score_table import Board, Place
from wardspace.results import Difference

TIE, ALONE = (0.004, -0.006, 0.013), (0.021, 0.008, 0.033, "alone")
PLACE = Place("logistic", 8)


def board_of(**gaps):
    results = small_results(gaps)
    base = [one.model_copy(update={"family": "base"}) for one in results.differences]
    fields = {"task": "t", "setting": "logistic", "shots": 8, "metric": "macro_f1", "family": "pairs"}
    pairs = [
        Difference(model="mlm", against="tfidf", value=0.03, low=0.01, high=0.05, tie=False, clear=False, **fields),
        Difference(model="base", against="tfidf", value=-0.01, low=-0.03, high=0.01, tie=True, clear=False, **fields),
    ]
    noisy = [base[0].model_copy(update={"setting": "private_head"})]
    return Board(results.model_copy(update={"differences": [*base, *pairs, *noisy]}))


@pytest.mark.parametrize(
    ("against", "number"),
    [
        ("base", 4),  # two models, two numbers of labels
        ("tfidf", 3),  # the pairs of three models
    ],
)
def test_comparisons_corrected_together_are_counted(against, number):
    board = board_of(mlm=[ALONE, ALONE], tfidf=[TIE, TIE])
    assert comparisons(board, board.difference("t", "mlm", PLACE, "macro_f1", against=against)) == number


def test_a_tie_needs_no_correction():
    board = board_of(mlm=[TIE], tfidf=[TIE])
    assert comparisons(board, board.difference("t", "mlm", PLACE, "macro_f1")) is None
