"""A model over-trained on planted secrets does not pass the gate, and its base does."""

import json
import shutil

import numpy as np
import pytest
import yaml
from rich.console import Console
from sentence_transformers import SentenceTransformer

from tests.fixtures.models import tiny_model
from tests.fixtures.studies import small_study
from wardspace.cli import main
from wardspace.cli.audit import _table
from wardspace.config import CanaryConfig
from wardspace.core.errors import RunError, StudyError
from wardspace.corpus import Corpus
from wardspace.models import Encoder
from wardspace.privacy import Audit, Verdict
from wardspace.privacy.canaries import make_canaries
from wardspace.privacy.gate import Check
from wardspace.privacy.record import Figure
from wardspace.report.card.audit import REFUSED, RELEASED
from wardspace.study import Study
from wardspace.study.commands.audit import audit
from wardspace.study.commands.export import export

CANARIES = {"count": 4, "frequencies": [1, 64], "candidates": 63}
PRIVACY = {"canaries": CANARIES, "fewest_patients": 10, "resamples": 200, "masks": 1}


def over_trained(home, **changes):
    tiny_model(home / "base", "roberta")
    values = small_study(
        home,
        budget={"tokens": 150_000},
        encoder={"window": 96},
        adapt=[{"name": "memoriser", "objectives": ["mlm"]}],
        privacy=PRIVACY,
        **changes,
    )
    values["training"] |= {"batch_tokens": 1000, "learning_rate": 3e-3}
    return values


@pytest.fixture(scope="module")
def audited(tmp_path_factory):
    home = tmp_path_factory.mktemp("audit")
    values = over_trained(home)
    study = Study.parse(
        values,
        home / "run",
    )
    return home, values, {name: audit(study, name) for name in ("memoriser", "base")}


@pytest.fixture(scope="module")
def run(audited):
    return audited[0] / "run"


def test_the_over_trained_model_is_refused_for_what_it_remembers(audited):
    found, verdict, path = audited[2]["memoriser"]
    rare, often = found.canaries.frequencies
    assert often.exposure.value > 3 > rare.exposure.value
    assert not verdict.passed
    assert all("exposure of secrets in 64 notes" in fault for fault in verdict.faults)
    assert Audit.read(path.parent) == found


def test_the_card_in_the_run_folder_tells_of_the_audit(run):
    card = (run / "models" / "memoriser" / "README.md").read_text()
    assert REFUSED in card
    assert "exposure of secrets in 64 notes (bits)" in card
    assert not (run / "models" / "base" / "README.md").exists()


def test_the_base_passes(audited):
    found, verdict, path = audited[2]["base"]
    assert verdict.passed, verdict.faults
    assert found.canaries
    assert found.membership
    assert path == audited[0] / "run" / "models" / "base" / "audit.json"


def test_secrets_and_notes_stay_in_the_corpus_folder(run):
    secrets = [canary.secret.encode() for canary in make_canaries(CanaryConfig.model_validate(CANARIES))]
    files = [path for path in run.rglob("*") if path.is_file() and run / "corpus" not in path.parents]
    assert len(files) > 10
    assert not any(secret in path.read_bytes() for path in files for secret in secrets)
    planted = json.loads((run / "corpus" / "canaries" / "canaries.json").read_text())["canaries"]
    assert len(planted) == len(secrets)


def test_no_canary_is_among_the_notes_that_are_scored(run):
    corpus = Corpus.open(run / "corpus")
    assert len(corpus) == 120
    assert not any("canary" in name for name in corpus.table(["note_id"])["note_id"].to_pylist())


def test_what_stands_is_not_measured_again(audited):
    home, values, _ = audited
    before = (home / "run" / "log.jsonl").read_text().count("\n")
    looser = values | {"privacy": PRIVACY | {"limits": {"exposure": 7, "membership_auc": 1, "tpr_at_1fpr": 1}}}
    _, verdict, _ = audit(Study.parse(looser, home / "run"), "memoriser")
    assert verdict.passed
    events = [json.loads(line)["event"] for line in (home / "run" / "log.jsonl").read_text().splitlines()[before:]]
    assert set(events) == {"kept"}
    audit(Study.parse(values, home / "run"), "memoriser")  # the limits of study.yaml, as they were


