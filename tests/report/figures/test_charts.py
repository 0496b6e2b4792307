"""Which figures of scores by label budget there are, and whose lines are in them."""

from tests.report.build import small_results
from wardspace.report.figures.charts import few_shot_curves
from wardspace.report.score_table import Board
from wardspace.results import ModelRecord, Score, SettingRecord

DICTIONARY = SettingRecord(name="dictionary", family="baseline", trained="head")


def board_of(*runs):
    """Scores of runs (setting, model, budgets)."""
    results = small_results({"mlm": [(0.1, 0.05, 0.15)]})
    common = {"task": "t", "seed": None, "split": "test", "metric": "macro_f1", "n": 100, "groups": 40, "value": 0.5}
    scores = [
        Score(setting=setting, model=model, shots=shots, **common) for setting, model, sizes in runs for shots in sizes
    ]
    models = [ModelRecord(name="dictionary", kind="baseline", dimension=None), *results.models]
    settings = [DICTIONARY, *results.settings]
    return Board(results.model_copy(update={"scores": scores, "models": models, "settings": settings}))


def lines(panel):
    return {name for name in ("dictionary", "base", "mlm") if f"{name} 50.0" in panel.svg}


def test_one_figure_for_each_setting_with_the_baselines_in_each():
    board = board_of(
        ("dictionary", "dictionary", [5, 20, None]),
        ("head", "base", [5, 20, None]),
        ("head", "mlm", [5, 20, None]),
        ("finetune", "base", [20, None]),
        ("logistic", "base", [None]),
    )
    head, tuned = few_shot_curves(board, "t", "macro_f1")
    assert lines(head) == {"dictionary", "base", "mlm"}
    assert lines(tuned) == {"dictionary", "base"}
    assert "dictionary 50.0, 50.0, 50.0" in head.svg and "dictionary 50.0, 50.0;" in tuned.svg


def test_none_where_all_labels_alone_were_tried():
    assert few_shot_curves(board_of(("head", "base", [None])), "t", "macro_f1") == []
    assert few_shot_curves(board_of(("dictionary", "dictionary", [5, None])), "t", "macro_f1") == []
