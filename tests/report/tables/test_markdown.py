import pytest

from wardspace.report import comparison_markdown, cost_markdown, space_markdown
from wardspace.report.tables.markdown import markdown_table
from wardspace.report.wording.comparisons import NO_DIFFERENCE


def test_the_comparison_says_what_the_page_says(results, html):
    table = comparison_markdown(results, "specialty", "macro_f1")
    lines = table.splitlines()
    assert lines[0].startswith("| macro F1 | Frozen encoder, logistic regression: 8 per class |")
    assert len({line.count("|") for line in lines}) == 1
    assert len(lines) == 2 + 8
    first = next(line for line in lines if "**mlm-declutr**" in line).split("<br>")[0].split("|")[2]
    assert first.strip(" *☆★") in html
    assert NO_DIFFERENCE in table
    assert "below base" in table
    assert "★" in table


def test_spaces_and_costs(results):
    assert "**category-supcon**" in space_markdown(results, "note_type")
    assert "silhouette ↑" in space_markdown(results, "note_type")
    assert cost_markdown(results).count("**mlm-declutr**") == 2


def test_cells_cannot_break_the_table():
    table = markdown_table(["a"], [["x | y\nz"]])
    assert table.splitlines()[2] == "| x \\| y z |"


def test_unknown_names_are_refused(results):
    with pytest.raises(ValueError, match="no task 'other'"):
        comparison_markdown(results, "other")
    with pytest.raises(ValueError, match="no metric 'mcc'"):
        comparison_markdown(results, "specialty", "mcc")
    with pytest.raises(ValueError, match="not measured by 'x'"):
        space_markdown(results, "x")
