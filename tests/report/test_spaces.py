from tests.report.build import small_results
from wardspace.evaluation.results import SpaceScore
from wardspace.report.board import Board
from wardspace.report.space_findings import cost_findings, space_findings
from wardspace.report.spaces import space_tables


def spaces(**values):
    scores = [
        SpaceScore(model=model, column="c", measure=measure, value=value, better=better, n=50)
        for measure, better in (("silhouette", "higher"), ("alignment", "lower"))
        for model, value in values.items()
    ]
    scores.append(SpaceScore(model="base", column="*", measure="uniformity", value=-2.0, better="lower", n=60))
    return small_results({"mlm": [(0.0, -0.1, 0.1)]}, space=scores)


def test_best_follows_the_direction_of_the_measure():
    (table,) = space_tables(spaces(base=0.1, mlm=0.3))
    assert [(measure.key, measure.arrow) for measure in table.measures] == [
        ("alignment", "↓"),
        ("uniformity", "↓"),
        ("silhouette", "↑"),
    ]
    rows = dict(table.rows)
    assert [cell.best for cell in rows["base"]] == [True, True, False]
    assert rows["mlm"][1] is None
    assert rows["mlm"][2].best
    assert table.n == 50


def test_the_best_space_is_named_beside_the_base():
    (finding,) = space_findings(Board(spaces(base=0.1, mlm=0.3)))
    assert finding.text == "silhouette by c: mlm is best (0.300; base 0.100)."
    (finding,) = space_findings(Board(spaces(base=0.3, mlm=0.1)))
    assert "the base is best (0.300)" in finding.text
    (finding,) = space_findings(Board(spaces(base=0.3, mlm=0.3001)))
    assert finding.text == "silhouette by c: no adaptation made it better by 0.001 (base 0.300)."


def test_a_space_that_learned_the_column_is_said_to_have(board):
    lines = [finding.text for finding in space_findings(board) if "note_type" in finding.text]
    assert lines
    assert all("It learned from note_type" in line for line in lines)


def test_cost_names_what_was_left_out(board):
    lines = {finding.text.split(" ")[0]: finding.text for finding in cost_findings(board)}
    assert lines["mlm"] == "mlm read 1.0 M tokens in 6 min 52 s."
    assert "could not use 37 training notes (0.9% of those it met)" in lines["declutr"]
    assert "read 1.0 M tokens" in lines["mlm-declutr"]
