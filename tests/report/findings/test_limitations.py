from tests.fixtures.results import fake_results
from tests.report.build import small_results
from wardspace.report.findings.limitations import not_shown
from wardspace.report.score_table import Board

GAPS = {"a": [(0.1, 0.05, 0.2)] * 10, "b": [(0.1, 0.05, 0.2, "alone")] * 4 + [(0.1, -0.05, 0.2)] * 6}


def test_gaps_that_do_not_hold_after_correction_are_counted():
    (line,) = [line for line in not_shown(Board(small_results(GAPS))) if "comparisons" in line]
    assert "4 of 14 gains and harms among 20 comparisons with the base at 95% each do not hold" in line
    assert not [line for line in not_shown(Board(small_results({"a": GAPS["a"]}))) if "comparisons" in line]


def test_results_that_were_never_corrected_say_so():
    results = small_results(GAPS)
    old = [d.model_copy(update={"p": None, "p_holm": None, "clear": None}) for d in results.differences]
    text = " ".join(not_shown(Board(results.model_copy(update={"differences": old}))))
    assert "before p values were corrected" in text


def test_test_notes_of_few_patients_are_a_limit():
    results = small_results(GAPS)
    scores = [s.model_copy(update={"interval": "percentile"}) for s in results.scores]
    few = results.model_copy(update={"interval": "bca", "scores": scores})
    assert any("fewer than three test patients" in line for line in not_shown(Board(few)))
    assert not any("fewer than three" in line for line in not_shown(Board(results)))
    lone = [s.model_copy(update={"groups": 12}) for s in results.scores]
    assert any("of 12 patients" in line for line in not_shown(Board(results.model_copy(update={"scores": lone}))))
    assert not any("simulations" in line for line in not_shown(Board(results)))
    still = [s.model_copy(update={"low": None, "high": None}) for s in results.scores]
    board = Board(results.model_copy(update={"scores": still}))
    assert any("stand without an interval" in line for line in not_shown(board))


def test_differences_without_width_are_told_where_they_stand_without_an_interval():
    same = small_results({"mlm": [(0.0, 0.0, 0.0)]})
    assert any(line.startswith("How sure some differences of t are") for line in not_shown(Board(same)))
    assert not any("some differences" in line for line in not_shown(Board(small_results(GAPS))))


def test_synthetic_and_transductive_are_said_where_true():
    plain = " ".join(not_shown(Board(fake_results(synthetic=False))))
    both = not_shown(Board(fake_results(transductive=True)))
    assert "made up" not in plain
    assert "adaptation read the texts" not in plain
    assert both[0].startswith("Nothing about real notes")
    assert any("adaptation read the texts" in line for line in both)


def test_columns_learned_from_are_named_once(board):
    (line,) = [line for line in not_shown(board) if "note_type" in line]
    assert (
        line == "How notes separate by note_type of themselves: category and category-supcon learned from that column."
    )
    assert not [line for line in not_shown(board, "mlm") if "note_type" in line]


def test_one_training_run_each_is_a_limit(board):
    assert any("6 adapted models was trained once" in line for line in not_shown(board))
