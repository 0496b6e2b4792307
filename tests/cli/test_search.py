from pathlib import Path

import pytest
import yaml

from tests.fixtures.searches import searched_study
from tests.fixtures.studies import CANARY
from wardspace.cli import main
from wardspace.config import load_study


def run(*arguments):
    with pytest.raises(SystemExit) as stop:
        main(list(arguments))
    return stop.value.code


@pytest.fixture
def study(tmp_path):
    file = tmp_path / "study.yaml"
    file.write_text(yaml.safe_dump(searched_study(tmp_path).config.resolved()))
    return file


def test_the_command_from_a_study_to_a_study(study, tmp_path, capsys):
    arguments = ("search", str(study), "--out", str(tmp_path / "run"), "--set", "search.rungs=1")
    assert run(*arguments, "--set", "search.trials=2") == 0
    told = capsys.readouterr()
    for word in ("to base", "not adapted", "as in the study", "optimistic"):
        assert word in told.out
    assert "best.yaml too" in told.err
    assert CANARY not in told.out + told.err
    assert load_study(tmp_path / "run" / "search" / "best.yaml").search is None
    assert run(*arguments, "--set", "search.trials=3") == 2
    assert "what has changed: search" in capsys.readouterr().err
    assert run(*arguments, "--set", "search.trials=3", "--fresh") == 0


def test_a_typo_in_the_space_is_told_before_any_work(study, tmp_path, capsys):
    change = "search.options={training.learning_rat: {choices: [1]}}"
    assert run("search", str(study), "--out", str(tmp_path / "run"), "--set", change) == 2
    assert "search.options.training.learning_rat: no such key" in capsys.readouterr().err
    assert not (tmp_path / "run").exists()


def test_validate_and_ls_know_of_searches(study, capsys):
    assert run("validate", str(study)) == 0
    assert "A search varies 3 options" in " ".join(capsys.readouterr().out.split())  # lines wrap
    assert run("ls", "options") == 0
    listed = capsys.readouterr().out
    for key in ("objectives.blend.weight", "training.learning_rate", "training.lora.rank"):
        assert key in listed
    assert "kind" not in listed.split()


def test_the_recipe_is_a_study():
    found = load_study(Path(__file__).parents[2] / "recipes" / "search.yaml")
    assert found.search.trials == 9
