"""install.sh checks the whole bundle before it installs anything."""

import hashlib
import platform
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[2] / "packaging" / "install.sh"
HERE = f"{sys.version_info[0]}.{sys.version_info[1]} {platform.system()} {platform.machine()}"


@pytest.fixture
def bundle(tmp_path):
    """A bundle whose wheels are none."""
    folder = tmp_path / "bundle"
    (folder / "wheels").mkdir(parents=True)
    (folder / "install.sh").write_bytes(SCRIPT.read_bytes())
    for name in ("wheels/one-1.0-py3-none-any.whl", "wheels/two-1.0-py3-none-any.whl", "constraints.txt"):
        (folder / name).write_text(name)
    (folder / "extras").write_text("demo\n")
    (folder / "platform").write_text(f"{HERE}\n")
    return folder


def write_sums(bundle):
    files = sorted(path for path in bundle.rglob("*") if path.is_file())
    lines = [f"{hashlib.sha256(path.read_bytes()).hexdigest()}  ./{path.relative_to(bundle)}" for path in files]
    (bundle / "SHA256SUMS").write_text("\n".join(lines) + "\n")


def install(bundle):
    target = bundle.parent / "environment"
    command = ["sh", str(bundle / "install.sh"), str(target)]
    given = {"PATH": "/usr/bin:/bin", "PYTHON": sys.executable}
    done = subprocess.run(command, env=given, capture_output=True, text=True, check=False)
    return done, target


def test_a_damaged_file_is_named_and_nothing_is_installed(bundle):
    write_sums(bundle)
    (bundle / "wheels" / "two-1.0-py3-none-any.whl").write_text("another")
    done, target = install(bundle)
    assert done.returncode == 2
    assert "wheels/two-1.0-py3-none-any.whl" in done.stderr
    assert "one-1.0" not in done.stderr
    assert not target.exists()


@pytest.mark.parametrize("name", ["wheels/one-1.0-py3-none-any.whl", "constraints.txt"])
def test_a_missing_file_is_named(bundle, name):
    write_sums(bundle)
    (bundle / name).unlink()
    done, target = install(bundle)
    assert done.returncode == 2
    assert name in done.stderr
    assert not target.exists()


def test_an_added_wheel_is_refused(bundle):
    write_sums(bundle)
    (bundle / "wheels" / "evil-9.9-py3-none-any.whl").write_text("x")
    done, target = install(bundle)
    assert done.returncode == 2
    assert "evil-9.9" in done.stderr
    assert not target.exists()


def test_wheels_for_another_python_are_refused(bundle):
    (bundle / "platform").write_text("2.7 Plan9 vax\n")
    write_sums(bundle)
    done, target = install(bundle)
    assert done.returncode == 2
    assert "Plan9" in done.stderr
    assert HERE in done.stderr
    assert not target.exists()
