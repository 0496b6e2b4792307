"""`wardspace prepare --review` as a person has it: a process, a browser, Ctrl-C."""

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
from tests.fixtures.browser import CHROMIUM, Browser
from tests.fixtures.models import tiny_model
from wardspace.corpus import Corpus

MISSED = "quillfeather"
TEXT = (
    "😀👍🏽 <script>document.title = 'x'</script>\r\n\tDr. Okonkwo, with {missed} & co, on 12 April 2019.\r\nNote {i}."
)

SELECT = """(() => {
  const piece = [...document.querySelectorAll("#text > span")].find((one) => one.textContent.includes("WORD"));
  const start = piece.textContent.indexOf("WORD");
  getSelection().setBaseAndExtent(piece.firstChild, start - 1, piece.firstChild, start + "WORD".length + 1);
})()"""


@pytest.fixture(scope="module")
def base(tmp_path_factory):
    return tiny_model(tmp_path_factory.mktemp("base") / "base", "bert")


@pytest.fixture
def study(tmp_path, base):
    rows = [{"note_id": f"n{i}", "patient": f"p{i // 2}", "text": TEXT.format(missed=MISSED, i=i)} for i in range(40)]
    (tmp_path / "notes.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    values = {
        "name": "small",
        "corpus": {
            "source": {"path": str(tmp_path / "notes.jsonl")},
            "columns": {"patient_id": "patient"},
            "deduplicate": {"exact": False, "report_near": None},
            "deidentify": {},
            "workers": 0,
        },
        "base": str(base),
        "adapt": [{"name": "m", "objectives": ["mlm"]}],
    }
    path = tmp_path / "study.yaml"
    path.write_text(yaml.safe_dump(values))
    return path


class Opened:
    """The command at work."""

    def __init__(self, study, *options):
        self.folder = study.parent / "run"
        command = [sys.executable, "-m", "wardspace", "prepare", str(study), "--out", str(self.folder), *options]
        self.process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
        self.told = ""
        for line in self.process.stderr:
            self.told += line
            if "?token=" in line:
                self.address = line.split()[-1]
                break

    def ended(self, number):
        self.process.send_signal(number)
        self.told += self.process.stderr.read()
        return self.process.wait(60)

    def said(self):
        return [json.loads(line) for line in (self.folder / "review.jsonl").read_text().splitlines()]


@pytest.fixture
def started(study):
    """Starts the command; what still runs when the test is over is ended."""
    made = []

    def start(*options):
        made.append(Opened(study, *options))
        return made[-1]

    yield start
    for one in made:
        one.process.kill()
        one.process.wait(60)


def asked(address, path, cookie=None, body=None):
    """One request; its status, its cookie and what it answers."""
    host = urlsplit(address).netloc
    connection = http.client.HTTPConnection(host, timeout=30)
    headers = {"origin": f"http://{host}", "content-type": "application/json", **({"cookie": cookie} if cookie else {})}
    connection.request("POST" if body else "GET", path, json.dumps(body) if body else None, headers)
    response = connection.getresponse()
    held = response.read()
    connection.close()
    return response.status, (response.getheader("set-cookie") or "").split(";")[0], held


def let_in(address):
    parts = urlsplit(address)
    return asked(address, f"{parts.path}?{parts.query}")[1]


@pytest.mark.processes
@pytest.mark.enable_socket
def test_a_killed_review_loses_nothing_and_ctrl_c_tells_the_estimate(study, started):
    first = started("--review", "8")
    cookie = let_in(first.address)
    assert asked(first.address, "/notes/0")[0] == 403
    note = json.loads(asked(first.address, "/notes/0", cookie)[2])
    start = note["text"].index(MISSED)
    spans = [
        {"verdict": "accepted", "found": i, "start": f["start"], "end": f["end"], "type": f["type"]}
        for i, f in enumerate(note["findings"])
    ]
    spans.append({"verdict": "missed", "found": None, "start": start, "end": start + len(MISSED), "type": "NAME"})
    assert asked(first.address, "/notes/0", cookie, {"done": True, "spans": spans})[0] == 200
    first.ended(signal.SIGKILL)

    again = started("--review", "8")
    assert "8 notes, 1 done" in again.told
    assert "• prepare" not in again.told  # the corpus is, but for what was said since
    cookie = let_in(again.address)
    held = json.loads(asked(again.address, "/review", cookie)[2])
    assert held["done"] == [True] + [False] * 7
    assert again.ended(signal.SIGINT) == 0
    assert "1 of 1 notes with an identifier missed: 100.0% (2.5 to 100.0%)" in again.told
    assert "Traceback" not in again.told
    assert again.address.split("=")[1] not in again.told.split(again.address)[1]

    assert run("prepare", str(study), "--out", str(again.folder)) == 0
    corpus = Corpus.open(again.folder / "corpus")
    texts = dict(zip(*(corpus.table([name])[name].to_pylist() for name in ("note_id", "text")), strict=True))
    assert {note_id for note_id, text in texts.items() if MISSED not in text} == {note["note_id"]}
    for path in again.folder.rglob("*"):
        if path.is_file() and again.folder / "corpus" not in path.parents:
            assert MISSED.encode() not in path.read_bytes()
            assert b"Okonkwo" not in path.read_bytes()


