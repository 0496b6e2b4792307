"""Commands that are killed at random moments, by SIGKILL and SIGTERM, and begun again end with the same results.

Nothing of them stays: no process, and no text of a note where none belongs. Looked for on the disk and in /proc.
"""

from __future__ import annotations

import base64
import gzip
import json
import random
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import yaml

from tests.fixtures.kills import MARK, Victim, files_with, memory_holds, needles, processes_with, tree
from tests.fixtures.searches import SEARCH
from tests.fixtures.studies import CANARY, small_study, write_notes
from tests.fixtures.weights import differing

pytestmark = [
    pytest.mark.slow,
    pytest.mark.kills,
    pytest.mark.processes,
    pytest.mark.skipif(sys.platform != "linux", reason="looks for processes in /proc"),
]

KILLS = 9
"""Kills of each of six commands."""
BEFORE = {"adapt": "begin", "evaluate": "adapt", "space": "evaluate", "search": "begin"}
"""What has been run in the folder in which a command is killed."""


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """A study of few notes, each with the planted sentence, and one whose many notes are cleaned by three processes."""
    home = tmp_path_factory.mktemp("kills")
    write_notes(home / "many.csv", 3000, canary=True)
    values = small_study(home, budget={"tokens": 20_000}, report={"resamples": 200})
    values["training"] |= {"workers": 1}
    values["adapt"][0] = {"name": "recipe", "objectives": ["mlm"]}
    values["search"] = {**SEARCH, "parallel": 2}
    (home / "study.yaml").write_text(yaml.safe_dump(values))
    values["corpus"] |= {"deidentify": {}, "workers": 2, "source": {"path": str(home / "many.csv"), "format": "csv"}}
    (home / "many.yaml").write_text(yaml.safe_dump(values))
    return home


def arguments(home, command, out):
    if command == "embed":
        return ["embed", str(home / "base"), str(home / "fhir"), "--format", "fhir", "--out", str(out / "v.parquet")]
    if command in ("prepare", "begin"):
        return [
            "prepare",
            str(home / ("many.yaml" if command == "prepare" else "study.yaml")),
            "--out",
            str(out / "run"),
        ]
    return [command, str(home / "study.yaml"), "--out", str(out / "run")]


@pytest.fixture(scope="module")
def whole(home):
    """Folders of commands that nothing disturbs, made when they are asked for, and the seconds that each took."""
    made = {}

    def of(command):
        if command not in made:
            folder = home / "whole" / command
            folder.mkdir(parents=True)
            before(command, folder)
            made[command] = folder, victim(home, command, folder, 0.0).finished()
        return made[command]

    def before(command, folder):
        (folder / "out").mkdir(exist_ok=True)
        if BEFORE.get(command):
            shutil.copytree(of(BEFORE[command])[0] / "out", folder / "out", dirs_exist_ok=True)

    of.before = before
    return of


def victim(home, command, folder, seconds, killed=0):
    out = folder / "out"
    corpus = out / "run" / "corpus"
    return Victim(
        arguments(home, command, out), folder, CANARY, lambda path: path.is_relative_to(corpus), seconds, killed,
        random.Random(f"{command} {killed}"),
    )  # fmt: skip


def write_fhir(folder, notes=2500):
    """Notes as documents whose texts lie in another, gzipped file, which is looked up by way of a scratch file."""
    folder.mkdir()
    documents, texts = [], []
    for i in range(notes):
        text = f"Note {i}: chest pain and fever, " + "seen on the ward today, " * 8 + CANARY
        data = base64.b64encode(text.encode()).decode()
        attachment = {"contentType": "text/plain; charset=utf-8", "url": f"Binary/b{i}"}
        document = {"resourceType": "DocumentReference", "id": f"d{i}", "status": "current"}
        document |= {"subject": {"reference": f"Patient/p{i // 3}"}, "content": [{"attachment": attachment}]}
        documents.append(json.dumps(document) + "\n")
        texts.append(json.dumps({"resourceType": "Binary", "id": f"b{i}", "data": data}) + "\n")
    (folder / "DocumentReference.ndjson").write_text("".join(documents))
    (folder / "Binary.ndjson.gz").write_bytes(gzip.compress("".join(texts).encode()))


