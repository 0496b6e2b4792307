import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from itertools import pairwise
from pathlib import Path

import pytest

from tests.fixtures.models import tiny_model
from tests.fixtures.studies import small_study, write_notes
from wardspace.config import load_study, parse_study
from wardspace.core.files import read_json
from wardspace.study import Study
from wardspace.study.record import IF_THERE, PACKAGES, environment, pins, reproduce_script

SHELLCHECK = shutil.which("shellcheck") or shutil.which("shellcheck", path=Path(sys.executable).parent)


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    home = tmp_path_factory.mktemp("an author's folder")
    values = small_study(home, adapt=[{"name": "mlm", "objectives": ["mlm"]}], budget={"tokens": 2000})
    values["compare"] = [{"name": "elsewhere", "model": str(tiny_model(home / "other", seed=5))}]
    Study.parse(values, home / "run").run()
    return home


def reproduced(run, source, out, **variables):
    """What running the script gives; the notes lie elsewhere than when the run was made."""
    settings = {**os.environ, "PYTHON": sys.executable, "OUT": str(out), "OMP_NUM_THREADS": "1", **variables}
    command = [str(run / "reproduce.sh"), *([str(source)] if source else [])]
    return subprocess.run(command, capture_output=True, text=True, env=settings, cwd=out.parent, check=False)


@pytest.mark.slow
@pytest.mark.processes
def test_the_script_gives_the_same_results_to_the_bit(finished, tmp_path):
    notes = tmp_path / "the notes: it's #1.csv"
    shutil.copy(finished / "notes.csv", notes)
    (finished / "run" / "review.jsonl").write_text("of a time when identifiers were taken out\n")
    other = shutil.copytree(finished / "other", tmp_path / "it's moved")
    places = {"BASE": str(finished / "base"), "COMPARE_0": str(other)}
    done = reproduced(finished / "run", notes, tmp_path / "again", **places)
    assert done.returncode == 0, done.stderr
    assert "the same results to the bit" in done.stderr
    mine, theirs = (read_json(run / "results.json") for run in (finished / "run", tmp_path / "again"))
    assert mine["scores"] == theirs["scores"]
    assert mine["differences"] == theirs["differences"]
    assert load_study(tmp_path / "again" / "study.yaml").compare[0].model == str(other)


@pytest.mark.slow
@pytest.mark.processes
def test_other_notes_are_found_out(finished, tmp_path):
    notes = write_notes(tmp_path / "other.csv", 100)
    done = reproduced(finished / "run", notes, tmp_path / "again")
    assert done.returncode == 1, done.stderr
    assert "corpus.content_hash" in done.stderr
    assert "not the same" in done.stderr


def test_a_folder_that_is_there_and_a_missing_source_stop_it(finished, tmp_path):
    (tmp_path / "again").mkdir()
    done = reproduced(finished / "run", finished / "notes.csv", tmp_path / "again")
    assert done.returncode == 2
    assert "there already" in done.stderr
    done = reproduced(finished / "run", None, tmp_path / "other")
    assert done.returncode == 2
    assert "usage" in done.stderr


def test_a_python_without_wardspace_is_told_what_to_do(finished, tmp_path):
    python = tmp_path / "python"
    python.write_text(f'#!/bin/sh\nexec "{sys.executable}" -I -S "$@"\n')
    python.chmod(0o755)
    done = reproduced(finished / "run", finished / "notes.csv", tmp_path / "again", PYTHON=str(python))
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert f"PYTHON=.venv/bin/python {finished / 'run' / 'reproduce.sh'}" in done.stderr
    assert not (tmp_path / "again").exists()


def test_no_path_of_the_machine_stands_in_the_script(finished):
    path = finished / "run" / "reproduce.sh"
    assert os.access(path, os.X_OK)
    script = path.read_text()
    assert str(finished) not in script
    assert f"{Path.home()}/" not in script
    assert "export OMP_NUM_THREADS=1" in script
    assert f"torch=={environment()['packages']['torch'].split('+')[0]}" in script


def test_made_up_notes_need_no_source():
    study = parse_study({"name": "demo", "corpus": {"source": {"format": "ward"}}})
    script = reproduce_script(study, environment())
    assert 'sources=""' in script
    assert "@" not in script.replace('"$@"', "")


def test_a_source_of_several_files_is_named_file_by_file(tmp_path):
    """A stand-in for Python writes down what it is asked for."""
    parts = {"train": "a.csv", "test": "c.csv"}
    script = reproduce_script(parse_study({"corpus": {"source": parts}}), environment())
    (tmp_path / "reproduce.sh").write_text(script)
    python = tmp_path / "python"
    python.write_text(f'#!/bin/sh\n[ "$1" = -c ] || printf "%s\\n" "$@" >> "{tmp_path}/asked"\n')
    python.chmod(0o700)
    command, settings = ["sh", str(tmp_path / "reproduce.sh")], {**os.environ, "PYTHON": str(python)}
    for given, code in (([], 2), (["one"], 2), (["my train.csv", "it's.csv"], 0)):
        done = subprocess.run([*command, *given], env=settings, cwd=tmp_path, capture_output=True, check=False)
        assert done.returncode == code
    asked = (tmp_path / "asked").read_text().splitlines()
    values = [value for option, value in pairwise(asked) if option == "--set"]
    assert values == ["corpus.source.train='my train.csv'", "corpus.source.test='it''s.csv'"]


def test_several_processes_are_started_again():
    script = reproduce_script(parse_study({}), environment() | {"processes": 4})
    assert "processes=4" in script
    assert "--nproc-per-node" in script


@pytest.mark.parametrize(("asked", "said"), [(None, "no"), ({}, "yes")])
def test_a_review_is_named_only_where_identifiers_were_taken_out(asked, said):
    script = reproduce_script(parse_study({"corpus": {"deidentify": asked}}), environment())
    assert f"deidentified={said}" in script


def test_pins_are_versions_that_can_be_asked_for():
    assert pins({"torch": "2.13.0+cpu", "faker": None, "numpy": "2.4.1"}) == ["numpy==2.4.1", "torch==2.13.0"]


@pytest.mark.skipif(SHELLCHECK is None, reason="no shellcheck")
def test_shellcheck_has_nothing_to_say(finished):
    done = subprocess.run(
        [SHELLCHECK, "--format=json", str(finished / "run" / "reproduce.sh")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert json.loads(done.stdout) == []


def test_every_package_that_a_study_may_need_is_recorded():
    project = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text())["project"]
    extras = ("demo", "deid", "dp", "distributed", "maps", "omop")
    needed = {re.split(r"[^\w-]", one)[0] for extra in extras for one in project["optional-dependencies"][extra]}
    assert needed <= {*PACKAGES, *IF_THERE}
