import json
import os
import signal
import subprocess
import sys
import time

import numpy as np
import pyarrow.parquet as pq
import pytest
import yaml
from sentence_transformers import SentenceTransformer

from tests.fixtures.studies import CANARY, small_study, write_notes
from tests.fixtures.weights import differing
from wardspace.core.errors import WardspaceError
from wardspace.corpus import Corpus
from wardspace.models import Encoder
from wardspace.results import Results
from wardspace.study import Study
from wardspace.tasks import finetuning


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    home = tmp_path_factory.mktemp("study")
    values = small_study(home)
    report = Study.parse(values, home / "run").run()
    return home, values, report


def events(run):
    lines = [json.loads(line) for line in (run / "log.jsonl").read_text().splitlines()]
    return [(line["event"], line.get("stage")) for line in lines]


def test_a_run_holds_what_the_contract_says(finished):
    home, _, report = finished
    assert report == home / "run" / "report.html"
    run = home / "run"
    for name in ("study.yaml", "environment.json", "corpus", "models", "predictions", "results.json", "log.jsonl"):
        assert (run / name).exists()
    assert not list(run.glob("models/.*"))
    assert not list(run.glob("work/*"))


def test_no_text_of_a_note_outside_the_corpus(finished):
    run = finished[0] / "run"
    needles = [CANARY.encode(), b"umbrella nineteen", CANARY.encode("utf-16-le")]
    checked = 0
    for path in run.rglob("*"):
        if path.is_file() and (run / "corpus") not in path.parents:
            data = path.read_bytes()
            checked += 1
            assert not any(needle in data for needle in needles), path
    assert checked > 20
    assert CANARY in Corpus.open(run / "corpus").table(["text"])["text"][0].as_py()


def test_results_hold_every_model_setting_and_interval(finished):
    results = Results.read(finished[0] / "run" / "results.json")
    assert [model.name for model in results.models] == ["tfidf", "base", "both", "category"]
    for model in ("tfidf", "base", "both", "category"):
        for shots in (None, 4):
            found = [
                s
                for s in results.scores
                if (s.model, s.shots, s.seed, s.metric, s.split) == (model, shots, None, "macro_f1", "test")
            ]
            assert len(found) == 1
            if found[0].value == 1:  # without a mistake nothing moves when patients are drawn anew
                assert found[0].low is found[0].high is None
            else:
                assert found[0].low <= found[0].value <= found[0].high
    assert {d.against for d in results.differences} >= {"base", "tfidf"}
    assert {d.metric for d in results.differences} >= {"macro_f1", "auroc"}
    assert all(d.p_holm >= d.p > 0 for d in results.differences)
    assert results.interval == "bca"
    assert {s.model for s in results.space} == {"base", "both", "category"}
    assert all(s.low <= s.value <= s.high for s in results.space if s.measure == "silhouette")
    assert {(d.model, d.against) for d in results.space_differences} == {
        ("both", "base"), ("category", "base"), ("both", "category")
    }  # fmt: skip
    assert {s.model for s in results.shifts} == {"both", "category"}
    assert len(results.similarities) == 2 * 3


def test_every_objective_read_the_same_budget(finished):
    results = Results.read(finished[0] / "run" / "results.json")
    totals = {m.name: sum(stage.tokens for stage in m.stages) for m in results.models if m.stages}
    assert set(totals) == {"both", "category"}
    for total in totals.values():
        assert 4000 <= total < 4000 + 2 * 1000  # each stage may end with one batch too many


def test_models_open_in_plain_sentence_transformers(finished):
    run = finished[0] / "run"
    texts = Corpus.open(run / "corpus").table(["text"])["text"].to_pylist()[:10]
    folder = run / "models" / "category"
    plain = SentenceTransformer(str(folder), device="cpu")
    ours = Encoder.load(folder).encode(texts, precision="fp32")
    # of longer notes it reads the first window alone
    fits = [len(plain.tokenizer(text)["input_ids"]) <= plain.max_seq_length for text in texts]
    assert sum(fits) >= 5
    assert np.abs(plain.encode(texts) - ours)[fits].max() < 1e-5
    stored = np.load(run / "vectors" / "category.npy")[:10]
    cosine = (stored * ours).sum(1) / np.linalg.norm(stored, axis=1) / np.linalg.norm(ours, axis=1)
    assert cosine.min() > 0.995  # stored ones may be bf16


def test_every_adapted_model_carries_a_card_with_its_scores(finished):
    card = (finished[0] / "run" / "models" / "both" / "README.md").read_text()
    assert "library_name: sentence-transformers" in card
    assert "predicts hidden words" in card
    assert "spans of one note together" in card
    assert "interval" in card


