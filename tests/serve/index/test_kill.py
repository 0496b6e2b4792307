import signal
import subprocess
import sys

import pytest

from tests.serve.index.made import MODEL, OPTIONS, vector
from wardspace.serve.index import Index
from wardspace.serve.index.writer import IndexWriter

pytestmark = [
    pytest.mark.slow,
    pytest.mark.kills,
    pytest.mark.processes,
    pytest.mark.skipif(sys.platform != "linux", reason="SIGKILL"),
]

PROGRAM = """
import sys
from pathlib import Path
from tests.serve.index.made import MODEL, OPTIONS, add, note
from wardspace.serve.index.writer import IndexWriter

with IndexWriter.open(Path(sys.argv[1]), MODEL, OPTIONS) as writer:
    for number in range(int(sys.argv[2]), 10**6):
        add(writer, note(f"n{number}", f"text {number}", f"p{number}"), note("changing", f"version {number}"))
        print("added", number, flush=True)
        if number % 4 == 3:
            writer.delete(patients=[f"p{number - 1}"])
            print("deleted", number - 1, flush=True)
        if number % 7 == 6:
            writer.finish()
"""


def test_what_was_confirmed_survives_kills(tmp_path):
    folder, added, deleted = tmp_path / "index", set(), set()
    for lines in (5, 13, 21):
        start = max(added, default=-1) + 1
        command = [sys.executable, "-c", PROGRAM, str(folder), str(start)]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        for _ in range(lines):
            word, number = process.stdout.readline().split()
            (added if word == "added" else deleted).add(int(number))
        process.send_signal(signal.SIGKILL)
        rest, _ = process.communicate()
        for line in rest.splitlines():
            word, number = line.split()
            (added if word == "added" else deleted).add(int(number))
        index = Index.open(folder)
        for number in added - deleted:
            # what came after the last line may be done or not
            if number != max(added) - 1 or index.text_of(f"n{number}"):
                assert index.text_of(f"n{number}") == f"text {number}"
                assert index.search(vector=vector(f"text {number}"), limit=1)[0].note_id == f"n{number}"
        for number in deleted:
            assert index.text_of(f"n{number}") is None
        assert int(index.text_of("changing").split()[1]) >= max(added)
    with IndexWriter.open(folder, MODEL, OPTIONS) as writer:
        writer.finish()
    names = {path.name for path in folder.iterdir()}
    assert len([name for name in names if name.startswith("segment-")]) == 1
    assert not [name for name in names if "~" in name]
    for number in deleted:
        assert f'"p{number}"'.encode() not in b"".join(p.read_bytes() for p in folder.rglob("*") if p.is_file())
