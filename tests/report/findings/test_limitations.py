from tests.fixtures.results import fake_results
from tests.report.build import small_results
from wardspace.report.findings.limitations import not_shown
from wardspace.report.score_table import Board
from wardspace.report.wording import limitations as say

GAPS = {"a": [(0.1, 0.05, 0.2)] * 10, "b": [(0.1, 0.05, 0.2, "alone")] * 4 + [(0.1, -0.05, 0.2)] * 6}


def lines(results, model=None):
    return not_shown(Board(results), model)


def test_differences_that_are_not_significant_are_counted():
    assert say.not_corrected(4, 14, 20, 0.95, say.MAY_BE_CHANCE) in lines(small_results(GAPS))
    all_significant = lines(small_results({"a": GAPS["a"]}))
    assert not any("ncorrected" in line for line in all_significant)


def test_results_that_were_never_corrected_are_named():
    results = small_results(GAPS)
    old = [d.model_copy(update={"p": None, "p_holm": None, "clear": None}) for d in results.differences]
    found = lines(results.model_copy(update={"differences": old}))
    assert say.not_corrected(14, 14, 20, 0.95, say.NEVER_CORRECTED) in found


def test_test_notes_of_few_patients_are_a_limit():
    results = small_results(GAPS)
    scores = [s.model_copy(update={"interval": "percentile"}) for s in results.scores]
    few = results.model_copy(update={"interval": "bca", "scores": scores})
    assert say.percentile_intervals("t") in lines(few)
    assert say.percentile_intervals("t") not in lines(results)
    lone = [s.model_copy(update={"groups": 12}) for s in results.scores]
    assert say.few_patients("t", 12) in lines(results.model_copy(update={"scores": lone}))
    assert say.few_patients("t", 40) not in lines(results)
    still = [s.model_copy(update={"low": None, "high": None}) for s in results.scores]
    assert say.scores_do_not_vary("t") in lines(results.model_copy(update={"scores": still}))


def test_differences_without_width_are_a_limit():
    assert say.differences_do_not_vary("t") in lines(small_results({"mlm": [(0.0, 0.0, 0.0)]}))
    assert say.differences_do_not_vary("t") not in lines(small_results(GAPS))


def test_synthetic_and_transductive_are_named_where_true():
    plain = lines(fake_results(synthetic=False))
    both = lines(fake_results(transductive=True))
    assert not {say.SYNTHETIC, say.TRANSDUCTIVE} & set(plain)
    assert {say.SYNTHETIC, say.TRANSDUCTIVE} <= set(both)
    assert both[0] == say.SYNTHETIC


def test_columns_learned_from_are_named_once(board):
    learned = say.learned_from(["note_type"], ["category", "category-supcon"])
    assert not_shown(board).count(learned) == 1
    assert not [line for line in not_shown(board, "mlm") if "note_type" in line]


def test_one_training_run_each_is_a_limit(board):
    assert say.trained_once(6) in not_shown(board)