def test_an_unchanged_study_runs_nothing_again(finished):
    home, values, _ = finished
    before = len(events(home / "run"))
    Study.parse(values, home / "run").run()
    again = events(home / "run")[before:]
    assert again
    assert {event for event, _ in again} == {"kept"}


def test_a_changed_task_keeps_the_models(finished):
    home, values, _ = finished
    before = len(events(home / "run"))
    changed = {**values, "tasks": [{**values["tasks"][0], "shots": [4, 6]}]}
    Study.parse(changed, home / "run").run()
    again = events(home / "run")[before:]
    started = {stage for event, stage in again if event == "started"}
    assert ("kept", "adapt/both") in again
    assert ("kept", "prepare") in again
    assert any(stage.startswith("evaluate/") for stage in started)
    assert not any(stage.startswith(("adapt/", "embed/")) for stage in started)


@pytest.mark.slow
@pytest.mark.processes
def test_a_killed_run_goes_on_and_ends_the_same(finished, tmp_path):
    values = small_study(finished[0])
    study = tmp_path / "study.yaml"
    study.write_text(yaml.safe_dump(values))
    command = [sys.executable, "-m", "wardspace", "run", str(study), "--out", str(tmp_path / "run")]
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL, env={**os.environ, "OMP_NUM_THREADS": "1"})
    work = tmp_path / "run" / "models"
    deadline = time.monotonic() + 60
    while not list(work.rglob("checkpoint-*")) and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.02)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert not (tmp_path / "run" / "report.html").exists()
    subprocess.run(command, check=True, capture_output=True, env={**os.environ, "OMP_NUM_THREADS": "1"})
    for name in ("both", "category"):
        assert not differing(tmp_path / "run" / "models" / name, finished[0] / "run" / "models" / name)