def test_export_refuses_and_writes_nothing(run, tmp_path, capsys):
    with pytest.raises(SystemExit) as stop:
        main(["export", str(run), "memoriser", str(tmp_path / "out")])
    assert stop.value.code == 2
    told = capsys.readouterr().err
    assert "exposure of secrets in 64 notes (bits)" in told
    assert "--accept-risk" in told
    assert "to do: train less or de-identify more" in told
    assert not (tmp_path / "out").exists()


def test_a_risk_that_is_taken_stands_in_the_card(run, tmp_path, capsys):
    reason = "stays inside the research enclave"
    with pytest.raises(SystemExit) as stop:
        main(["export", str(run), "memoriser", str(tmp_path / "out"), "--accept-risk", reason])
    assert stop.value.code == 0
    card = (tmp_path / "out" / "README.md").read_text()
    assert RELEASED in card
    assert reason in card
    assert "exposure of secrets in 64 notes (bits)" in card
    assert "over |" in card
    ours = Encoder.load(run / "models" / "memoriser").encode(["chest pain today"], precision="fp32")
    plain = SentenceTransformer(str(tmp_path / "out"), device="cpu").encode(["chest pain today"])
    assert np.abs(plain - ours).max() < 1e-5


def test_nothing_but_the_model_is_exported(run, tmp_path):
    export(run, "base", tmp_path / "out")
    names = {path.name for path in (tmp_path / "out").rglob("*") if path.is_file()}
    assert {"model.safetensors", "modules.json", "README.md"} <= names
    assert not names & {"audit.json", "cost.json", "history.json", "masked-head.safetensors", "log.jsonl"}
    assert "within the limits of the study" in (tmp_path / "out" / "README.md").read_text()


def test_an_audit_of_other_weights_does_not_count(run, tmp_path):
    copied = tmp_path / "run"
    shutil.copytree(run, copied)
    Encoder.load(copied / "models" / "memoriser").save(tmp_path / "model")
    weights = copied / "models" / "memoriser" / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-4] + b"\0\0\0\0")
    with pytest.raises(RunError, match="other weights") as told:
        export(copied, "memoriser", tmp_path / "out")
    assert told.value.fix.startswith("wardspace audit ")
    export(copied, "memoriser", tmp_path / "out", "tried out on synthetic notes")
    card = (tmp_path / "out" / "README.md").read_text()
    assert "other weights" in card
    assert "exposure" not in card  # figures of other weights say nothing of these


def test_without_an_audit_nothing_goes(run, tmp_path):
    copied = tmp_path / "run"
    shutil.copytree(run, copied)
    (copied / "models" / "memoriser" / "audit.json").unlink()
    with pytest.raises(RunError, match="not been audited") as told:
        export(copied, "memoriser", tmp_path / "out")
    assert told.value.fix.startswith(
        f"wardspace audit {copied / 'study.yaml'} memoriser --out {copied}; or --accept-risk"
    )
    with pytest.raises(RunError, match="no reason"):
        export(copied, "memoriser", tmp_path / "out", "  ")
    with pytest.raises(RunError, match="no model 'other'"):
        export(copied, "other", tmp_path / "out")
    with pytest.raises(RunError, match="inside the run folder"):
        export(copied, "base", copied / "models" / "base")
    with pytest.raises(RunError, match="no run"):
        export(tmp_path, "memoriser", tmp_path / "out")


def test_an_unknown_model_is_told_before_any_work(audited, tmp_path):
    with pytest.raises(StudyError, match="no model 'other'"):
        audit(Study.parse(audited[1], tmp_path / "run"), "other")
    with pytest.raises(StudyError, match="no such model folder"):
        audit(Study.parse(audited[1], tmp_path / "run"), str(tmp_path / "other"))
    assert not (tmp_path / "run").exists()


