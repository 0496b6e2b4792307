import pytest

from wardspace.config import parse_study
from wardspace.config.search.space import corners, recipe_with
from wardspace.core.errors import StudyError

ALL = {"choices": [["mlm"], ["blend"], [{"declutr": {"anchors": 1, "mlm_weight": 0}}]]}
WEIGHT = {"low": 0.5, "high": 3.0}
RATE = {"low": 5.0e-5, "high": 8.0e-4, "log": True}


def study(options, **changes):
    search = {"options": options, **changes.pop("search", {})}
    values = {
        "corpus": {"columns": {"labels": ["area"], "metadata": ["kind"]}},
        "adapt": [{"name": "words", "objectives": ["mlm"]}, {"name": "other", "objectives": ["blend", "mlm"]}],
        "tasks": [{"name": "areas", "label": "area", "shots": [4]}],
        "search": search,
    }
    return parse_study({**values, **changes})


def mistakes(options, **changes):
    with pytest.raises(StudyError) as caught:
        study(options, **changes)
    return str(caught.value)


def test_a_sound_search_keeps_its_numbers_whole_or_not():
    found = study(
        {"objectives": ALL, "training.learning_rate": RATE, "training.batch_tokens": {"low": 100, "high": 900}}
    )
    options = found.search.options
    assert isinstance(options["training.batch_tokens"].low, int)
    assert isinstance(options["training.learning_rate"].low, float)
    assert parse_study(found.resolved()) == found


@pytest.mark.parametrize(
    ("option", "told"),
    [
        ({}, "either choices, or low and high"),
        ({"low": 1}, "either choices, or low and high"),
        ({"low": 1, "high": 2, "choices": [1]}, "either choices, or low and high"),
        ({"low": 2, "high": 2}, "must be below"),
        ({"low": 0, "high": 2, "log": True}, "log: low must be above 0"),
        ({"choices": [1], "log": True}, "log belongs to a range"),
        ({"choices": []}, "at least 1 item"),
    ],
)
def test_an_option_is_choices_or_a_range(option, told):
    assert told in mistakes({"training.batch_tokens": option})


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"trainin.seed": {"choices": [1]}}, "search.options.trainin.seed: keys begin with objectives or training"),
        ({"name": {"choices": ["a"]}}, "search.options.name: keys begin"),
        ({"training.learning_rat": RATE}, "search.options.training.learning_rat: no such key"),
        ({"training.learning_rate": {"low": -1.0, "high": 1.0}}, "search.options.training.learning_rate: "),
        ({"objectives": {"choices": [["blnd"]]}}, "search.options.objectives: "),
        ({"objectives": {"choices": ["mlm"]}}, "search.options.objectives: "),
        ({"objectives.1.probability": {"choices": [0.1]}}, "objectives.1.probability: there is no such item"),
        ({"objectives": ALL, "objectives.blend.wieght": WEIGHT}, "search.options.objectives.blend.wieght: no such key"),
        ({"objectives": ALL, "objectives.0.weight": WEIGHT}, "search.options.objectives.0.weight: no such key"),
        ({"objectives": ALL, "objectives.category.weight": WEIGHT}, "the objective it names is never chosen"),
        ({"objectives": {"choices": [["category"]]}, "objectives.category.columns": {"choices": [["kin"]]}}, "'kin'"),
        ({"objectives": {"choices": [["mlm"], [{"category": {"columns": ["area"]}}]]}}, "learns from 'area'"),
        (
            {
                "objectives": ALL,
                "objectives.declutr.shortest": {"low": 8, "high": 300},
                "objectives.declutr.longest": {"low": 100, "high": 400},
            },
            "search.options.objectives.declutr.shortest, search.options.objectives.declutr.longest: shortest (300)",
        ),
    ],
)  # fmt: skip
def test_a_mistake_anywhere_in_the_space_is_told_with_its_key(options, told):
    assert told in mistakes(options)


@pytest.mark.parametrize(
    ("search", "told"),
    [
        ({"model": "word"}, "search.model: no model 'word' in adapt (words, other)"),
        ({"score": {"task": "area"}}, "search.score.task"),
        ({"score": {"shots": [0]}}, "search.score.shots"),
        ({"eta": 1}, "search.eta"),
    ],
)
def test_what_a_search_names_must_be_there(search, told):
    assert told in mistakes({"training.learning_rate": RATE}, search=search)


def test_a_search_needs_a_model_a_task_and_no_test_notes():
    rate = {"training.learning_rate": RATE}
    assert "nothing to vary" in mistakes(rate, adapt=[])
    assert "search.score: " in mistakes(rate, tasks=[])
    assert "must not read test" in mistakes(rate, transductive=True)


def test_notes_with_several_labels_are_scored_by_metrics_of_their_own():
    task = {"name": "areas", "label": "area", "separator": ";"}
    rate = {"training.learning_rate": RATE}
    assert study(rate, tasks=[{**task, "shots": [4]}], search={"score": {"shots": [4]}}).search
    assert "micro_f1" in mistakes(rate, tasks=[task], search={"score": {"metric": "accuracy"}})
    assert study(rate, tasks=[task]).search


def test_an_option_below_an_objectives_name_stands_where_that_is_chosen():
    found = study({"objectives": ALL, "objectives.blend.weight": WEIGHT, "training.learning_rate": RATE})
    options, words = found.search.options, found.adapt[0]
    values = {"objectives": ["blend"], "objectives.blend.weight": 2.5, "training.learning_rate": 1e-4}
    made = recipe_with(words, options, values)
    assert made.model.objectives[0].weight == 2.5
    assert made.model.training.learning_rate == 1e-4
    assert made.options == values
    other = recipe_with(words, options, {**values, "objectives": ["mlm"]})
    assert "objectives.blend.weight" not in other.options
    assert other.model.objectives[0].kind == "mlm"


def test_numbers_and_names_reach_the_same_objective():
    found = study(
        {"objectives.0.weight": WEIGHT, "objectives.mlm.probability": {"choices": [0.3]}}, search={"model": "other"}
    )
    made = recipe_with(
        found.adapt[1], found.search.options, {"objectives.0.weight": 2.0, "objectives.mlm.probability": 0.3}
    )
    blend, mlm = made.model.objectives
    assert (blend.weight, mlm.probability) == (2.0, 0.3)


def test_corners_hold_every_pair_of_ends():
    options = study(
        {"objectives": ALL, "training.learning_rate": RATE, "training.seed": {"choices": [1, 2, 3]}}
    ).search.options
    found = [(str(c["objectives"]), c["training.learning_rate"], c["training.seed"]) for c in corners(None, options)]
    assert len(set(found)) == 3 * 2 * 3