def test_a_missing_map_package_stops_before_anything_runs(finished, tmp_path, monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    values = small_study(finished[0], report={"map": "umap"})
    with pytest.raises(WardspaceError, match="umap-learn"):
        Study.parse(values, tmp_path / "run").run()
    assert not (tmp_path / "run").exists()


def test_transductive_is_told(finished, tmp_path):
    values = small_study(finished[0], transductive=True)
    values["adapt"] = values["adapt"][1:]
    Study.parse(values, tmp_path / "run").run(until="space")
    results = Results.read(tmp_path / "run" / "results.json")
    assert results.transductive
    assert any("ransductive" in warning for warning in results.warnings)


def test_a_missing_column_leaves_what_was_there(finished, tmp_path):
    values = small_study(tmp_path)
    Study.parse(values, tmp_path / "run").run(until="prepare")
    kept = (tmp_path / "run" / "corpus" / "corpus.json").read_bytes()
    values["corpus"]["columns"]["labels"] = ["aera"]
    values["tasks"][0]["label"] = "aera"
    values["space"] = {}
    with pytest.raises(WardspaceError, match="aera"):
        Study.parse(values, tmp_path / "run").run()
    assert (tmp_path / "run" / "corpus" / "corpus.json").read_bytes() == kept


def test_more_notes_make_a_new_corpus(tmp_path):
    values = small_study(tmp_path)
    Study.parse(values, tmp_path / "run").run(until="prepare")
    first = Corpus.open(tmp_path / "run" / "corpus").content_hash
    write_notes(tmp_path / "notes.csv", 140, canary=True)
    Study.parse(values, tmp_path / "run").run(until="prepare")
    assert Corpus.open(tmp_path / "run" / "corpus").content_hash != first


def test_rows_left_out_are_counted_aloud(tmp_path, capsys):
    values = small_study(tmp_path)
    with (tmp_path / "notes.csv").open("a") as handle:
        handle.write("n0,p0,letter,heart,an id seen before\nx,p0,letter,heart,\n")
    Study.parse(values, tmp_path / "run").run(until="prepare")
    told = capsys.readouterr().err
    assert "120 notes kept of 122 rows" in told
    assert "1 empty text" in told
    assert "corpus/rejects.parquet" in told


def test_a_class_with_one_note_is_named(tmp_path):
    values = small_study(tmp_path, adapt=[])
    with (tmp_path / "notes.csv").open("a") as handle:
        handle.write("x,p0,letter,kidney,one note alone of this kind\n")
    with pytest.raises(WardspaceError, match="kidney"):
        Study.parse(values, tmp_path / "run").run()
    assert not (tmp_path / "run" / "vectors").exists()
    values["tasks"][0]["absent_classes"] = "drop"
    Study.parse(values, tmp_path / "run").run(until="space")
    results = Results.read(tmp_path / "run" / "results.json")
    assert results.classes["area"] == ["heart", "lung"]
    assert any("kidney" in warning for warning in results.warnings)


def test_fine_tuning_takes_the_base_and_the_best_by_validation(finished, tmp_path):
    values = small_study(finished[0])
    tuning = {"models": "best", "best": 1, "seeds": 2, "epochs": 1, "batch_notes": 8, "notes": 12}
    values["tasks"][0] |= {
        "settings": ["probe", "finetune"],
        "probes": ["logistic", "head"],
        "seeds": 2,
        "finetune": tuning,
    }
    Study.parse(values, tmp_path / "run").run()
    results = Results.read(tmp_path / "run" / "results.json")
    tuned = {s.model for s in results.scores if s.setting == "finetune"}
    assert len(tuned) == 2
    assert "base" in tuned
    seeds = {s.seed for s in results.scores if s.setting == "finetune" and s.model == "base"}
    assert seeds == {0, 1, None}
    assert {s.setting for s in results.scores} == {"logistic", "head", "finetune"}
    assert results.finetune_notes == {"area": 12}
    assert not list((tmp_path / "run").glob("work/*"))


def flipped(data):
    """The file with other bits in the middle of its first page."""
    return data[:60] + bytes([data[60] ^ 0xFF]) + data[61:]


def test_more_seeds_train_only_these(finished, tmp_path, monkeypatch):
    """And fewer train none; with another option all are trained again."""
    trained, train = [], finetuning.train

    def counted(models, parts, options, folder, **others):
        trained.append(options.training.seed)
        return train(models, parts, options, folder, **others)

    monkeypatch.setattr(finetuning, "train", counted)

    def run(**options):
        tuning = {"models": ["base"], "seeds": 1, "epochs": 1, "batch_notes": 8, "notes": 12, **options}
        values = small_study(finished[0]) | {"adapt": []}
        values["tasks"][0] |= {"settings": ["probe", "finetune"], "probes": ["logistic"], "finetune": tuning}
        Study.parse(values, tmp_path / "run").run(until="evaluate")
        told, done = trained[:], pq.read_table(tmp_path / "run" / "predictions" / "area-base-finetune.parquet")
        trained.clear()
        return told, set(done["seed"].to_pylist())

    rates = [1e-4, 1e-3]
    assert run(learning_rate=rates) == ([0, 0], {0})
    assert run(learning_rate=rates, seeds=3) == ([1, 2], {0, 1, 2})
    assert run(learning_rate=rates, seeds=2) == ([], {0, 1})
    (damaged,) = (tmp_path / "run" / "predictions" / "trainings").rglob("finetune-None-1.parquet")
    damaged.write_bytes(flipped(damaged.read_bytes()))
    assert run(learning_rate=rates, seeds=3) == ([1], {0, 1, 2})
    assert run(learning_rate=1e-4, seeds=2) == ([0, 1], {0, 1})
    assert len(list((tmp_path / "run" / "predictions" / "trainings" / "area" / "base").iterdir())) == 1


@pytest.mark.slow
@pytest.mark.processes
@pytest.mark.parametrize("stage", ["adapt/category", "evaluate/area-tfidf-frozen"])
def test_ctrl_c_exits_with_130_and_the_run_goes_on(finished, tmp_path, stage):
    study = tmp_path / "study.yaml"
    study.write_text(yaml.safe_dump(small_study(finished[0])))
    run = tmp_path / "run"
    command = [sys.executable, "-m", "wardspace", "run", str(study), "--out", str(run)]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    for line in process.stderr:
        if stage in line:
            process.send_signal(signal.SIGINT)
            break
    told = process.stderr.read()
    assert process.wait(60) == 130
    assert "Traceback" not in told
    assert "run the same command again" in told
    subprocess.run(command, check=True, capture_output=True)
    assert (run / "report.html").exists()
    assert events(run).count(("finished", "prepare")) == 1


def test_what_lies_behind_the_scores_is_in_the_results(finished):
    results = Results.read(finished[0] / "run" / "results.json")
    measures = {(s.model, s.measure) for s in results.calibration if s.shots is None}
    assert measures == {
        (model, measure)
        for model in ("tfidf", "base", "both", "category")
        for measure in ("ece", "ece_plain", "brier", "log_loss", "aurc")
    }
    assert {s.shots for s in results.calibration} >= {None, 4}
    assert {a.model for a in results.abstention} == {"tfidf", "base", "both", "category"}
    assert {(s.column, s.group) for s in results.subgroups} == {
        ("kind", group) for group in ("letter", "round", "not given")
    }
    tested = next(score.n for score in results.scores if score.split == "test")
    assert sum(s.n for s in results.subgroups if (s.model, s.metric) == ("base", "accuracy")) == tested
    assert results.drift == []
