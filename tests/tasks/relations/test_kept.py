"""What finds relations in a folder and back: the same relations, and nothing that is broken is used."""

from __future__ import annotations

import json
import shutil

import pytest
import torch
from safetensors import safe_open
from safetensors.torch import load_file, save_file

from tests.fixtures.models import tiny_model
from tests.fixtures.relations import related_corpus
from tests.tasks.relations.test_kind import ENCODER, QUICK, gold_of, task_of
from wardspace.config.fields import FieldsConfig
from wardspace.core.errors import ModelError
from wardspace.models import Encoder
from wardspace.tasks import EvaluatedModel, RunKey, kind_of
from wardspace.tasks.entities.fitted import FittedTagger
from wardspace.tasks.entities.mentions import ScoredMention
from wardspace.tasks.fields.extractor import Extractor
from wardspace.tasks.relations.fitted import FittedRelations
from wardspace.tasks.relations.kept import load_relations, save_relations

RUN = RunKey("rel", "m", "head", None, 0)


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    """What each setting has fitted, where it was kept, and the notes."""
    root = tmp_path_factory.mktemp("kept")
    corpus, path = related_corpus(root / "corpus", 40), tiny_model(root / "model")
    model = EvaluatedModel("m", list, lambda: Encoder.load(path, ENCODER), [], (str(path), ENCODER))
    found = {}
    for name, options in {
        "head": {"window": 9},
        "finetune": {"finetune": QUICK, "merge": "max", "overlap": 0.25},
    }.items():
        task = task_of(keep=True, settings=[name], **options)
        gold = gold_of(corpus, task)
        (setting,) = kind_of(task).settings(task)
        fitted = setting.fit(model, gold, RUN, root / "work", show_progress=False)
        setting.save(fitted, root / name, RUN)
        found[name] = fitted, root / name, gold.units("test")
    return found


@pytest.mark.parametrize("name", ["head", "finetune"])
def test_the_same_relations_before_and_after(kept, name):
    fitted, folder, units = kept[name]
    before, after = fitted.predict(units), load_relations(folder).predict(units)
    assert sum(map(len, before["predicted"].to_pylist())) > 5
    for one, other in zip(before["predicted"].to_pylist(), after["predicted"].to_pylist(), strict=True):
        assert [{**each, "confidence": 0} for each in one] == [{**each, "confidence": 0} for each in other]
        assert [each["confidence"] for each in one] == pytest.approx([each["confidence"] for each in other], abs=1e-5)


@pytest.mark.parametrize("name", ["head", "finetune"])
def test_what_is_kept_holds_no_text_and_is_for_its_owner_alone(kept, name):
    folder = kept[name][1]
    assert folder.stat().st_mode & 0o077 == 0
    for path in (path for path in folder.rglob("*") if path.is_file() and "token" not in path.name):
        assert b"penicillin" not in path.read_bytes() and b"headache" not in path.read_bytes()


def spoil(**changes):
    def spoiled(folder):
        values = json.loads((folder / "fitted.json").read_text())
        (folder / "fitted.json").write_text(json.dumps({**values, **changes}))

    return spoiled


def heads(change):
    def spoiled(folder):
        path = folder / "heads.safetensors"
        tensors = change(load_file(path))
        with safe_open(path, framework="pt") as file:
            about = file.metadata()
        save_file(tensors, path, metadata=about)

    return spoiled


@pytest.mark.parametrize("name", ["head", "finetune"])
@pytest.mark.parametrize(
    "broken",
    [
        lambda folder: (folder / "fitted.json").unlink(),
        lambda folder: (folder / "heads.safetensors").write_bytes(b"no tensors"),
        spoil(kind="entities"),
        spoil(types=["treats"]),
        spoil(types=["treats", "treats"]),
        spoil(head="pickle"),
        spoil(confidence={"slope": None, "shift": 0}),
        spoil(threshold="high"),
        heads(lambda it: {key: value[..., :-1].contiguous() for key, value in it.items()}),
        heads(lambda it: {key: torch.full_like(value, float("nan")) for key, value in it.items()}),
    ],
)
def test_a_broken_folder_is_refused(kept, tmp_path, name, broken):
    folder = shutil.copytree(kept[name][1], tmp_path / "folder")
    broken(folder)
    with pytest.raises(ModelError):
        load_relations(folder)


def test_what_uses_no_model_is_not_kept(tmp_path):
    with pytest.raises(ValueError, match="cooccurrence"):
        save_relations(
            FittedRelations(lambda texts, documents: [], ("a",)), tmp_path, RUN._replace(setting="cooccurrence")
        )


@pytest.mark.parametrize("name", ["head", "finetune"])
def test_fields_are_filled_with_what_a_relation_leads_to(kept, name):
    _, folder, units = kept[name]
    config = FieldsConfig.model_validate({"fields": [{"name": "sign", "from": {"relation": "treats"}}]})
    texts = units.texts.of(units.rows)
    marks = {text: own.mentions for text, own in zip(texts, units.documents, strict=True)}

    def find(given):
        return ([ScoredMention(*one, 0.9) for one in marks[text]] for text in given)

    models = {"rel": kind_of(task_of()).load(folder), "marks": FittedTagger(find, ("Drug", "Sign"))}
    found = [record.fields["sign"] for record in Extractor(config, models).records(texts)]
    pairs = [
        [
            (text[one["head_start"] : one["head_end"]], text[one["tail_start"] : one["tail_end"]])
            for one in row
            if one["type"]
        ]
        for text, row in zip(texts, load_relations(folder).predict(units)["predicted"].to_pylist(), strict=True)
    ]
    assert [sorted((one.of, one.value) for one in own) for own in found] == [sorted(own) for own in pairs]
    assert any(pairs)
