import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.fixtures.studies import CANARY, small_study, write_notes
from wardspace.cli import main
from wardspace.core.errors import RunError
from wardspace.results import Results
from wardspace.study import Study
from wardspace.study.commands.compare import OpenedRun, compared

MLM = [{"name": "mlm", "objectives": ["mlm"]}]


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    """Two runs on the same notes with another learning rate, and one on other notes."""
    home = tmp_path_factory.mktemp("runs")
    first = small_study(home, adapt=MLM, budget={"tokens": 2000})
    Study.parse(first, home / "first").run()
    training = {**first["training"], "learning_rate": 0.003}
    Study.parse({**first, "training": training}, home / "second").run()
    other = {**first, "corpus": {**first["corpus"], "source": {"path": str(write_notes(home / "b.csv", 100))}}}
    Study.parse({**other, "adapt": []}, home / "third").run()
    return home


def commanded(*arguments):
    with pytest.raises(SystemExit) as stop:
        main(list(map(str, arguments)))
    return stop.value.code


def test_the_same_test_notes_are_compared_in_pairs(runs):
    (pair,) = compared([OpenedRun(runs / "first"), OpenedRun(runs / "second")], show_progress=False)
    assert pair.unpaired == {}
    found = {(b.series.model, b.series.shots): b for b in pair.between["area"] if b.metric == "macro_f1"}
    assert set(found) == {(model, shots) for model in ("tfidf", "base", "mlm") for shots in (4, None)}
    base = found["base", None]
    assert base.gap == (0, 0, 0)
    values = [
        next(
            s.value
            for s in Results.read(runs / name / "results.json").scores
            if (s.model, s.shots, s.seed, s.split, s.metric) == ("mlm", 4, None, "test", "macro_f1")
        )
        for name in ("first", "second")
    ]
    assert found["mlm", 4].gap.value == pytest.approx(values[1] - values[0])


def test_other_test_notes_are_not_paired(runs):
    first, third = compared([OpenedRun(runs / name) for name in ("first", "second", "third")], show_progress=False)
    assert (first.second.name, third.second.name) == ("second", "third")
    assert "not the same" in third.unpaired["area"]
    assert third.between == {}


def test_folders_of_one_name_are_told_apart(runs):
    pairs = compared([OpenedRun(runs / "first"), OpenedRun(runs / "first")], show_progress=False)
    assert (pairs[0].first.name, pairs[0].second.name) == ("first (1)", "first (2)")


def test_a_folder_that_is_no_run_is_named(tmp_path):
    with pytest.raises(RunError, match="no run folder"):
        OpenedRun(tmp_path)
    with pytest.raises(RunError, match="no such run folder"):
        OpenedRun(tmp_path / "none")


def test_the_command_writes_a_page_and_a_table(runs, tmp_path, capsys):
    page = tmp_path / "what.html"
    assert commanded("report", runs / "first", runs / "second", runs / "third", "--to", page) == 0
    told = capsys.readouterr().out
    assert "training.learning_rate: 2e-05 → 0.003" in told
    assert "only in first: models mlm" in told
    assert "not paired: the test notes" in told
    written = page.read_text()
    assert "second against first" in written
    assert CANARY not in written
    assert str(runs) not in written


def test_same_says_what_differs_and_exits_with_one(runs, capsys):
    assert commanded("report", runs / "first", runs / "first", "--same") == 0
    assert "the same results to the bit" in capsys.readouterr().err
    assert commanded("report", runs / "first", runs / "second", "--same") == 1
    told = capsys.readouterr().err
    # which record, which of its figures, and both values
    assert re.search(r"^  \w+\[\d+: .*\bmlm\b.*\]\.\w+: [-\d.e]+ → [-\d.e]+$", told, re.MULTILINE)
    assert "not the same to the bit" in told
    assert commanded("report", runs / "first", runs / "second", "--same", "--tolerance", 1000) == 0


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["first", "second", "--set", "a=1"], "--set belongs to one study"),
        (["first", "second", "third", "--same"], "--same takes two run folders; given were 3"),
        (["first", "second", "--tolerance", "0.1"], "--tolerance belongs to --same"),
        (["first", "second", "--same", "--to", "x.html"], "--to belongs to a comparison"),
        (["first", "none.yaml"], "no such run folder"),
        (["none.yaml", "--same"], "--same belongs to two run folders or more"),
        (["none.yaml"], "no such study file"),
    ],
)
def test_what_was_given_wrongly_is_told(runs, capsys, arguments, told):
    given = [str(runs / a) if Path(a).suffix in ("", ".yaml") and a[0] not in "-0a" else a for a in arguments]
    assert commanded("report", *given) == 2
    assert told in capsys.readouterr().err


def test_help_of_report_imports_no_torch():
    code = (
        "import sys\nfrom wardspace.cli import main\n"
        "try: main(['report', '--help'])\nexcept SystemExit as stop: assert stop.code == 0\n"
        "assert not {'torch', 'transformers', 'pyarrow'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)
