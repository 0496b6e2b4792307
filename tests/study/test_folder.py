import pytest

from wardspace.core.errors import RunError
from wardspace.core.files import read_json, write_json
from wardspace.study.folder import RunFolder
from wardspace.study.stages import Stages


def test_a_run_of_another_version_is_refused_and_left_alone(tmp_path):
    write_json(tmp_path / "run.json", {"layout": 1, "wardspace": "9.9.0"})
    (tmp_path / "results.json").write_text("{}")
    with pytest.raises(RunError, match=r"9\.9\.0"), RunFolder(tmp_path).held():
        pass
    assert sorted(path.name for path in tmp_path.iterdir()) == ["results.json", "run.json"]


def test_a_folder_that_is_no_run_is_refused_and_left_alone(tmp_path):
    (tmp_path / "thesis.txt").write_text("mine")
    with pytest.raises(RunError, match="no run"), RunFolder(tmp_path).held():
        pass
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]


def test_a_folder_that_a_kill_left_with_scratch_alone_is_taken(tmp_path):
    """Killed while it wrote run.json, the first file of all."""
    scratch = tmp_path / ".run.json~abcdefgh"
    scratch.mkdir()
    (scratch / "wardspace.lock").touch()
    with RunFolder(tmp_path).held():
        pass
    assert sorted(path.name for path in tmp_path.iterdir()) == [".lock", "run.json"]


def test_a_file_where_the_folder_should_be_is_told(tmp_path):
    (tmp_path / "x").write_text("")
    with pytest.raises(RunError, match="in the place of the run folder"):
        RunFolder(tmp_path / "x").check()


def test_two_processes_do_not_share_a_run(tmp_path):
    with RunFolder(tmp_path / "r").held(), pytest.raises(RunError, match="another process"):
        RunFolder(tmp_path / "r").held().__enter__()
    with RunFolder(tmp_path / "r").held():
        pass


def test_a_stage_runs_once_for_the_same_inputs(tmp_path):
    stages, runs, output = Stages(RunFolder(tmp_path)), [], tmp_path / "out"

    def work():
        runs.append(1)
        output.write_text("x")
        return {"n": len(runs)}

    first = stages.once("adapt/m", {"a": 1}, [output], work)
    assert stages.once("adapt/m", {"a": 1}, [output], work) == first
    assert len(runs) == 1
    key, result = stages.once("adapt/m", {"a": 2}, [output], work)
    assert (key != first[0], result) == (True, {"n": 2})
    output.unlink()
    stages.once("adapt/m", {"a": 2}, [output], work)
    assert len(runs) == 3


def test_a_stage_that_failed_runs_again(tmp_path):
    stages = Stages(RunFolder(tmp_path))

    def interrupted():
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        stages.once("s", 1, [], interrupted)
    assert stages.once("s", 1, [], lambda: 5)[1] == 5
    assert read_json(tmp_path / "stages" / "s.json")["result"] == 5


def test_a_stage_that_failed_before_it_wrote_anything_keeps_what_was_there(tmp_path):
    stages, output = Stages(RunFolder(tmp_path)), tmp_path / "out"
    first = stages.once("adapt/m", 1, [output], lambda: output.write_text("x"))

    def failed():
        raise ValueError("no notes")

    with pytest.raises(ValueError, match="no notes"):
        stages.once("adapt/m", 2, [output], failed)
    assert stages.once("adapt/m", 1, [output], failed) == first
    assert [path.name for path in (tmp_path / "stages" / "adapt").iterdir()] == ["m.json"]


def test_a_stage_that_failed_after_it_wrote_runs_again(tmp_path):
    stages, output = Stages(RunFolder(tmp_path)), tmp_path / "out"
    stages.once("s", 1, [output], lambda: output.write_text("x"))

    def half():
        output.unlink()
        output.write_text("of other inputs")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        stages.once("s", 2, [output], half)
    assert stages.once("s", 1, [output], lambda: "again")[1] == "again"
