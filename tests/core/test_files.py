import errno
import stat
import subprocess
import sys

import pytest

from wardspace.core.errors import WardspaceError, machine_faults
from wardspace.core.files import digest, read_json, whole_folder, write_json, write_text


def test_a_failed_folder_leaves_the_old_one(tmp_path):
    target = tmp_path / "corpus"
    target.mkdir()
    (target / "a").write_text("old")
    with pytest.raises(KeyboardInterrupt), whole_folder(target) as scratch:
        (scratch / "a").write_text("new")
        raise KeyboardInterrupt
    assert (target / "a").read_text() == "old"
    assert list(tmp_path.iterdir()) == [target]


def test_a_finished_folder_replaces_the_old_one(tmp_path):
    target = tmp_path / "deep" / "corpus"
    target.mkdir(parents=True)
    (target / "stale").write_text("old")
    with whole_folder(target) as scratch:
        (scratch / "a").write_text("new")
    assert [path.name for path in target.iterdir()] == ["a"]
    assert list(target.parent.iterdir()) == [target]


def test_json_round_trip_and_no_scratch_left(tmp_path):
    write_json(tmp_path / "x" / "a.json", {"b": 1, "a": "é"})
    assert read_json(tmp_path / "x" / "a.json") == {"a": "é", "b": 1}
    assert len(list((tmp_path / "x").iterdir())) == 1


def test_digest_sees_values_not_order():
    assert digest({"a": 1, "b": [2]}) == digest({"b": [2], "a": 1})
    assert digest({"a": 1}) != digest({"a": 2})


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EACCES, errno.EROFS])
def test_faults_of_the_machine_are_told(number):
    with pytest.raises(WardspaceError, match="--out"), machine_faults("runs/x"):
        raise OSError(number, "no", "runs/x/a")


def test_other_faults_pass_through():
    with pytest.raises(FileNotFoundError), machine_faults("runs/x"):
        raise FileNotFoundError(errno.ENOENT, "no")


def test_what_a_killed_process_left_is_swept_up(tmp_path):
    code = (
        "import os, signal, sys; from pathlib import Path; from wardspace.core.files import whole_folder\n"
        "with whole_folder(Path(sys.argv[1])) as scratch:\n"
        "    (scratch / 'note').write_text('private'); os.kill(os.getpid(), signal.SIGKILL)"
    )
    target = tmp_path / "corpus"
    subprocess.run([sys.executable, "-c", code, str(target)], check=False)
    assert len(list(tmp_path.iterdir())) == 1
    with whole_folder(target) as scratch:
        (scratch / "a").write_text("new")
    assert [path.name for path in tmp_path.iterdir()] == ["corpus"]


def test_a_private_file_is_for_its_owner_alone(tmp_path):
    path = tmp_path / "a.txt"
    write_text(path, "open")
    write_text(path, "secret", private=True)
    assert path.read_text() == "secret"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [found.name for found in tmp_path.iterdir()] == ["a.txt"]