def test_the_command_prints_the_figures_and_the_verdict(audited, tmp_path, capsys):
    home, values, _ = audited
    study = tmp_path / "study.yaml"
    study.write_text(yaml.safe_dump(values))
    with pytest.raises(SystemExit) as stop:
        main(["audit", str(study), "memoriser", "--out", str(home / "run")])
    assert stop.value.code == 1
    told = capsys.readouterr()
    assert "exposure of secrets in 1 note" in told.out
    assert "OVER" in told.out
    assert "the gate refuses it" in told.err
    assert "not measured: recovery" in told.err


def test_the_command_exits_with_0_where_the_gate_lets_a_model_pass(audited, tmp_path, capsys):
    home, values, _ = audited
    study = tmp_path / "study.yaml"
    study.write_text(yaml.safe_dump(values))
    with pytest.raises(SystemExit) as stop:
        main(["audit", str(study), "base", "--out", str(home / "run")])
    assert stop.value.code == 0
    assert "the gate lets it pass" in capsys.readouterr().err


def test_the_command_without_a_model_lists_those_of_the_study(audited, tmp_path, capsys):
    study = tmp_path / "study.yaml"
    study.write_text(yaml.safe_dump(audited[1]))
    with pytest.raises(SystemExit) as stop:
        main(["audit", str(study)])
    assert stop.value.code == 2
    assert "base, memoriser, or a model folder" in capsys.readouterr().err


def test_no_figure_of_the_table_is_less_than_nothing_by_its_sign_alone(capsys):
    check = Check("names: rise over the base", Figure(value=-0.0001, low=-0.0002, high=0.0), 0.0, 0.1)
    Console().print(_table(Verdict([check], [])))
    told = capsys.readouterr().out
    assert "0.000 to 0.000" in told
    assert "-0" not in told


def test_the_base_needs_no_adapted_model(audited, tmp_path):
    found, _, _ = audit(Study.parse(audited[1], tmp_path / "run"), "base")
    assert found == audited[2]["base"][0]
    assert not (tmp_path / "run" / "models" / "memoriser").exists()


def test_without_canaries_and_with_a_transductive_study_it_says_what_was_not_measured(tmp_path):
    values = over_trained(tmp_path, transductive=True)
    values |= {"budget": {"tokens": 2000}, "privacy": {"fewest_patients": 10, "resamples": 100}}
    found, verdict, _ = audit(Study.parse(values, tmp_path / "run"), "memoriser")
    assert "planted" in found.not_measured["canaries"]
    assert "no patient was held out" in found.not_measured["membership"]
    assert len(verdict.faults) == 2


def test_a_contrast_on_a_base_without_a_head_is_asked_by_its_vectors(tmp_path):
    tiny_model(tmp_path / "base", "roberta", masked_head=False)
    contrast = {"declutr": {"longest": 32, "shortest": 4, "mlm_weight": 0}}
    values = over_trained(tmp_path)
    tiny_model(tmp_path / "headless", "roberta", masked_head=False)
    values |= {"base": str(tmp_path / "headless"), "budget": {"tokens": 3000}}
    values["adapt"] = [{"name": "contrast", "objectives": [contrast]}, {"name": "words", "objectives": ["mlm"]}]
    study = Study.parse(values, tmp_path / "run")
    found, _, _ = audit(study, "contrast")
    assert found.canaries.scored_by == "closeness of embeddings"
    assert {attack.name for attack in found.membership.attacks} == {"closeness", "closeness against the base"}
    found, _, _ = audit(study, "words")
    assert found.canaries.scored_by == "masked pseudo-log-likelihood"
    names = {attack.name for attack in found.membership.attacks}
    assert "loss against the base, asked through the model's own head" in names
