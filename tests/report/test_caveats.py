from tests.fixtures.results import fake_results
from tests.report.build import small_results
from wardspace.report.board import Board
from wardspace.report.caveats import not_shown

GAPS = {"a": [(0.1, 0.05, 0.2)] * 10, "b": [(0.1, 0.05, 0.2)] * 10}


def test_the_number_of_comparisons_is_told():
    (line,) = [line for line in not_shown(Board(small_results(GAPS))) if "comparisons" in line]
    assert "20 comparisons with the base were made at 95% each" in line
    assert "about 1 would look like" in line


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
