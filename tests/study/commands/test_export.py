"""What an exported model's card says."""

import json

import numpy as np
import pytest
import yaml

from tests.fixtures.models import tiny_model
from tests.fixtures.studies import small_study
from wardspace.config import parse_study
from wardspace.core.errors import RunError
from wardspace.models import Encoder, OnnxEncoder
from wardspace.models.files.terms import read_terms
from wardspace.objectives.heads import TwoLayerHead
from wardspace.privacy.record import weights_hash
from wardspace.report.card.audit import AUDIT, NOT_TESTED
from wardspace.report.card.card import HOW
from wardspace.study.commands.export import export
from wardspace.study.folder import RunFolder
from wardspace.tasks import RunKey
from wardspace.tasks.documents.kept import TextClassifier

CARD = (
    f"# s: mlm\n\n## Scores\n\nhigh\n\n## {AUDIT}\n\n{NOT_TESTED}\n\n"
    "## What was not shown\n\n- a lot\n\n## Citation\n\nus\n"
)


TERMS = {"licence": "CC-BY-4.0", "agreement": "DUA 17", "serve": "forbidden"}
WHY = "made of random weights"


@pytest.fixture
def run(tmp_path):
    return run_with(tmp_path)


def run_with(tmp_path, **sections):
    """A run whose one model was adapted by nobody."""
    tiny_model(tmp_path / "base", "roberta")
    folder = RunFolder(tmp_path / "run")
    folder.begin()
    study = parse_study(small_study(tmp_path, adapt=[{"name": "mlm", "objectives": ["mlm"]}]) | sections)
    (folder.path / "study.yaml").write_text(yaml.safe_dump(study.resolved()))
    Encoder.load(tmp_path / "base").save(folder.model("mlm"), CARD)
    return folder.path


def test_what_follows_the_audit_in_the_card_is_kept(run, tmp_path):
    export(run, "mlm", tmp_path / "out", "made of random weights")
    card = (tmp_path / "out" / "README.md").read_text()
    assert "Reason given: made of random weights" in card
    assert card.count(f"## {AUDIT}") == 1
    assert card.index(AUDIT) < card.index("## What was not shown\n\n- a lot\n\n## Citation\n\nus\n")


def test_a_model_leaves_as_onnx_with_its_card_and_terms(tmp_path):
    run = run_with(tmp_path, terms=TERMS)
    out, source = tmp_path / "out", RunFolder(run).model("mlm")
    (source / "README.md").write_text(f"{CARD}\n## How to use it\n\n{HOW}")
    export(run, "mlm", out, WHY, form="onnx", int8=True)
    encoder, texts = OnnxEncoder.load(out, "fp32"), ["no fever", "chest pain and cough " * 40]
    expected = Encoder.load(source).encode(texts, show_progress=False, precision="fp32")
    np.testing.assert_allclose(encoder.encode(texts, show_progress=False), expected, atol=1e-5)
    assert encoder.manifest.variants == ["fp32", "int8"]
    assert (encoder.name, encoder.manifest.weights) == ("mlm", weights_hash(source))
    card = (out / "README.md").read_text()
    assert WHY in card and "DUA 17" in card and "OnnxEncoder" in card and "SentenceTransformer(" not in card
    assert read_terms(out).serve == "forbidden"


@pytest.mark.parametrize("form", ["sentence-transformers", "onnx"])
def test_the_gate_holds_for_every_format(form, run, tmp_path):
    with pytest.raises(RunError, match="may not be exported"):
        export(run, "mlm", tmp_path / "out", form=form)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("form", ["sentence-transformers", "onnx"])
def test_what_the_terms_forbid_stays_whatever_the_reason(form, tmp_path):
    run = run_with(tmp_path, terms={**TERMS, "export": "forbidden"})
    with pytest.raises(RunError) as caught:
        export(run, "mlm", tmp_path / "out", WHY, form=form)
    assert "terms.export" in caught.value.where
    assert not (tmp_path / "out").exists()


def test_the_terms_of_the_notes_are_not_those_of_the_base(tmp_path):
    run = run_with(tmp_path, terms={**TERMS, "export": "forbidden"})
    export(run, "base", tmp_path / "out", WHY)
    assert read_terms(tmp_path / "out").export == "allowed"


def test_terms_go_with_a_folder_of_sentence_transformers(tmp_path):
    run = run_with(tmp_path, terms=TERMS)
    export(run, "mlm", tmp_path / "out", WHY)
    assert read_terms(tmp_path / "out").agreement == "DUA 17"
    assert "DUA 17" in (tmp_path / "out" / "README.md").read_text()


def test_a_study_without_terms_leaves_no_file(run, tmp_path):
    export(run, "mlm", tmp_path / "out", WHY)
    assert not (tmp_path / "out" / "terms.json").exists()


def test_int8_is_of_onnx_alone(run, tmp_path):
    with pytest.raises(RunError) as caught:
        export(run, "mlm", tmp_path / "out", WHY, int8=True)
    assert "onnx" in caught.value.fix


def test_the_log_names_the_format(run, tmp_path):
    export(run, "mlm", tmp_path / "out", WHY)
    last = json.loads(RunFolder(run).log.read_text().splitlines()[-1])
    assert last["form"] == "sentence-transformers"


def test_what_a_task_keeps_passes_the_same_gate_and_leaves_as_onnx_alone(run, tmp_path):
    folder = RunFolder(run).model("urgency-mlm-head")
    head = TwoLayerHead(np.zeros(32, np.float32), 1.0, 2)
    TextClassifier(Encoder.load(tmp_path / "base"), head, ("a", "b")).save(
        folder, RunKey("urgency", "mlm", "head", None, 0)
    )
    with pytest.raises(RunError, match="may not be exported"):
        export(run, folder.name, tmp_path / "out", form="onnx")
    with pytest.raises(RunError) as caught:
        export(run, folder.name, tmp_path / "out", WHY)
    assert "onnx" in caught.value.fix
    assert not (tmp_path / "out").exists()
