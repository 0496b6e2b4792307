from tests.report.build import Change, small_results
from wardspace.report.findings.limitations import not_shown
from wardspace.report.findings.space import cost_findings, space_findings
from wardspace.report.score_table import Board
from wardspace.report.tables.markdown import space_markdown
from wardspace.report.tables.spaces import space_tables
from wardspace.report.wording import limitations
from wardspace.report.wording import measures as say
from wardspace.report.wording.comparisons import NO_DIFFERENCE
from wardspace.results import SpaceDifference, SpaceScore


def spaces(reach=0.05, **values):
    """Silhouette and alignment by `c` for each model, with a difference of each to the base and its reach."""
    measured = (("silhouette", "higher"), ("alignment", "lower"))
    scores = [
        SpaceScore(
            model=model,
            column="c",
            measure=measure,
            value=value,
            better=better,
            n=50,
            low=value - 0.1,
            high=value + 0.1,
        )
        for measure, better in measured
        for model, value in values.items()
    ]
    scores.append(SpaceScore(model="base", column="*", measure="uniformity", value=-2.0, better="lower", n=60))
    differences = [
        SpaceDifference(
            model=model, against="base", column="c", measure=measure, value=value - values["base"],
            low=value - values["base"] - reach, high=value - values["base"] + reach,
            tie=abs(value - values["base"]) <= reach,
        )
        for measure, _ in measured
        for model, value in values.items()
        if model != "base"
    ]  # fmt: skip
    gaps = {model: [(0.0, -0.1, 0.1)] for model in values if model != "base"}
    return small_results(gaps, space=scores, space_differences=differences)


def test_better_follows_the_direction_of_the_measure():
    table, whole = space_tables(spaces(base=0.1, mlm=0.3))
    assert [(measure.key, measure.arrow) for measure in table.measures] == [("alignment", "↓"), ("silhouette", "↑")]
    rows = dict(table.rows)
    assert [cell.rank for cell in rows["base"]] == ["highest", ""]
    assert [cell.rank for cell in rows["mlm"]] == ["", "highest"]
    assert [cell.verdict for cell in rows["mlm"]] == ["worse", "better"]
    assert rows["mlm"][1].interval == "0.200 to 0.400"
    assert "difference to base +0.200 (+0.150 to +0.250)" in rows["mlm"][1].detail
    assert table.n == 50
    assert [cell.rank for _, (cell,) in whole.rows] == [""]
    assert [model for model, _ in whole.rows] == ["base"]


def test_headline_measures_stand_apart_from_the_others(results):
    whole, *tables = space_tables(results)
    assert whole.column == "*"
    for table in tables:
        shown = [table.measures[place].key for place in table.places(headline=True)]
        assert shown == ["silhouette", "variance_explained", "neighbour_purity", "mean_average_precision"]
        assert len(table.places(headline=False)) == len(table.measures) - 4
    assert [whole.measures[place].key for place in whole.places(headline=False)] == ["antihubs"]


def test_an_overlapping_space_is_a_tie_and_no_best():
    table, _ = space_tables(spaces(base=0.1, mlm=0.12))
    cells = [row[1] for _, row in table.rows]
    assert [cell.rank for cell in cells] == ["level", "highest"]
    assert cells[1].verdict == NO_DIFFERENCE
    (finding,) = space_findings(Board(spaces(base=0.1, mlm=0.12)))
    assert finding.tone == "tie"
    assert finding.text == best(0.12, 0.1, Change(0.02, -0.03, 0.07), tie=True)


def best(value, base, difference, *, tie=False):
    return say.best_space("silhouette by c", "mlm", (value, base), difference, tie=tie)


def test_the_best_space_is_compared_with_the_base():
    (finding,) = space_findings(Board(spaces(base=0.1, mlm=0.3)))
    assert finding.tone == "gain-uncorrected"
    assert finding.text == best(0.3, 0.1, Change(0.2, 0.15, 0.25))
    (finding,) = space_findings(Board(spaces(base=0.3, mlm=0.1)))
    assert finding.text == say.base_is_best("silhouette by c", 0.3)


def test_an_interval_that_just_excludes_zero_is_not_printed_as_if_it_did_not():
    results = spaces(base=0.1, mlm=0.3)
    near = [one.model_copy(update={"value": 0.2, "low": 0.0004, "high": 0.25}) for one in results.space_differences]
    (finding,) = space_findings(Board(results.model_copy(update={"space_differences": near})))
    assert finding.text.endswith("interval +0.0004 to +0.2500.")


def test_results_without_intervals_call_nothing_best():
    bare = spaces(base=0.1, mlm=0.3).model_copy(update={"space_differences": []})
    (finding,) = space_findings(Board(bare))
    assert finding.tone == "plain"
    assert finding.text == best(0.3, 0.1, None)
    assert {cell.rank for table in space_tables(bare) for _, row in table.rows for cell in row if cell} == {""}


def test_what_no_printed_figure_shows_is_no_gain():
    same = spaces(reach=0.00001, base=0.3, mlm=0.3001)
    table, _ = space_tables(same)
    assert [cell.verdict for cell in dict(table.rows)["mlm"]] == [NO_DIFFERENCE] * 2
    (finding,) = space_findings(Board(same))
    assert finding.text == say.barely_better("silhouette by c", 0.3)


def test_chance_is_said():
    scored = spaces(base=0.1, mlm=0.3)
    tested = [
        SpaceScore(model=m, column="c", measure="variance_explained", value=0.1, better="higher", n=50, p=p)
        for m, p in (("base", 0.21), ("mlm", 0.001))
    ]
    table = space_tables(scored.model_copy(update={"space": [*scored.space, *tested]}))[0]
    assert table.chance == say.labels_do_not_matter([("base", 0.21)])
    table = space_tables(scored.model_copy(update={"space": [*scored.space, tested[1]]}))[0]
    assert "p ≤ 0.001" in table.chance


def test_what_has_no_interval_is_a_limit(board):
    found = not_shown(board)
    assert limitations.SPACE_INTERVALS in found
    assert limitations.without_interval(["Davies–Bouldin", "V-measure of k-means"]) in found


def test_markdown_holds_intervals_and_verdicts(results):
    table = space_markdown(results, "note_type")
    assert "better" in table
    assert " to " in table


def test_a_space_that_learned_the_column_is_said_to_have(board):
    lines = [finding.text for finding in space_findings(board) if "note_type" in finding.text]
    assert lines
    assert all(say.learned_from("note_type") in line for line in lines)


def test_cost_names_what_was_left_out(board):
    lines = {finding.text.split(" ")[0]: finding.text for finding in cost_findings(board)}
    assert lines["mlm"] == say.training_read("mlm", 1_000_624, "6 min 52 s", 0, 4120)
    assert lines["declutr"] == say.training_read("declutr", 1_000_624, "6 min 52 s", 37, 37 + 4083)
    assert "1.0 M tokens" in lines["mlm-declutr"]
