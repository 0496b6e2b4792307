"""Whatever the umask, what is written can be read by its owner alone: by the modes that the disk has."""

from __future__ import annotations

import os
import stat

import pytest
import yaml

from tests.fixtures.searches import searched_study
from tests.fixtures.studies import small_study
from wardspace.cli import main
from wardspace.study import Study
from wardspace.study.search import search


@pytest.fixture(autouse=True)
def umask():
    """One that lets everybody do everything."""
    before = os.umask(0)
    yield
    assert os.umask(before) == 0


def modes(folder):
    """Every mode that lets others do anything, by path."""
    found = {path: stat.S_IMODE(path.lstat().st_mode) for path in [folder, *folder.rglob("*")]}
    return {str(path.relative_to(folder)): oct(mode) for path, mode in found.items() if mode & 0o077}


def test_a_run(tmp_path):
    (tmp_path / "run").mkdir(mode=0o755)
    Study.parse(small_study(tmp_path), tmp_path / "run").run()
    assert len(list((tmp_path / "run" / "predictions").iterdir())) >= 3
    assert modes(tmp_path / "run") == {}


def test_a_run_from_another_time_is_closed_when_it_is_used_again(tmp_path):
    values = small_study(tmp_path)
    Study.parse(values, tmp_path / "run").run(until="prepare")
    (tmp_path / "run").chmod(0o755)
    Study.parse(values, tmp_path / "run").run(until="prepare")
    assert modes(tmp_path / "run") == {}


def test_a_search(tmp_path):
    search(searched_study(tmp_path, trials=2, rungs=1))
    assert (tmp_path / "run" / "search" / "search.json").is_file()
    assert modes(tmp_path / "run") == {}


def test_commands_of_their_own(tmp_path):
    values = small_study(tmp_path)
    (tmp_path / "study.yaml").write_text(yaml.safe_dump(values))
    out = tmp_path / "out"
    with (tmp_path / "notes.csv").open("a") as handle:
        handle.write("x,p0,letter,heart,\n")
    commands = [
        ["embed", values["base"], str(tmp_path / "notes.csv"), "--out", str(out / "v.parquet")],
        ["init", str(tmp_path / "notes.csv"), "--out", str(out / "study.yaml")],
        ["prepare", str(tmp_path / "study.yaml"), "--out", str(out / "run")],
    ]
    for command in commands:
        with pytest.raises(SystemExit) as stop:
            main(command)
        assert stop.value.code == 0
    assert {path.name for path in out.iterdir()} == {"v.parquet", "v.rejects.parquet", "study.yaml", "run"}
    assert modes(out) == {}
