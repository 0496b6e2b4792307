from tests.report.build import small_results
from wardspace.report.tables.spaces import similarity_tables
from wardspace.results import Similarity


def test_every_pair_stands_once_below_the_diagonal():
    pairs = [("base", "mlm", 0.91, None), ("base", "declutr", 0.4, 0.012), ("declutr", "mlm", -0.004, None)]
    found = [
        Similarity(model=model, against=against, measure="linear_cka", value=value, n=80, error=error)
        for model, against, value, error in pairs
    ]
    gaps = {"mlm": [(0.0, -0.1, 0.1)], "declutr": [(0.0, -0.1, 0.1)]}
    (table,) = similarity_tables(small_results(gaps, similarities=found))
    assert table.models == ["base", "mlm"]
    assert [model for model, _ in table.rows] == ["mlm", "declutr"]
    assert [[cell and cell.value for cell in cells] for _, cells in table.rows] == [["0.91", None], ["0.40", "−0.00"]]
    assert table.rows[1][1][0].detail == "standard error 0.012"
    assert [cell.shade for cell in table.rows[1][1]] == [40, 0]
    assert table.n == 80


def test_the_page_holds_both_kernels(html):
    assert "Centred kernel alignment" in html
    assert "RBF kernel" in html
