import pytest

from wardspace.config import AdaptConfig, SearchConfig, TrainingConfig
from wardspace.config.search.space import recipe_with
from wardspace.core.errors import WardspaceError
from wardspace.study.search.draws import Draws, need_optuna

MODEL = AdaptConfig(name="m", objectives=["mlm"])
OPTIONS = {
    "objectives": {"choices": [["mlm"], ["blend"]]},
    "objectives.blend.neighbours": {"low": 0, "high": 20},
    "training.learning_rate": {"low": 1e-5, "high": 1e-2, "log": True},
}


def draws(options=OPTIONS, **changes):
    return Draws(MODEL, SearchConfig(options=options, **changes), TrainingConfig())


def scored(drawn, score):
    return [(options, score(options)) for options in drawn]


def test_the_entry_as_it_stands_comes_first_and_the_rest_is_of_the_space():
    drawn = draws().wave(range(20), [])
    assert drawn[0] == {}
    assert len(drawn) == 20
    for options in drawn[1:]:
        assert options["objectives"] in (["mlm"], ["blend"])
        assert ("objectives.blend.neighbours" in options) == (options["objectives"] == ["blend"])
        assert 1e-5 <= options["training.learning_rate"] <= 1e-2
        assert float(f"{options['training.learning_rate']:.3g}") == options["training.learning_rate"]
    neighbours = [options.get("objectives.blend.neighbours", 0) for options in drawn[1:]]
    assert all(isinstance(value, int) for value in neighbours)


def test_the_same_seed_and_scores_draw_the_same_and_another_seed_does_not():
    first = draws().wave(range(8), [])
    tried = scored(first, lambda options: -options.get("training.learning_rate", 1.0))
    assert draws().wave(range(8), []) == first
    assert draws().wave(range(8, 12), tried) == draws().wave(range(8, 12), tried)
    assert draws(seed=2).wave(range(8), []) != first


def test_what_scored_well_is_drawn_more_often():
    tried = scored(draws().wave(range(40), []), lambda options: float(options.get("objectives") == ["blend"]))
    later = draws().wave(range(40, 60), tried)
    assert sum(options["objectives"] == ["blend"] for options in later) >= 14


def test_a_failed_trial_teaches_nothing_and_breaks_nothing():
    tried = [(options, None) for options in draws().wave(range(8), [])]
    assert len(draws().wave(range(8, 12), tried)) == 4


def test_a_space_is_drawn_empty_without_repetition():
    few = draws({"training.seed": {"choices": [2, 3, 4]}, "objectives": {"choices": [["mlm"], ["blend"]]}})
    drawn = few.wave(range(12), [])
    made = {recipe_with(MODEL, few.search.options, options).model.model_dump_json() for options in drawn}
    assert len(drawn) == len(made) == 7


def test_a_choice_that_is_the_entry_itself_is_not_drawn_again():
    assert draws({"training.seed": {"choices": [1, 2]}}).wave(range(5), []) == [{}, {"training.seed": 2}]
    assert draws({"objectives": {"choices": [["mlm"], ["blend"]]}}).wave(range(5), []) == [
        {},
        {"objectives": ["blend"]},
    ]


def test_a_missing_package_is_told(monkeypatch):
    monkeypatch.setattr("wardspace.study.search.draws.find_spec", lambda name: None)
    with pytest.raises(WardspaceError, match="wardspace\\[search\\]"):
        need_optuna()
