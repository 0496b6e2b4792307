from __future__ import annotations

import pytest

from wardspace.config import TrainingConfig, parse_study
from wardspace.config.tasks.classification import FinetuneConfig
from wardspace.config.training import TrainingOverrides
from wardspace.core.errors import StudyError

LORA = {"rank": 8}


def study(**training):
    return parse_study(
        {
            "name": "s",
            "corpus": {"source": {"format": "ward"}, "columns": {}},
            "training": {"lora": LORA, "dropout": 0.2, "learning_rate": 1e-4},
            "adapt": [{"name": "m", "objective": "mlm", "training": training}],
        }
    )


@pytest.mark.parametrize("option", ["lora", "dropout"])
def test_a_null_switches_off_what_the_study_has(option):
    config = study(**{option: None})
    assert getattr(config.adapt[0].training.applied_to(config.training), option) is None
    left_out = study()
    kept = left_out.adapt[0].training.applied_to(left_out.training)
    assert getattr(kept, option) == getattr(left_out.training, option)


def test_a_null_where_none_is_possible_takes_the_study_s():
    config = study(learning_rate=None)
    assert config.adapt[0].training.applied_to(config.training).learning_rate == 1e-4


def test_a_study_written_and_read_back_applies_the_same():
    for training in ({}, {"lora": None}, {"lora": {"rank": 2}}, {"learning_rate": 1e-3}):
        config = study(**training)
        again = parse_study(config.model_dump(mode="json"))
        applied = [one.adapt[0].training.applied_to(one.training) for one in (config, again)]
        assert applied[0] == applied[1]


def test_fine_tuning_takes_options_of_training_under_their_names():
    options = FinetuneConfig(lora=LORA, freeze_layers=2, precision="fp32", epochs=4, dropout=0.3, layer_decay=0.9)
    training = options.training(seed=7, batch_tokens=500, learning_rate=1e-4)
    assert (training.seed, training.batch_tokens, training.evaluations) == (7, 500, 4)
    assert training.learning_rate == 1e-4
    shared = set(FinetuneConfig.model_fields) & set(TrainingConfig.model_fields) - {"batch_tokens", "learning_rate"}
    assert {"lora", "freeze_layers", "layer_decay", "precision", "dropout", "pass_tokens", "warmup"} <= shared
    assert all(getattr(training, name) == getattr(options, name) for name in shared)
    assert TrainingOverrides().model_dump() == {}


@pytest.mark.parametrize(
    ("given", "places"),
    [([0, 1e-4, "x"], ["learning_rate.0:", "learning_rate.2:"]), (0, ["learning_rate:"]), ([], ["learning_rate:"])],
)
def test_a_wrong_learning_rate_is_told_once_where_it_was_written(given, places):
    task = {"name": "a", "label": "b", "finetune": {"learning_rate": given}}
    with pytest.raises(StudyError) as found:
        parse_study({"tasks": [task]})
    lines = [line for line in str(found.value).splitlines() if "learning_rate" in line]
    assert len(lines) == len(places)
    assert all(f"tasks.0.finetune.{place}" in line for place, line in zip(places, lines, strict=True))
