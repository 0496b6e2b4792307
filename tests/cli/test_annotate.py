"""`wardspace annotate` as a person has it: a process, Ctrl-C, what it prints and writes."""

from __future__ import annotations

import http.client
import json
import signal
import subprocess
import sys
from urllib.parse import urlsplit

import pytest
import yaml

from tests.cli.test_main import run
from tests.fixtures.studies import CANARY, small_study


@pytest.fixture
def study(tmp_path):
    values = small_study(tmp_path, adapt=[], tasks=[])
    values["corpus"]["annotations"] = {"findings": {"kind": "spans", "types": ["Finding"]}}
    path = tmp_path / "study.yaml"
    path.write_text(yaml.safe_dump(values))
    return path


class Opened:
    """The command at work, and a browser that speaks nothing but HTTP."""

    def __init__(self, study, *options):
        self.run = study.parent / "run"
        command = [sys.executable, "-m", "wardspace", "annotate", str(study), "--out", str(self.run), *options]
        self.process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
        self.told = ""
        for line in self.process.stderr:
            self.told += line
            if "?token=" in line:
                self.address = line.split()[-1]
                break
        self.cookie = None
        parts = urlsplit(self.address)
        self.cookie = self.asked(f"{parts.path}?{parts.query}")[1]

    def asked(self, path, body=None):
        host = urlsplit(self.address).netloc
        connection = http.client.HTTPConnection(host, timeout=30)
        headers = {"origin": f"http://{host}", "content-type": "application/json"}
        headers |= {"cookie": self.cookie} if self.cookie else {}
        connection.request("POST" if body else "GET", path, json.dumps(body) if body else None, headers)
        response = connection.getresponse()
        held = response.read()
        connection.close()
        return held, (response.getheader("set-cookie") or "").split(";")[0]

    def annotate(self, number, words="Note"):
        note = json.loads(self.asked(f"/notes/{number}")[0])
        start = note["text"].index(words)
        span = {"start": start, "end": start + len(words), "type": "Finding"}
        return json.loads(self.asked(f"/notes/{number}", {"value": [span], "seconds": 1})[0])["states"]

    def ended(self, number):
        self.process.send_signal(number)
        self.told += self.process.stderr.read()
        return self.process.wait(60)


@pytest.fixture
def started(study):
    made = []

    def start(*options):
        made.append(Opened(study, *options))
        return made[-1]

    yield start
    for one in made:
        one.process.kill()
        one.process.wait(60)


@pytest.mark.processes
@pytest.mark.enable_socket
def test_a_killed_page_goes_on_and_two_annotators_are_compared_and_exported(study, started, tmp_path, capsys):
    options = ["--order", "random", "--split", "train", "--n", "3"]
    first = started("--annotator", "ann", *options)
    assert first.annotate(0) == ["done", "open", "open"]
    first.ended(signal.SIGKILL)
    again, other = started("--annotator", "ann", *options), started("--annotator", "ben", *options)
    assert "3 notes, 1 done" in again.told
    assert "3 notes, 0 done" in other.told
    for number in range(3):
        again.annotate(number)
        other.annotate(number, "Note" if number else "ote")
    assert again.ended(signal.SIGINT) == other.ended(signal.SIGTERM) - 143 == 0
    assert "Traceback" not in again.told + other.told

    common = ["annotate", str(study), "--out", str(again.run)]
    capsys.readouterr()
    assert run(*common, "--agreement") == 0
    told = capsys.readouterr()
    assert "ann and ben, 3 notes" in told.out
    assert "0.67" in told.out
    assert "1 notes to decide on" in told.err
    assert run(*common, "--export", str(tmp_path / "out")) == 0
    assert len(list((tmp_path / "out" / "brat").glob("*.ann"))) == 3
    assert run(*common, "--export", str(again.run / "out")) == 2
    for path in again.run.rglob("*"):
        if path.is_file() and "corpus" not in path.relative_to(again.run).parts[:1]:
            assert CANARY.encode() not in path.read_bytes()


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--order", "active", "--split", "test"], "--order random"),
        (["--annotator", "adjudicated"], "--adjudicate"),
        (["--annotator", "a/b"], "--annotator"),
        (["--task", "nothing"], "findings"),
        (["--agreement", "--adjudicate"], "one of them"),
        (["--agreement"], "wardspace prepare"),
    ],
)
def test_what_cannot_be_is_told(study, options, told, capsys, monkeypatch):
    monkeypatch.chdir(study.parent)
    assert run("annotate", str(study), *options) == 2
    assert told in capsys.readouterr().err


def test_a_study_that_declares_no_column_says_how(study, capsys):
    assert run("annotate", str(study), "--set", "corpus.annotations={}") == 2
    assert "corpus.annotations: {COLUMN:" in capsys.readouterr().err
