import pytest

from tests.report.build import small_results
from wardspace.report.findings.label_efficiency import reached_finding
from wardspace.report.score_table import Board
from wardspace.results.results import Score


def told(curve, all_labels=0.6):
    """What is said of a model whose scores with 8, 16, 32 labels are these, where the base with all has 60 points."""
    results = small_results({"mlm": [(value - 0.5, 0, 0) for value in curve]})
    common = {"task": "t", "setting": "logistic", "shots": None, "metric": "macro_f1", "seed": None, "split": "test"}
    scores = [Score(model=name, value=all_labels, n=100, groups=40, **common) for name in ("base", "mlm")]
    return reached_finding(
        Board(results.model_copy(update={"scores": [*results.scores, *scores]})), "t", "macro_f1"
    ).text


@pytest.mark.parametrize(
    ("curve", "words"),
    [
        ((0.61, 0.62, 0.63), "mlm reaches it already with 8 labels per class, the fewest tried"),
        ((0.52, 0.58, 0.61), "mlm reaches it with between 16 and 32 labels per class"),
        ((0.52, 0.54, 0.58), "no adapted model does with 32 labels per class, the most tried short of all"),
    ],
)
def test_labels_are_read_between_the_numbers_tried(curve, words):
    assert words in told(curve)
    assert told(curve).startswith("What base reaches with all labels (60.0): ")


def test_the_base_is_told_where_it_gets_there_itself():
    words = told((0.52, 0.56, 0.57), all_labels=0.5)
    assert words.startswith("What base reaches with all labels (50.0): base itself reaches it already with 8 labels")
    assert "; mlm reaches it already with 8 labels per class" in words
    assert "itself" not in told((0.61, 0.62, 0.63))


def test_no_few_labels_no_sentence():
    assert reached_finding(Board(small_results({})), "t", "macro_f1") is None