@pytest.mark.parametrize("command", ["prepare", "adapt", "evaluate", "space", "search", "embed"])
def test_a_command_that_is_killed_leaves_nothing_and_ends_the_same(home, whole, command, record_property):
    if command == "embed":
        write_fhir(home / "fhir")
    undisturbed, seconds = whole(command)
    folder = home / "killed" / command
    killed = 0
    count = dict.fromkeys(("runs", "SIGKILL", "SIGTERM", "SIGTERM to all"), 0)
    while killed < KILLS:
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        whole.before(command, folder)
        one = victim(home, command, folder, seconds, killed)
        while killed + one.killed < KILLS and one.kill_once():
            pass
        one.finished()
        one.check()
        same(command, undisturbed / "out", folder / "out")
        killed += one.killed
        count["runs"] += 1
        for how, times in one.kills.items():
            count[how] += times
    record_property("kills", {command: count})
    print(f"{command}: {count}, {seconds:.1f} s undisturbed")


def same(command, one: Path, other: Path) -> None:
    """Compare what a command wrote, and which files there are, with what it writes undisturbed."""
    assert tree(one) == tree(other)
    if command == "embed":
        assert pq.read_table(one / "v.parquet") == pq.read_table(other / "v.parquet")
        return
    one, other = one / "run", other / "run"
    if command == "search":
        name = Path("search") / "search.json"
        assert timeless(one / name) == timeless(other / name)
        return
    assert tables(one / "corpus" / "notes") == tables(other / "corpus" / "notes")
    assert tables(one / "corpus") == tables(other / "corpus")
    if command != "prepare":
        for name in ("recipe", "category"):
            assert not differing(one / "models" / name, other / "models" / name)
    for path in (one / "vectors").glob("*.npy"):
        assert np.array_equal(np.load(path), np.load(other / "vectors" / path.name))
    assert tables(one / "predictions") == tables(other / "predictions")
    if command == "space":
        assert timeless(one / "results.json") == timeless(other / "results.json")


def tables(folder: Path) -> dict[str, pa.Table]:
    return {path.name: pq.read_table(path) for path in sorted(folder.glob("*.parquet"))}


def timeless(path: Path):
    def without(value):
        if isinstance(value, dict):
            return {key: without(one) for key, one in value.items() if "seconds" not in key and key != "elapsed"}
        return [without(one) for one in value] if isinstance(value, list) else value

    return without(json.loads(path.read_text()))


def test_what_is_looked_for_is_found(tmp_path):
    """The search itself: bytes, base64, columns of Parquet, the memory and the environment of a process."""
    (tmp_path / "a").write_text(f"x {CANARY} y")
    (tmp_path / "b").write_text(base64.b64encode(f"{CANARY}!".encode()).decode())
    (tmp_path / "c").write_text(base64.b64encode(f"ab{CANARY}".encode()).decode())
    pq.write_table(pa.table({"text": [f"x {CANARY}"] * 100}), tmp_path / "d", compression="zstd")
    (tmp_path / "e").write_text("nothing")
    assert [path.name for path in files_with(tmp_path, CANARY)] == ["a", "b", "c", "d"]
    assert len(needles(CANARY)) == 5
    first, rest = CANARY[:9], CANARY[9:]
    code = f"import sys; text = {first!r} + sys.argv[1]; text = text * 2; print(flush=True); sys.stdin.read()"
    process = subprocess.Popen(
        [sys.executable, "-c", code, rest],
        env={MARK: str(tmp_path)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    process.stdout.readline()
    assert processes_with(str(tmp_path)) == [process.pid]
    assert memory_holds(process.pid, CANARY)
    assert not memory_holds(process.pid, "a sentence " + "that it does not hold")
    process.communicate(b"")
    assert processes_with(str(tmp_path)) == []
