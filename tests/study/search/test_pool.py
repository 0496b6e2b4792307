import json
import signal
import subprocess
import sys

import psutil
import pytest
import yaml

from tests.fixtures.searches import outcome, searched_study
from wardspace.core.errors import WardspaceError
from wardspace.study.search import search
from wardspace.study.search.pool import Pool, at_once


def command(home, run):
    study = run.with_suffix(".yaml")
    values = searched_study(home, run.name, parallel=2).config.resolved()
    study.write_text(yaml.safe_dump(values))
    return [sys.executable, "-m", "wardspace", "search", str(study), "--out", str(run)]


@pytest.mark.slow
@pytest.mark.processes
def test_several_at_once_interrupted_and_gone_on_with_find_the_same(home, found):
    run = home / "several"
    process = subprocess.Popen(command(home, run), stderr=subprocess.PIPE, text=True)
    for line in process.stderr:
        if "trial 0:" in line or "trial 1:" in line:
            workers = psutil.Process(process.pid).children()
            process.send_signal(signal.SIGINT)
            break
    told = process.stderr.read()
    assert process.wait(60) == 130
    assert len(workers) == 2
    assert not [worker for worker in workers if worker.is_running()]
    assert "Traceback" not in told
    assert "run the same command again" in told
    assert json.loads((run / "search" / "search.json").read_text())["ended"] is None
    done = subprocess.run(command(home, run), check=True, capture_output=True, text=True)
    assert "best.yaml" in done.stderr
    assert "not adapted" in done.stdout
    mine, theirs = outcome(run), outcome(home / "run")
    for one in (mine, theirs):
        one["search"].pop("parallel")
    assert mine == theirs


@pytest.mark.processes
def test_a_fault_in_a_process_of_its_own_is_told(home, found, tmp_path):
    study = searched_study(home, "faulty", parallel=2)
    study.run(until="prepare")
    blocked = study.folder.path / "search" / "work"
    blocked.parent.mkdir()
    blocked.write_text("a file where scratch folders are needed")
    with pytest.raises(WardspaceError, match="trial") as caught:
        search(study)
    assert "there is a file in the place of a folder" in str(caught.value)


def test_at_once_as_asked_else_two_threads_each(monkeypatch):
    import torch

    assert at_once(5) == 5
    monkeypatch.setattr(torch, "get_num_threads", lambda: 1)
    assert at_once(None) == 1


def test_threads_are_shared_out(monkeypatch):
    import torch

    monkeypatch.setattr(torch, "get_num_threads", lambda: 8)
    assert Pool(None, 3).threads == 2
    assert Pool(None, 16).threads == 1
