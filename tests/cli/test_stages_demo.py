from importlib.resources import files
from pathlib import Path

import pytest

from tests.fixtures.models import tiny_model
from wardspace.cli import main
from wardspace.config import load_study
from wardspace.study.steps.prepare import SYNTHETIC

DEMO = files("wardspace.study") / "demo.yaml"


def test_the_recipe_is_the_study_that_the_command_runs():
    recipe = Path(__file__).parents[2] / "recipes" / "demo.yaml"
    assert recipe.read_text() == DEMO.read_text()


def test_the_recommended_recipe_is_part_of_it():
    assert [model.name for model in load_study(str(DEMO)).adapt] == ["mlm", "declutr", "category", "recommended"]


def test_the_terminal_says_that_the_notes_are_synthetic(capsys, tmp_path):
    tiny_model(tmp_path / "base", "bert")
    small = ["corpus.source.ward.patients=12", f"base={tmp_path / 'base'}", "adapt=[]", "tasks=[]", "encoder.window=64"]
    changes = [f"--set={change}" for change in [*small, "report.resamples=200"]]
    with pytest.raises(SystemExit) as stop:
        main(["demo", "--out", str(tmp_path / "run"), *changes])
    assert stop.value.code == 0
    assert SYNTHETIC in capsys.readouterr().err
    assert "Synthetic notes, no findings" in (tmp_path / "run" / "report.html").read_text()
