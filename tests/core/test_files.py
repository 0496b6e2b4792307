import errno
import os
import shutil
import signal
import stat
import subprocess
import sys

import pytest

from wardspace.core.errors import WardspaceError, machine_faults
from wardspace.core.files import digest, owner_only, read_json, whole_folder, write_json, write_text
from wardspace.core.processes import stopped_as_by_ctrl_c


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


KILLED = (
    "import os, signal, sys; from pathlib import Path; from wardspace.core.files import whole_folder\n"
    "with whole_folder(Path(sys.argv[1])) as scratch:\n"
    "    (scratch / 'note').write_text('private')\n"
    "    {}\n"
)


def killed_in(target, last="os.kill(os.getpid(), signal.SIGKILL)"):
    return subprocess.run([sys.executable, "-c", KILLED.format(last), str(target)], check=False)


def texts(folder):
    return [path.read_text() for path in folder.rglob("*") if path.is_file()]


def test_what_a_killed_process_left_is_swept_up_by_the_next_in_the_folder(tmp_path):
    killed_in(tmp_path / "corpus")
    (left,) = tmp_path.iterdir()
    assert "private" in texts(tmp_path)
    assert stat.S_IMODE(left.stat().st_mode) == 0o700
    with whole_folder(tmp_path / "other") as scratch:
        (scratch / "a").write_text("new")
    assert [path.name for path in tmp_path.iterdir()] == ["other"]


def test_a_process_id_that_was_given_again_protects_nothing(tmp_path):
    """The killed process had the id of this one, as in a container where every run is process 1."""
    child = os.fork()
    if child == 0:
        with whole_folder(tmp_path / "corpus") as scratch:
            (scratch / "note").write_text("private")
            os.kill(os.getpid(), signal.SIGKILL)
    os.waitpid(child, 0)
    (left,) = tmp_path.iterdir()
    left.rename(left.with_name(left.name.replace(str(child), str(os.getpid()))))
    write_text(tmp_path / "a.txt", "new")
    assert [path.name for path in tmp_path.iterdir()] == ["a.txt"]


def test_scratch_in_use_stays_whatever_its_target_is_called(tmp_path):
    code = KILLED.format("print('begun', flush=True); sys.stdin.read()")
    command = [sys.executable, "-c", code, str(tmp_path / "mlm-12")]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout.readline() == "begun\n"
    for name in ("mlm", "mlm-12"):
        with whole_folder(tmp_path / name):
            assert "private" in texts(tmp_path)
    process.communicate("")
    assert process.returncode == 0
    assert texts(tmp_path / "mlm-12") == ["private"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["mlm", "mlm-12"]


def test_a_folder_set_aside_comes_back_where_its_successor_did_not(tmp_path):
    target = tmp_path / "corpus"
    target.mkdir()
    (target / "note").write_text("old")
    killed_in(target, "Path(sys.argv[1]).rename(scratch.with_name('old')); os.kill(os.getpid(), signal.SIGKILL)")
    assert not target.exists()
    write_text(tmp_path / "a.txt", "new")
    assert texts(target) == ["old"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.txt", "corpus"]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_waits_until_scratch_is_removed(tmp_path, monkeypatch, number):
    real = shutil.rmtree

    def interrupted(folder, **options):
        signal.raise_signal(number)
        real(folder, **options)

    monkeypatch.setattr(shutil, "rmtree", interrupted)
    with stopped_as_by_ctrl_c(), pytest.raises(KeyboardInterrupt):
        write_text(tmp_path / "a.txt", "new")
    assert [path.name for path in tmp_path.iterdir()] == ["a.txt"]
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_other_hidden_folders_are_left_alone(tmp_path):
    (tmp_path / ".mine~abcdefgh").mkdir()
    (tmp_path / ".mine~abcdefgh" / "a").write_text("mine")
    write_text(tmp_path / "a.txt", "new")
    assert texts(tmp_path / ".mine~abcdefgh") == ["mine"]


@pytest.mark.parametrize("umask", [0o000, 0o022, 0o077])
def test_what_is_written_is_for_its_owner_alone(tmp_path, umask):
    before = os.umask(umask)
    try:
        write_text(tmp_path / "a.txt", "secret")
        write_text(tmp_path / "a.txt", "secret")
        with whole_folder(tmp_path / "b"):
            pass
        with owner_only():
            (tmp_path / "c").mkdir()
            (tmp_path / "d").touch()
        assert os.umask(umask) == umask
    finally:
        os.umask(before)
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()}
    assert modes == {"a.txt": 0o600, "b": 0o700, "c": 0o700, "d": 0o600}
