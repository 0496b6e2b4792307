import json

import pytest
import yaml

from tests.fixtures.studies import CANARY, small_study
from wardspace.cli import main


def test_the_command_from_notes_to_a_table(tmp_path, capsys):
    study = tmp_path / "study.yaml"
    study.write_text(yaml.safe_dump(small_study(tmp_path)))
    run = tmp_path / "run"
    with pytest.raises(SystemExit) as stop:
        main(["plan", str(study), "--set", "budget.tokens=3000", "--out", str(run), "--seconds", "0.3"])
    assert stop.value.code == 0
    told = capsys.readouterr()
    assert (run / "plan.json").is_file()
    assert not (run / "models").exists()
    stages = json.loads((run / "plan.json").read_text())["stages"]
    rows = [line.split() for line in told.out.splitlines()]
    for stage in stages:
        row = next(row for row in rows if row[:2] == [stage["model"], stage["what"]])
        assert row[3:5] == [f"{stage['steps']:,}", f"{stage['tokens']:,}"]
    assert CANARY not in told.out + told.err


def test_a_study_without_models_is_one_message(tmp_path, capsys):
    study = tmp_path / "study.yaml"
    study.write_text(yaml.safe_dump(small_study(tmp_path, adapt=[])))
    with pytest.raises(SystemExit) as stop:
        main(["plan", str(study), "--out", str(tmp_path / "run")])
    assert stop.value.code == 2
    assert "nothing to plan" in capsys.readouterr().err
