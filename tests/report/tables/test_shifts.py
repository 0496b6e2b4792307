from tests.report.build import small_results
from wardspace.report.tables.shifts import MOST, shift_tables
from wardspace.report.wording.comparisons import NO_DIFFERENCE
from wardspace.results import Shift


def shift(category, n, low, high, model="mlm"):
    middle = (low + high) / 2
    ends = {"apart_before": 0.1, "apart": 0.1 + middle, "low": low, "high": high}
    return Shift(model=model, against="base", column="c", category=category, n=n, moved=0.2, centre=0.1, **ends)


def test_a_category_moved_apart_only_where_its_interval_says_so():
    found = [shift("a", 30, 0.01, 0.05), shift("b", 50, -0.02, 0.04), shift("d", 40, -0.05, -0.01)]
    (table,) = shift_tables(small_results({"mlm": [(0.0, -0.1, 0.1)]}, shifts=found))
    assert [(category, n) for category, n, _ in table.rows] == [("b", 50), ("d", 40), ("a", 30)]
    assert [cells[0].mark for _, _, cells in table.rows] == ["tie", "below", "above"]
    assert [cells[0].apart for _, _, cells in table.rows] == [f"+0.010 ({NO_DIFFERENCE})", "−0.030", "+0.030"]
    assert "change from +0.010 to +0.050" in table.rows[2][2][0].detail


def test_a_change_that_no_printed_figure_shows_is_none():
    (table,) = shift_tables(small_results({"mlm": [(0.0, -0.1, 0.1)]}, shifts=[shift("a", 30, 1e-6, 3e-6)]))
    assert table.rows[0][2][0].apart == f"0.000 ({NO_DIFFERENCE})"


def test_small_categories_are_counted_not_shown():
    found = [shift(f"v{i}", 100 - i, 0.0, 0.1) for i in range(MOST + 5)]
    (table,) = shift_tables(small_results({"mlm": [(0.0, -0.1, 0.1)]}, shifts=found))
    assert len(table.rows) == MOST
    assert table.left_out == 5


def test_a_model_without_the_category_has_no_cell():
    found = [shift("a", 30, 0.0, 0.1), shift("a", 30, 0.0, 0.1, "category"), shift("b", 20, 0.0, 0.1)]
    gaps = {"mlm": [(0.0, -0.1, 0.1)], "category": [(0.0, -0.1, 0.1)]}
    (table,) = shift_tables(small_results(gaps, shifts=found))
    assert table.models == ["mlm", "category"]
    assert table.rows[1][2][1] is None


def test_the_page_tells_what_moved(html):
    assert "Procrustes" in html
    assert "By specialty: 13 categories" in html
