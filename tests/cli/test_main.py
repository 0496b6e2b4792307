import os
import subprocess
import sys

import pytest

from wardspace.cli import main
from wardspace.core.version import __version__


def run(*arguments):
    with pytest.raises(SystemExit) as stop:
        main(list(arguments))
    return stop.value.code


def test_help_imports_no_torch():
    code = (
        "import sys\nfrom wardspace.cli import main\n"
        "try: main(['--help'])\nexcept SystemExit as stop: assert stop.code == 0\n"
        "assert not {'torch', 'transformers', 'sklearn', 'pyarrow'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)


@pytest.mark.parametrize(
    ("given", "policy"),
    [({}, "PASSIVE"), ({"OMP_WAIT_POLICY": "active"}, "ACTIVE"), ({"GOMP_SPINCOUNT": "7"}, None)],
)
def test_threads_that_wait_sleep_unless_the_user_says_otherwise(given, policy):
    code = (
        "import os\nfrom wardspace.cli import main\n"
        "try: main(['--help'])\nexcept SystemExit: pass\n"
        "print('policy', os.environ.get('OMP_WAIT_POLICY', '').upper())\nimport torch"
    )
    mine = {key: value for key, value in os.environ.items() if key not in ("OMP_WAIT_POLICY", "GOMP_SPINCOUNT")}
    told = subprocess.run(
        [sys.executable, "-c", code],
        env={**mine, **given, "OMP_DISPLAY_ENV": "true"},
        check=True,
        capture_output=True,
        text=True,
    )
    assert told.stdout.splitlines()[-1].split() == ["policy", *([policy] if policy else [])]
    if policy and "OMP_WAIT_POLICY" in told.stderr:  # what OpenMP itself says it uses
        assert f"OMP_WAIT_POLICY = '{policy}'" in told.stderr


def test_version_is_that_of_the_package(capsys):
    assert run("--version") == 0
    assert capsys.readouterr().out.split() == ["wardspace", __version__]


def test_a_missing_study_is_one_message_without_traceback(capsys, tmp_path):
    assert run("run", str(tmp_path / "none.yaml")) == 2
    told = capsys.readouterr().err
    assert "no such study file" in told
    assert "Traceback" not in told


def test_unknown_commands_and_options_exit_with_2():
    assert run("fly") == 2
    assert run("run", "--fast") == 2


def test_validate_says_sound(capsys, tmp_path):
    file = tmp_path / "a.yaml"
    file.write_text("name: x\nadapt: [{name: m, objectives: [mlm]}]\n")
    assert run("validate", str(file)) == 0
    assert "sound" in capsys.readouterr().out


def test_validate_names_mistakes(capsys, tmp_path):
    file = tmp_path / "a.yaml"
    file.write_text("nam: x\nbudget: {tokens: -1}\n")
    assert run("validate", str(file)) == 2
    told = capsys.readouterr().err
    assert "nam: no such key; did you mean name?" in told
    assert "budget.tokens" in told


def test_validate_lists_keys(capsys):
    assert run("validate", "--keys") == 0
    assert "corpus.split.validation" in capsys.readouterr().out


def test_ls_names_what_there_is(capsys):
    assert run("ls") == 0
    listed = capsys.readouterr().out
    for name in (
        "mlm",
        "declutr",
        "category",
        "csv",
        "parquet",
        "jsonl",
        "ward",
        "classification",
        "retrieval",
        "minilm",
    ):
        assert name in listed


def test_interruption_exits_with_130(monkeypatch, capsys, tmp_path):
    def interrupted(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr("wardspace.config.load_study", interrupted)
    assert run("run", str(tmp_path / "a.yaml")) == 130
    assert "go on" in capsys.readouterr().err


@pytest.mark.parametrize("chained", [True, False])
def test_an_import_that_an_interrupt_stopped_is_an_interruption(monkeypatch, tmp_path, chained):
    """A module in C may answer Ctrl-C with an error of its own."""

    def interrupted(*_):
        try:
            raise KeyboardInterrupt
        except KeyboardInterrupt as error:
            if chained:
                raise ImportError("initialization failed") from error
            raise ImportError("initialization failed")  # noqa: B904

    monkeypatch.setattr("wardspace.config.load_study", interrupted)
    assert run("run", str(tmp_path / "a.yaml")) == 130


def test_an_error_of_the_program_keeps_its_traceback(monkeypatch, tmp_path):
    def faulty(*_):
        raise ImportError("no such module")

    monkeypatch.setattr("wardspace.config.load_study", faulty)
    with pytest.raises(ImportError, match="no such module"):
        main(["run", str(tmp_path / "a.yaml")])
