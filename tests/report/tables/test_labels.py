"""Scores by class: which tables there are, and what is in them."""

from tests.report.build import small_results
from wardspace.report.page import task_view
from wardspace.report.score_table import Board
from wardspace.report.tables.labels import label_view
from wardspace.results import Score

COUNTS = {"a": 30, "b": 70}


def labelled(**kinds):
    results = small_results({"mlm": [(0.1, 0.05, 0.15)]})
    common = {"task": "t", "shots": None, "seed": None, "split": "test", "groups": 40}
    found = [
        Score(model=model, setting=setting, metric="f1", label=label, value=0.5, low=0.4, high=high, n=n, **common)
        for setting in ("head", "logistic")
        for model in ("mlm", "base")
        for (label, n), high in zip(COUNTS.items(), (0.6, None), strict=True)
    ]
    whole = [one.model_copy(update={"label": None, "n": 100}) for one in found]
    return Board(results.model_copy(update={"scores": [*results.scores, *whole, *found], "kinds": kinds}))


def test_one_table_for_each_setting_with_a_row_for_each_class():
    view = label_view(labelled(), "t")
    assert [table.place.setting for table in view.first] == ["logistic", "head"] and view.others == []
    assert (view.label, view.units, view.total) == ("class", "notes", 100)
    for table in view.first:
        assert table.models == ["base", "mlm"]
        assert [(label, n) for label, n, _ in table.rows] == list(COUNTS.items())
        assert [cells[0] for _, _, cells in table.rows] == [("50.0", "40.0 to 60.0"), ("50.0", "")]


def test_scores_by_class_are_no_scores_of_the_task():
    board = labelled()
    assert {score.n for place in board.places("t", "f1") for score in [board.score("t", "mlm", place, "f1")]} == {100}
    assert task_view(board, "t").n == 100


def test_without_them_there_is_no_table():
    assert label_view(Board(small_results({"mlm": [(0.1, 0.05, 0.15)]})), "t") is None
