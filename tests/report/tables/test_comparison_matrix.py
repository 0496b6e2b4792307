from tests.report.build import small_results
from wardspace.report.score_table import Board
from wardspace.report.tables.comparison import matrices


def pairs(found):
    return {(one, other): pair for one, row in found.rows for other, pair in zip(found.models, row, strict=True)}


def test_rows_are_read_against_columns(board):
    first, *others = matrices(board, "specialty", "macro_f1")
    assert first.place.shots == 8
    assert len(others) == 5
    found = pairs(first)
    forth, back = found["mlm", "tfidf"], found["tfidf", "mlm"]
    assert (forth.mark, back.mark) == ("above", "below")
    assert forth.value.endswith(" *")
    assert back.value == forth.value.replace("+", "−")
    assert back.p == forth.p
    assert all((pair is None) == (one == other) for (one, other), pair in found.items())


def test_a_matrix_holds_the_models_of_its_setting(board):
    tuned = matrices(board, "specialty", "macro_f1")[-1]
    assert tuned.models == ["base", "mlm", "mlm-declutr"]
    assert tuned.pairs == 3


def test_only_what_holds_after_correction_over_all_pairs_is_significant():
    results = small_results({"up": [(0.02, 0.01, 0.03)], "near": [(0.02, 0.01, 0.03)]})
    last = results.differences[-1]
    # clear among the comparisons with the base, but not among all pairs
    weak = last.model_copy(update={"p_pairs": 0.06, "clear": True})
    board = Board(results.model_copy(update={"differences": [*results.differences[:-1], weak]}))
    (found,) = matrices(board, "t", "macro_f1")
    assert (found.significant, found.pairs) == (1, 2)
    assert pairs(found)["near", "base"].words == "above, uncorrected"
    assert pairs(found)["near", "up"] is None


def test_without_pairs_there_is_no_matrix(board):
    assert matrices(board, "specialty", "auroc") == []
