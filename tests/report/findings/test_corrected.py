import pytest

from tests.report.build import small_results
from wardspace.report.findings.findings import not_apart
from wardspace.report.score_table import Board, Place
from wardspace.results.results import Difference

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
    ("against", "said"),
    [
        ("base", "does not tell the two apart after correction for 4 comparisons"),  # two models, two numbers of labels
        ("tfidf", "does not tell the two apart after correction for 3 comparisons"),  # the pairs of three models
    ],
)
def test_where_the_interval_excludes_zero_the_correction_is_named(against, said):
    board = board_of(mlm=[ALONE, ALONE], tfidf=[TIE, TIE])
    assert not_apart(board, board.difference("t", "mlm", PLACE, "macro_f1", against=against)) == said


def test_a_tie_needs_no_correction():
    board = board_of(mlm=[TIE], tfidf=[TIE])
    assert not_apart(board, board.difference("t", "mlm", PLACE, "macro_f1")) == "does not tell the two apart"
