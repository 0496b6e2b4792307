import json
import os

import pytest

from wardspace.study.folder import RunFolder
from wardspace.study.stages import Stages


@pytest.fixture
def step(tmp_path):
    """Runs one step, which writes a file and a model folder; tells how often it ran."""
    folder = RunFolder(tmp_path)
    file, model = tmp_path / "vectors" / "mlm.npy", tmp_path / "models" / "mlm"
    ran = []

    def write():
        ran.append(1)
        for path in (file, model / "model.safetensors", model / "1_Pooling" / "config.json"):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(path.name.encode() * 50)
        return {"ran": len(ran)}

    def run():
        _, result = Stages(folder).once("adapt/mlm", {"seed": 1}, [file, model], write)
        assert result == {"ran": len(ran)}
        return len(ran)

    run.folder, run.file, run.model = folder, file, model
    assert (run(), run()) == (1, 1)
    return run


@pytest.mark.parametrize(
    "name", ["vectors/mlm.npy", "models/mlm/model.safetensors", "models/mlm/1_Pooling/config.json"]
)
@pytest.mark.parametrize("change", ["zeroed", "shorter", "gone"])
def test_a_changed_output_is_made_again(step, name, change, capsys):
    path = step.folder.path / name
    whole = path.read_bytes()
    if change == "gone":
        path.unlink()
    else:
        path.write_bytes(bytes(len(whole)) if change == "zeroed" else whole[:-1])
        os.utime(path, ns=(0, 0))  # written at another time, as any change is
    assert step() == 2
    assert path.read_bytes() == whole
    assert change == "gone" or name in capsys.readouterr().err
    assert step() == 2


def test_a_copied_run_is_not_made_again(step):
    for path in (step.file, step.model / "model.safetensors"):
        os.utime(path, ns=(1, 1))
    assert step() == 1


def test_what_later_steps_write_into_a_model_s_folder_is_not_its_output(step):
    (step.model / "README.md").write_text("scores")
    (step.model / "audit.json").write_text("{}")
    assert step() == 1


@pytest.mark.parametrize("left", [b"", b"{", b"\xff\xfe", b"[]", b'{"key": "x"}', b"null"])
def test_a_record_cut_short_is_no_record(step, left):
    record = step.folder.stage("adapt/mlm")
    assert json.loads(record.read_bytes())["key"]
    record.write_bytes(left)
    assert step() == 2
    assert step() == 2
