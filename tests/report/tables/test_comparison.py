import pytest

from tests.report.build import small_results
from wardspace.report.score_table import Board
from wardspace.report.tables.comparison import comparison
from wardspace.report.wording.comparisons import NO_DIFFERENCE
from wardspace.results import ModelRecord, Score, SettingRecord


def cells(results):
    table = comparison(Board(results), "t", "macro_f1")
    return {row.model: row.cells[0] for row in table.rows}


def test_marks_say_what_the_interval_says():
    found = cells(
        small_results({"up": [(0.02, 0.01, 0.03)], "level": [(0.02, -0.01, 0.05)], "down": [(-0.02, -0.03, -0.01)]})
    )
    assert found["base"].mark == "reference"
    assert (found["up"].mark, found["up"].verdict) == ("above", "2.0 above base *")
    assert (found["level"].mark, found["level"].verdict) == ("tie", NO_DIFFERENCE)
    assert (found["down"].mark, found["down"].verdict) == ("below", "2.0 below base *")
    assert found["up"].value == "52.0"
    assert found["up"].interval == "51.0 to 53.0"
    assert found["up"].detail == "difference to base +2.0 (+1.0 to +3.0); p 0.001, Holm-corrected p 0.002"


def test_a_difference_that_is_not_significant_has_its_own_sign_and_word():
    found = cells(
        small_results({"up": [(0.02, 0.01, 0.03, "alone")], "down": [(-0.02, -0.03, -0.01, "alone")]}),
    )
    assert (found["up"].mark, found["up"].verdict) == ("above-uncorrected", "2.0 above base, uncorrected")
    assert (found["down"].mark, found["down"].verdict) == ("below-uncorrected", "2.0 below base, uncorrected")


def test_superiority_follows_the_difference(board):
    cell = comparison(board, "specialty", "macro_f1").rows[0].cells[0]
    assert "; above in 0% of resamples; p < 0.001, Holm-corrected p 0.0" in cell.detail


def test_results_without_correction_claim_none():
    results = small_results({"up": [(0.02, 0.01, 0.03)]})
    old = [d.model_copy(update={"p": None, "p_holm": None, "clear": None}) for d in results.differences]
    assert cells(results.model_copy(update={"differences": old}))["up"].mark == "above-uncorrected"


def test_what_does_not_differ_from_the_highest_is_marked():
    found = cells(small_results({"up": [(0.02, -0.01, 0.03)], "down": [(-0.02, -0.03, -0.01)]}))
    assert {model: cell.rank for model, cell in found.items()} == {"base": "level", "up": "highest", "down": ""}


def test_a_model_that_was_not_tried_has_no_cell(board):
    table = comparison(board, "specialty", "macro_f1")
    tfidf = next(row for row in table.rows if row.model == "tfidf")
    assert [cell is None for cell in tfidf.cells] == [False] * 4 + [True] * 2


def test_the_spread_over_subsets_is_in_the_detail(board):
    cell = comparison(board, "specialty", "macro_f1").rows[1].cells[0]
    assert cell.detail == "standard deviation over 3 subsets 1.2"


@pytest.mark.parametrize("metric", ["auroc", "micro_f1"])
def test_without_pairs_there_is_no_verdict(board, metric):
    table = comparison(board, "specialty", metric)
    for row in table.rows:
        for cell in row.cells:
            if cell is not None and row.model != "base":
                assert cell.mark == "unpaired"
                assert cell.rank == ""
                assert cell.verdict == ""


def test_baselines_with_settings_of_their_own_share_a_column():
    results = small_results({"mlm": [(0.02, 0.01, 0.03)]})
    names = ("dictionary", "word_crf")
    common = {"task": "t", "shots": 8, "seed": None, "split": "test", "metric": "macro_f1", "n": 100, "groups": 40}
    scores = [Score(model=name, setting=name, value=0.3 + place, **common) for place, name in enumerate(names)]
    models = [ModelRecord(name=name, kind="baseline", dimension=None) for name in names]
    settings = [SettingRecord(name=name, family="baseline", trained="head") for name in names]
    more = {"scores": scores, "models": models, "settings": settings}
    changes = {name: [*found, *getattr(results, name)] for name, found in more.items()}
    table = comparison(Board(results.model_copy(update=changes)), "t", "macro_f1")
    shown = {
        row.model: [None if cell is None else (cell.place.setting, cell.value) for cell in row.cells]
        for row in table.rows
    }
    assert len(table.places) == 2
    assert shown["dictionary"] == [("dictionary", "30.0"), None] and shown["word_crf"] == [("word_crf", "130.0"), None]
    assert shown["mlm"] == [None, ("logistic", "52.0")]
