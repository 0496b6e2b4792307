from __future__ import annotations

import pytest

from wardspace.config import parse_study
from wardspace.config.recommended import RECIPE
from wardspace.core.errors import StudyError


def model(**section):
    return parse_study({"adapt": [section]}).adapt[0]


def test_the_name_stands_for_the_recipe():
    found = model(objective="recommended")
    assert found.name == "recommended"
    assert [objective.kind for objective in found.objectives] == ["blend"]
    given = RECIPE["objectives"][0]["blend"]
    assert found.objectives[0].model_dump(include=set(given)) == {**given, "across": []}
    assert found.training.learning_rate == RECIPE["training"]["learning_rate"]
    assert found.training.dropout == 0


def test_a_users_own_training_options_hold():
    found = model(name="mine", objective="recommended", training={"learning_rate": 1e-4, "seed": 7})
    assert (found.name, found.training.learning_rate, found.training.seed) == ("mine", 1e-4, 7)
    assert found.training.dropout == 0


def test_the_recipe_spells_out_every_option_of_its_objective():
    objective = model(objective="recommended").objectives[0]
    assert set(RECIPE["objectives"][0]["blend"]) == set(type(objective).model_fields) - {"kind"}


def test_one_objective_may_be_given_without_a_list():
    assert model(name="a", objective={"declutr": {"anchors": 1}}) == model(
        name="a", objectives=[{"declutr": {"anchors": 1}}]
    )


def test_a_resolved_study_reads_as_the_same_study():
    study = parse_study({"adapt": [{"objective": "recommended"}]})
    assert parse_study(study.resolved()) == study


@pytest.mark.parametrize(
    ("section", "name"),
    [
        ({"objective": "mlm"}, "mlm"),
        ({"objective": {"declutr": {"anchors": 1}}}, "declutr"),
        ({"objectives": ["mlm", {"kind": "declutr"}]}, "mlm-declutr"),
        ({"name": "own", "objective": "mlm"}, "own"),
    ],
)
def test_a_model_is_called_like_its_objectives(section, name):
    assert model(**section).name == name


@pytest.mark.parametrize(
    ("section", "told"),
    [
        ({"name": "a", "objectives": ["recommended", "mlm"]}, "adapt.0: recommended is a recipe of its own"),
        ({"name": "a", "objective": "mlm", "objectives": ["mlm"]}, "adapt.0: give objective or objectives, not both"),
        (
            {"name": "a", "objective": "recomended"},
            r"no such objective \(got 'recomended'\); did you mean recommended\?",
        ),
        ({"objective": "recomended"}, r"no such objective \(got 'recomended'\); did you mean recommended\?"),
        ({"objective": "recommended", "training": "fast"}, "adapt.0.training: "),
    ],
)
def test_what_makes_no_sense_is_told_once(section, told):
    with pytest.raises(StudyError, match=told) as caught:
        parse_study({"adapt": [section]})
    assert str(caught.value).startswith("1 mistake ")


def study_of(objective, **corpus):
    columns = {"metadata": ["note_type", "ward", "title", "specialty"], "labels": ["severity"], **corpus}
    tasks = [{"name": "s", "label": "specialty"}, {"name": "t", "kind": "retrieval", "query": "title"}]
    return parse_study({"corpus": {"columns": columns}, "adapt": [objective], "tasks": tasks})


def test_metadata_are_those_that_no_task_predicts_or_asks_by():
    """So that a recipe that names no column can be used with any, and nothing is scored on what it learned from."""
    study = study_of({"objective": "recommended"})
    assert study.adapt[0].objectives[0].across == ["note_type", "ward"]
    assert study.trained_columns(study.adapt[0]) == {"note_type", "ward"}
    assert parse_study(study.resolved()) == study


def test_columns_named_for_neighbours_are_checked():
    with pytest.raises(StudyError, match=r"adapt.0.objectives.0.across: no column 'sort' among corpus.columns.meta"):
        study_of({"name": "a", "objective": {"blend": {"across": ["sort"]}}})
    with pytest.raises(StudyError, match="learns from 'specialty', which it would be scored on"):
        study_of({"name": "a", "objective": {"blend": {"across": ["specialty"]}}})
