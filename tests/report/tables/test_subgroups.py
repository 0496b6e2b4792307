import re

import pytest

from tests.report.build import small_results
from wardspace.config import ReportConfig, parse_study
from wardspace.core.errors import StudyError
from wardspace.report.page import page
from wardspace.report.score_table import Board
from wardspace.report.tables.subgroups import drift_views, subgroup_views
from wardspace.report.wording import measures as say
from wardspace.results import SubgroupScore, Trend

PLACE = {"task": "t", "setting": "logistic", "metric": "accuracy"}


def score(model, group, gap=None, *, column="sex", over=None, **changes):
    told = {}
    if gap is not None:
        told = {"value": 0.6 + gap, "low": 0.55 + gap, "high": 0.65 + gap, "gap": gap, "gap_low": gap - 0.03}
        told |= {"gap_high": gap + 0.03, "detectable": 0.07, "flagged": abs(gap) > 0.03}
    if over is not None:
        told |= {"over_base": over, "over_base_low": over - 0.01, "over_base_high": over + 0.01}
        told["over_base_flagged"] = abs(over) > 0.01
    row = {**PLACE, "model": model, "column": column, "group": group, "n": 120, "groups": 60, "too_few": gap is None}
    return SubgroupScore(**{**row, **told, **changes})


def results(*rows, **changes):
    return small_results({"mlm": [(0, -0.1, 0.1)]}, subgroups=list(rows), **changes)


def sentences(view):
    return [finding.text for finding in view.findings]


def test_a_flagged_gap_is_one_sentence_for_all_models():
    rows = [score("base", "F", 0.01), score("base", "M", -0.08), score("mlm", "M", -0.05), score("mlm", "F", 0.0)]
    (view,) = subgroup_views(Board(results(*rows)))
    gaps = [("base", -0.08, -0.11, -0.05), ("mlm", -0.05, -0.08, -0.02)]
    assert sentences(view) == [say.gap_shown("accuracy", "sex M", 120, gaps)]
    cells = {row.group: row.cells[0] for row in view.tables[0].rows}
    assert (cells["M"].mark, cells["M"].verdict) == ("below", "below other notes *")
    assert (cells["F"].mark, cells["F"].verdict) == ("", "")


def test_no_gap_is_said_with_what_could_not_have_been_seen():
    rows = [score("base", "F", 0.01), score("base", "M", -0.01, detectable=0.12), score("base", "not given")]
    (view,) = subgroup_views(Board(results(*rows)))
    (text,) = sentences(view)
    assert text == say.no_gap_shown("accuracy", 2, say.detectable(0.07, 0.12, 0), 1)
    assert view.tables[0].rows[-1].cells == [None]


@pytest.mark.parametrize(
    ("sizes", "said"),
    [
        ((0.07, 1.05), say.detectable(0.07, 0.07, 1)),
        ((1.05, 1.2), say.NOTHING_DETECTABLE),
    ],
)
def test_no_gap_is_larger_than_all_points(sizes, said):
    rows = [score("base", group, 0.0, detectable=size) for group, size in zip("FM", sizes, strict=True)]
    rows += [score("base", group) for group in ("U", "not given")]
    (view,) = subgroup_views(Board(results(*rows)))
    (text,) = sentences(view)
    assert text == say.no_gap_shown("accuracy", 2, said, 2)


def test_gains_and_losses_are_in_one_sentence():
    rows = [score("base", "F", 0.0), score("base", "M", 0.0)]
    rows += [score("mlm", "F", 0.0, over=0.05), score("mlm", "M", 0.0, over=-0.04)]
    (view,) = subgroup_views(Board(results(*rows)))
    assert view.findings[-1].tone == "mixed"
    assert view.findings[-1].text == say.over_base_in_groups("mlm", "accuracy", ["sex F (+5.0)"], ["sex M (−4.0)"])
    tied = [score("mlm", "F", 0.0, over=0.001)]
    (view,) = subgroup_views(Board(results(*tied)))
    assert say.nobody_over_base(1) in sentences(view)


def trend(model, change, shown):
    ends = {"change": change, "low": change - 0.05, "high": change + 0.05, "shown": shown}
    return Trend(**PLACE, model=model, first="2003", last="2006", periods=4, **ends)


def test_a_trend_is_said_only_where_it_was_shown():
    periods = [score("base", year, 0.0, column="time") for year in ("2003", "2004", "2005", "2006")]
    shown = results(drift=periods, trends=[trend("base", -0.1, True), trend("mlm", 0.01, False)])
    (view,) = drift_views(Board(shown))
    assert sentences(view) == [say.trend("base", "accuracy", (-0.1, -0.15, -0.05), ("2003", "2006"))]
    (view,) = drift_views(Board(results(drift=periods, trends=[trend("base", 0.01, False)])))
    assert sentences(view) == [say.no_trend("2003", "2006", -0.04, 0.06)]


def test_the_section_can_be_read_without_its_colours_and_hides_no_markup():
    hostile = "<img src=x>"
    html = page(results(score("base", hostile, -0.08)), {}, ReportConfig(), parse_study({}))
    section = re.search(r'<section id="subgroups".*?</section>', html, re.DOTALL)[0]
    assert "<img" not in section
    assert "below other notes *" in section
    assert 'scope="row"' in section
    assert section.index("Holm") < section.index("below other notes *")
    assert "<caption" in section


def test_without_metadata_and_time_the_section_says_so(html):
    section = re.search(r'<section id="subgroups".*?</section>', html, re.DOTALL)[0]
    assert "<table" not in section


@pytest.mark.parametrize(
    ("report", "said"),
    [
        ({"subgroups": ["ward"]}, "report.subgroups: no column 'ward'"),
        ({"bands": {"age": [5]}}, "report.bands: no column 'age'"),
        ({"bands": {"kind": [5, 5]}}, "edges must rise"),
        ({"bands": {"kind": [5]}, "subgroups": ["area"]}, "kind is not among report.subgroups"),
    ],
)
def test_columns_that_are_not_there_are_mistakes_of_the_study(report, said):
    study = {"corpus": {"columns": {"metadata": ["kind"], "labels": ["area"]}}, "report": report}
    with pytest.raises(StudyError, match=said):
        parse_study(study)
