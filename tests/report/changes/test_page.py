import copy
import re

import pytest

from tests.fixtures.results import fake_results, fake_study
from wardspace.config import parse_study
from wardspace.evaluation.between_runs import Between
from wardspace.evaluation.differences import Gap
from wardspace.evaluation.prediction_set import Series
from wardspace.report.changes import Pair, Side, changes_page
from wardspace.report.changes.page import pair_view
from wardspace.report.changes.study import ABSENT, PRESENT
from wardspace.report.wording import comparisons as say
from wardspace.report.wording.comparisons import NO_DIFFERENCE

HOME = "/home/someone/secret-ward"


def side(name, *, results=None, environment=None, **study):
    values = {**fake_study().resolved(), **study}
    machine = {"threads": 2, "packages": {"torch": "2.13.0"}} | (environment or {})
    return Side(name, parse_study(values), results or fake_results(), machine)


def pair(second=None, between=None, unpaired=None):
    return Pair(side("before"), second or side("after"), between or {}, unpaired or {})


def shifted(by, **scores):
    """Results whose test scores of the named models are moved."""
    found = fake_results().model_dump(mode="json")
    for score in found["scores"]:
        score["value"] += by.get(score["model"], 0)
    return type(fake_results()).model_validate(found)


def test_what_changed_in_the_study_is_listed_key_by_key():
    adapt = copy.deepcopy(fake_study().resolved()["adapt"])
    adapt[0]["objectives"][0]["probability"] = 0.3
    view = pair_view(pair(side("after", budget={"tokens": 500_000}, adapt=adapt[:-1])))
    changed = {change.what: (change.first, change.second) for change in view.keys}
    assert changed["budget.tokens"] == ("1000000", "500000")
    assert changed["adapt[mlm].objectives[1 mlm].probability"] == ("0.15", "0.3")
    assert {what: both for what, both in changed.items() if what.startswith("adapt[mlm-declutr]")} == {
        "adapt[mlm-declutr]": (PRESENT, ABSENT)
    }
    assert say.same_study(3) in view.summary
    assert not [what for what in changed if what.startswith(("tasks", "report"))]


def test_items_that_one_study_alone_names_are_one_line_each():
    tasks = [{"name": name, "kind": "classification", "label": "specialty"} for name in ("first", "second")]
    view = pair_view(pair(side("after", adapt=[], tasks=tasks)))
    changed = {change.what: (change.first, change.second) for change in view.keys}
    assert {what for what in changed if "first" in what or "second" in what} == {"tasks[first]", "tasks[second]"}
    assert changed["tasks[first]"] == (ABSENT, PRESENT)
    assert "adapt" not in changed  # that there is none follows from each that is gone
    assert len([what for what in changed if what.startswith("adapt[")]) == len(fake_study().adapt)


def test_an_empty_section_is_not_listed_where_the_other_study_fills_it():
    metadata = fake_study().corpus.columns.metadata[0]
    view = pair_view(pair(side("after", report={"bands": {metadata: [1, 2]}, "subgroups": [metadata]})))
    assert not {"report.bands"} & {change.what for change in view.keys}
    assert f"report.bands.{metadata}" in {change.what for change in view.keys}


def test_another_objective_is_one_line_and_not_its_options():
    adapt = copy.deepcopy(fake_study().resolved()["adapt"])
    adapt[0]["objectives"] = [{"kind": "declutr"}]
    changed = {change.what for change in pair_view(pair(side("after", adapt=adapt))).keys}
    assert changed == {"adapt[mlm].objectives[1 mlm]", "adapt[mlm].objectives[1 declutr]"}


def test_equal_runs_have_no_changes():
    view = pair_view(pair())
    assert view.keys == view.notes == view.environment == view.spaces == view.lone == []
    assert view.summary[:2] == [say.same_study(0), say.SAME_NOTES]
    assert {row.change for table in view.tables for row in table.rows} == {"0.0"}


