import pytest

from tests.report.build import small_results
from wardspace.report.findings.label_efficiency import label_efficiency
from wardspace.report.score_table import Board
from wardspace.report.wording import guidance as say
from wardspace.results import Score


def label_efficiency_of(curve, all_labels=0.6):
    """The finding for a model with these scores at 8, 16, 32 labels; the base scores `all_labels` with all."""
    results = small_results({"mlm": [(value - 0.5, 0, 0) for value in curve]})
    common = {"task": "t", "setting": "logistic", "shots": None, "metric": "macro_f1", "seed": None, "split": "test"}
    scores = [Score(model=name, value=all_labels, n=100, groups=40, **common) for name in ("base", "mlm")]
    board = Board(results.model_copy(update={"scores": [*results.scores, *scores]}))
    return label_efficiency(board, "t", "macro_f1").text


@pytest.mark.parametrize(
    ("curve", "clause"),
    [
        ((0.61, 0.62, 0.63), say.reaches("mlm", None, "8 labels per class")),
        ((0.52, 0.58, 0.61), say.reaches("mlm", 16, "32 labels per class")),
        ((0.52, 0.54, 0.58), say.does_not_reach([], "32 labels per class")),
    ],
)
def test_labels_are_read_between_the_numbers_tried(curve, clause):
    assert label_efficiency_of(curve) == say.label_efficiency("base", 0.6, "with all labels", [clause])


def test_the_base_is_named_where_it_needs_fewer_labels_itself():
    clauses = [say.reaches(name, None, "8 labels per class") for name in ("base", "mlm")]
    text = label_efficiency_of((0.52, 0.56, 0.57), all_labels=0.5)
    assert text == say.label_efficiency("base", 0.5, "with all labels", clauses)


def test_no_few_labels_no_sentence():
    assert label_efficiency(Board(small_results({})), "t", "macro_f1") is None
