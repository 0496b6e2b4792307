from dataclasses import replace

import pytest
import yaml

from tests.fixtures.studies import CANARY, small_study
from wardspace.cli import main
from wardspace.cli.forecast_words import sentences
from wardspace.training.forecast.forecast import Forecast, StageForecast, Times

STAGE = StageForecast(
    model="m",
    objective="mlm",
    steps=100,
    tokens=800_000,
    notes_read=900,
    tokens_per_second=8000.0,
    seconds=120.0,
    low=110.0,
    high=130.0,
    times=Times(1.0, 0.0, 100.0, 15.0, 4.0),
    timed_steps=9,
    part_of_batch=1.0,
    peak_memory=2**31,
    operations=5e16,
    operations_per_token=6e10,
    operations_per_second=5e14,
    utilisation=None,
    joules_per_1000_tokens=None,
    kilowatt_hours=None,
)
FORECAST = Forecast(
    study="s",
    device="cpu (2 cores), bf16",
    wardspace="0",
    measured_for=30.0,
    stages=[STAGE],
    preparing=3.0,
    seconds=123.0,
    low=113.0,
    high=133.0,
    operations=5e16,
    kilowatt_hours=None,
    available_memory=10 * 2**30,
    pass_tokens=4096,
    largest_pass_tokens=61_440,
    gpu_peak=None,
    energy_sources=[],
)


def said(**changes):
    return "\n".join(sentences(replace(FORECAST, **changes)))


def test_the_command_from_notes_to_a_table(tmp_path, capsys):
    study = tmp_path / "study.yaml"
    study.write_text(yaml.safe_dump(small_study(tmp_path)))
    run = tmp_path / "run"
    with pytest.raises(SystemExit) as stop:
        main(["plan", str(study), "--set", "budget.tokens=3000", "--out", str(run), "--seconds", "0.3"])
    assert stop.value.code == 0
    told = capsys.readouterr()
    assert (run / "plan.json").is_file()
    assert not (run / "models").exists()
    for word in ("declutr", "category", "tokens/s", "Any batch fits", "Evaluation, space and report come on top"):
        assert word in told.out
    assert "• prepare" in told.err
    assert "corpus beside it is kept" in told.err
    assert CANARY not in told.out + told.err


def test_a_study_without_models_is_one_message(tmp_path, capsys):
    study = tmp_path / "study.yaml"
    study.write_text(yaml.safe_dump(small_study(tmp_path, adapt=[])))
    with pytest.raises(SystemExit) as stop:
        main(["plan", str(study), "--out", str(tmp_path / "run")])
    assert stop.value.code == 2
    assert "nothing to plan" in capsys.readouterr().err


def test_time_and_memory_in_plain_words():
    told = said()
    assert "about 2 min 03 s (1 min 53 s to 2 min 13 s" in told
    assert "in passes, of 4,096 tokens" in told
    assert "at most about 61,440 tokens at once fit this machine (10.0 GiB" in told
    assert "Energy: the machine does not tell." in told
    assert "utilisation" not in told
    assert "part of each batch" not in told


def test_what_could_not_be_told_is_said():
    assert "cannot be told from so few notes" in said(largest_pass_tokens=None)
    assert "not even passes of 1,024 tokens fit" in said(largest_pass_tokens=0)
    assert "mlm (25%)" in said(stages=[replace(STAGE, part_of_batch=0.25)])


def test_a_gpu_tells_its_utilisation_if_its_peak_is_known():
    gpu = "cuda (NVIDIA H100 80GB HBM3), bf16"
    told = said(device=gpu, gpu_peak=989e12, stages=[replace(STAGE, utilisation=0.31)])
    assert "of 989 TFLOP/s" in told
    assert "m/mlm 31%" in told
    assert "unknown" in said(device=gpu)


def test_energy_where_it_is_counted():
    told = said(energy_sources=["processor (RAPL)"], stages=[replace(STAGE, joules_per_1000_tokens=12.34)])
    assert "processor (RAPL)" in told
    assert "mlm 12.3" in told