@pytest.mark.parametrize(
    ("low", "high", "verdict"),
    [(0.01, 0.05, "higher"), (-0.05, -0.01, "lower"), (-0.01, 0.07, NO_DIFFERENCE)],
)
def test_paired_changes_carry_their_interval_and_verdict(low, high, verdict):
    found = Between(Series("mlm", "logistic", 8), "macro_f1", Gap((low + high) / 2, low, high))
    view = pair_view(pair(side("after", results=shifted({"mlm": 0.03})), {"specialty": [found]}))
    row = next(r for r in view.tables[0].rows if r.model == "mlm" and r.place.startswith("8 labels"))
    assert (row.change, row.verdict) == ("+3.0", verdict)
    assert row.interval
    rest = [r for r in view.tables[0].rows if r is not row]
    assert {r.verdict for r in rest} == {"not paired"}
    assert any(line.startswith("Of 1 score ") for line in view.summary)


def test_models_and_tasks_of_one_run_alone_are_named():
    results = fake_results()
    fewer = results.model_copy(
        update={
            "models": [model for model in results.models if model.name != "declutr"],
            "scores": [s for s in results.scores if s.task == "specialty" and s.model != "declutr"],
            "classes": {"specialty": results.classes["specialty"]},
        }
    )
    view = pair_view(pair(side("after", results=fewer)))
    assert [(one.what, one.first, one.second) for one in view.lone] == [
        ("models", ["declutr"], []),
        ("tasks", ["severity"], []),
    ]
    assert "declutr" not in {row.model for table in view.tables for row in table.rows}


def test_other_notes_are_named_and_nothing_is_claimed():
    corpus = copy.deepcopy(fake_results().corpus)
    corpus["counts"]["notes"], corpus["content_hash"] = 5000, "feedfacefeedface"
    results = fake_results().model_copy(update={"corpus": corpus})
    view = pair_view(pair(side("after", results=results), unpaired={"specialty": "the test notes are not the same"}))
    assert ("notes kept", "6,020", "5,000") in [(c.what, c.first, c.second) for c in view.notes]
    assert say.OTHER_NOTES in view.summary
    made = changes_page([pair(side("after", results=results), unpaired={"specialty": "the test notes differ"})])
    assert "the test notes differ" in made


def test_spaces_say_which_direction_is_better():
    found = fake_results().model_dump(mode="json")
    for score in found["space"]:
        if score["model"] == "mlm" and score["column"] == "specialty":
            score["value"] *= 1.5
    view = pair_view(pair(side("after", results=type(fake_results()).model_validate(found))))
    moved = {row.measure: row.better for row in view.spaces}
    assert moved["silhouette ↑"] is True
    assert moved["alignment ↓"] is False


def test_the_page_loads_nothing_and_names_no_folder_of_the_machine():
    source = {"source": {"path": f"{HOME}/notes.csv", "format": "csv"}}
    corpus = {**fake_study().resolved()["corpus"], **source}
    made = changes_page([pair(side("after", base=f"{HOME}/base", corpus=corpus)), pair(side("third"))])
    assert HOME not in made
    assert "notes.csv" in made
    assert re.findall(r'(?:src|href)="(?!#|data:,)[^"]*"', made) == []
    assert "<script" not in made
    assert "<strong>Synthetic" in made
    assert made.count("<section id=") == 2


def test_names_cannot_become_markup():
    hostile = "<img src=x>"
    made = changes_page([pair(side(hostile, report={"title": hostile}))])
    assert "<img" not in made


def test_the_address_of_a_database_stays_at_home():
    corpus = {
        **fake_study().resolved()["corpus"],
        "source": {"path": "postgresql://me:hush@ward/omop", "format": "omop"},
    }
    made = changes_page([pair(side("after", corpus=corpus))])
    assert "postgresql://…" in made
    assert "hush" not in made