def test_a_study_that_takes_nothing_out_cannot_be_reviewed(study, capsys):
    assert (
        run(
            "prepare",
            str(study),
            "--out",
            str(study.parent / "run"),
            "--review",
            "3",
            "--set",
            "corpus.deidentify=null",
        )
        == 2
    )
    told = capsys.readouterr().err
    assert "no redactions to review" in told
    assert "corpus.deidentify: {}" in told
    assert not (study.parent / "run").exists()


def test_a_missing_extra_is_told_before_any_work(study, capsys, monkeypatch):
    monkeypatch.setattr("wardspace.serve.server.find_spec", lambda _: None)
    assert run("prepare", str(study), "--out", str(study.parent / "run"), "--review", "3") == 2
    assert "pip install 'wardspace[serve]'" in capsys.readouterr().err
    assert not (study.parent / "run").exists()


def test_a_port_alone_is_a_mistake(study, capsys):
    assert run("prepare", str(study), "--port", "8000") == 2
    assert "--review" in capsys.readouterr().err


in_a_browser = pytest.mark.skipif(CHROMIUM is None, reason="no chromium")


@pytest.fixture
def browser(tmp_path):
    with Browser(tmp_path / "profile") as made:
        yield made


@pytest.mark.browser
@in_a_browser
def test_a_review_by_keys_alone(started, browser):
    opened = started("--review", "3")
    browser.open(opened.address, "document.querySelectorAll('mark').length")
    assert browser.run("location.search + document.cookie") == ""
    assert browser.run("document.title") == "Review of redactions"
    labels = browser.run("[...document.querySelectorAll('mark')].map((one) => one.getAttribute('aria-label'))")
    assert len(labels) == 2
    assert labels[0].startswith("Okonkwo: NAME, found by names, score")

    def settled(count):
        browser.until(f"document.getElementById('count').textContent.startsWith('{count} of 3')")

    def titled(number):
        browser.until(f"document.getElementById('title').textContent.startsWith('Note {number} of 3')")

    browser.press("a")  # the name
    browser.press("o")  # the end of the date is one character earlier …
    browser.press("p")  # … and back
    browser.press("r")
    browser.press("m")
    for _ in range(40):
        if browser.run("document.getElementById('picked-words').textContent") == MISSED:
            break
        browser.press("ArrowLeft")
    browser.press("ArrowRight", shift=True)
    assert browser.run("document.getElementById('picked-words').textContent") == f"{MISSED} & co"
    browser.press("Enter")
    for _ in " & co":
        browser.press("o")
    browser.press("d")
    settled(1)
    titled(2)
    said = opened.said()[-1]
    text = TEXT.format(missed=MISSED, i=said["note_id"][1:])
    spans = [(text[one["start"] : one["end"]], one["verdict"]) for one in said["spans"]]
    assert spans == [("Okonkwo", "accepted"), (MISSED, "missed"), ("12 April 2019", "rejected")]
    assert said["done"]

    browser.press("d")
    titled(3)
    settled(2)
    browser.press("b")
    titled(2)
    assert browser.run("document.querySelector('mark').className").startswith("accepted")
    assert browser.run("document.getElementById('leaks').textContent") == "50.0% 1.3 to 98.7%"
    assert browser.complaints == []
    assert opened.ended(signal.SIGINT) == 0
    assert "1 of 2 notes with an identifier missed" in opened.told


@pytest.mark.browser
@in_a_browser
def test_a_review_by_hand_on_a_phone(started, browser):
    opened = started("--review", "3")
    browser.looks(width=390, height=800, dark=True)
    browser.open(opened.address, "document.querySelectorAll('mark').length")
    assert browser.run("document.documentElement.scrollWidth") <= 390
    assert browser.run("getComputedStyle(document.body).color") == "rgb(233, 237, 242)"
    shown = browser.run("document.getElementById('text').textContent")
    assert shown.replace("\u200b", "\r").startswith(TEXT[:50])
    # what is selected by hand: from within the blanks before the name to the sign behind it
    browser.run(SELECT.replace("WORD", MISSED))
    browser.until("!document.getElementById('picked').hidden")
    browser.run("document.getElementById('picked-type').value = 'HOSPITAL'")
    browser.run("document.getElementById('mark').click()")
    browser.until("document.querySelectorAll('mark.missed').length")
    browser.run("document.getElementById('done').click()")
    browser.until("document.getElementById('count').textContent.startsWith('1 of 3')")
    said = opened.said()[-1]
    text = TEXT.format(missed=MISSED, i=said["note_id"][1:])
    (missed,) = [one for one in said["spans"] if one["verdict"] == "missed"]
    assert (text[missed["start"] : missed["end"]], missed["type"]) == (MISSED, "HOSPITAL")

    opened.process.kill()
    opened.process.wait(60)
    browser.run("document.getElementById('reject').click()")
    browser.until("document.getElementById('alert').textContent.includes('does not answer')")
    assert "Failed to load" in " ".join(browser.complaints) or "CONNECTION" in " ".join(browser.complaints)
