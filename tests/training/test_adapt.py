from __future__ import annotations

import json

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

from tests.fixtures.corpora import small_corpus, write_corpus
from tests.fixtures.models import CAUSAL, sample_texts, tiny_model
from tests.fixtures.weights import differing
from wardspace.core.errors import WardspaceError
from wardspace.models import Encoder
from wardspace.models.heads.kept_heads import load_heads
from wardspace.results import StageCost
from wardspace.training.faults import LossGuard

SHORT = {"longest": 16, "shortest": 4}


@pytest.mark.parametrize(
    "objective",
    ["mlm", {"declutr": SHORT}, "category", "blend", {"pairs": {"columns": ["note_type"]}}],
    ids=["mlm", "declutr", "category", "blend", "pairs"],
)
def test_each_objective_lowers_its_validation_loss_and_writes_an_encoder(run, base, tmp_path, objective):
    (cost,) = run([objective], tokens=9000, holdout=0.3)  # enough notes for a steady loss
    assert min(point.loss for point in cost.losses[1:]) < cost.losses[0].loss
    assert cost.tokens >= 9000
    assert cost.losses[-1].tokens == cost.tokens
    assert 0 <= cost.padding < 0.5
    assert cost.seconds > 0
    texts = sample_texts(4)
    adapted = Encoder.load(tmp_path / "model", device="cpu").encode(texts, show_progress=False)
    before = Encoder.load(base, device="cpu").encode(texts, show_progress=False)
    assert np.abs(adapted - before).max() > 1e-4


@pytest.mark.parametrize("objective", ["mlm", {"declutr": SHORT}, "category"], ids=["mlm", "declutr", "category"])
def test_a_causal_base_is_adapted_by_low_rank_additions(run, tmp_path, objective):
    base = tiny_model(tmp_path / "causal", CAUSAL)
    (cost,) = run([objective], base=base, tokens=9000, holdout=0.3, lora={"rank": 4}, learning_rate=1e-2)
    assert min(point.loss for point in cost.losses[1:]) < cost.losses[0].loss
    texts = sample_texts(4)
    adapted = Encoder.load(tmp_path / "model", device="cpu").encode(texts, show_progress=False)
    before = Encoder.load(base, device="cpu").encode(texts, show_progress=False)
    assert np.abs(adapted - before).max() > 1e-3


def test_supervised_contrast_alone_draws_the_categories_apart(run, tmp_path):
    words = {"progress": "chest pain", "radiology": "ct abdomen"}
    rows = [
        {
            "note_id": f"n{i}",
            "patient_id": f"p{i}",
            "split": "train",
            "note_type": kind,
            "text": f"{text} {words[kind]}" * 2,
        }
        for i, text in enumerate(sample_texts(80, words=6))
        for kind in [list(words)[i % 2]]
    ]
    corpus = write_corpus(tmp_path / "corpus", rows)
    objective = {"category": {"loss": "supcon", "mlm_weight": 0}}
    (cost,) = run([objective], corpus=corpus, tokens=9000, holdout=0.4)
    assert cost.losses[-1].loss < 0.97 * cost.losses[0].loss
    assert cost.parameters_updated == cost.parameters


def test_the_cost_is_kept_with_the_model(run, tmp_path):
    costs = run(["mlm", {"declutr": SHORT}])
    assert [cost.objective for cost in costs] == ["mlm", "declutr"]
    stored = json.loads((tmp_path / "model" / "cost.json").read_text())
    assert [StageCost.model_validate(one) for one in stored] == costs


def test_stages_share_the_budget_and_the_best_weights_go_on(run):
    """With a learning rate that soon does harm, what goes on are the weights of the lowest loss, not the last."""
    first, second = run(["mlm", "mlm"], tokens=9001, learning_rate=3.0, warmup=0.9, evaluations=6)
    assert 4500 <= first.tokens < 4500 + 450
    assert 4501 <= second.tokens < 4501 + 450
    losses = [point.loss for point in first.losses[1:]]
    assert losses[-1] > min(losses) + 1
    # the same notes are held out from both, with the same masks
    assert second.losses[0].loss == pytest.approx(min(losses), rel=1e-5)


def test_a_new_head_is_warmed_up_first_and_counts_in_the_budget(run, headless, tmp_path):
    objective = {"mlm": {"head_warmup": 0.3}}
    (warm,) = run([objective], base=headless, tokens=6000)
    assert 0.2 * warm.tokens < warm.losses[0].tokens < 0.4 * warm.tokens
    assert warm.losses[-1].tokens == warm.tokens
    (cold,) = run([{"mlm": {"head_warmup": 0}}], name="cold", base=headless, tokens=6000)
    assert cold.losses[0].tokens == 0
    assert warm.losses[0].loss < cold.losses[0].loss
    phases = json.loads((tmp_path / "model" / "history.json").read_text())["phases"]
    assert [phase["what"] for phase in phases] == ["the head for words of mlm (stage 1)", "mlm (stage 1)"]
    assert all({"loss", "mlm", "tokens"} <= set(point) for phase in phases for point in phase["points"])


def test_a_head_is_warmed_up_once_in_a_sequence(run, headless):
    costs = run(["mlm", {"declutr": SHORT}], base=headless, tokens=6000)
    assert costs[0].losses[0].tokens > 0
    assert costs[1].losses[0].tokens == 0


def test_heads_of_objectives_go_into_later_stages_and_later_models(run, tmp_path):
    objective = {"category": {"mlm_weight": 0, "columns": ["note_type"]}}
    first, second = run([objective, objective], tokens=9000, holdout=0.3)
    assert second.losses[0].loss == pytest.approx(min(point.loss for point in first.losses[1:]), rel=1e-5)
    kept = load_heads(tmp_path / "model")
    assert list(kept) == ["category.note_type"]
    assert len(kept["category.note_type"].classes) == len(kept["category.note_type"].weights["bias"])
    (third,) = run([objective], name="later", base=tmp_path / "model", tokens=3000, holdout=0.3)
    assert third.losses[0].loss == pytest.approx(min(point.loss for point in second.losses[1:]), rel=1e-5)


def test_frozen_layers_are_those_of_the_base(run, base, tmp_path):
    (cost,) = run(["mlm"], freeze_layers=1)
    before, after = load_file(base / "model.safetensors"), load_file(tmp_path / "model" / "model.safetensors")
    changed = {name for name, value in after.items() if not value.equal(before[f"bert.{name}"])}
    assert changed
    assert all(".layer.1." in name for name in changed)
    assert cost.parameters_updated < cost.parameters
    assert cost.parameters_updated >= sum(after[name].numel() for name in changed)


def read_note_ids(monkeypatch):
    """Names of the notes that collation sees."""
    from wardspace.objectives.self_supervised.mlm import MaskedLanguageModelling

    seen: dict[int, set[str]] = {}
    collate = MaskedLanguageModelling.collate

    def watched(self, readings):
        for reading in readings:
            seen.setdefault(min(reading.epoch, 0), set()).add(reading.unit.id)
        return collate(self, readings)

    monkeypatch.setattr(MaskedLanguageModelling, "collate", watched)
    return seen


@pytest.mark.parametrize("transductive", [False, True])
def test_only_training_patients_are_read_and_those_held_out_only_validate(run, corpus, monkeypatch, transductive):
    seen = read_note_ids(monkeypatch)
    run(["mlm"], tokens=6000, transductive=transductive)
    table = corpus.table(["note_id", "patient_id", "split"]).to_pylist()
    split = {row["note_id"]: row["split"] for row in table}
    patient = {row["note_id"]: row["patient_id"] for row in table}
    assert {split[note] for note in seen[0]} == ({"train", "validation", "test"} if transductive else {"train"})
    assert {split[note] for note in seen[-1]} == {"train"}
    assert not {patient[note] for note in seen[0]} & {patient[note] for note in seen[-1]}


def test_what_was_left_out_is_counted(run, tmp_path):
    rows = [
        {"note_id": f"n{i}", "patient_id": f"p{i}", "split": "train", "text": "fever " * (40 if i % 4 else 5)}
        for i in range(40)
    ]
    corpus = write_corpus(tmp_path / "corpus", rows)
    paper = {"declutr": {"spans": "paper", "anchors": 1, **SHORT}}
    assert run([paper], corpus=corpus)[0].notes_left_out == 10
    assert run([{"declutr": {"anchors": 1, **SHORT}}], corpus=corpus)[0].notes_left_out == 0


def test_an_objective_without_usable_notes_is_told(run):
    with pytest.raises(WardspaceError, match="'declutr' can use none"):
        run([{"declutr": {"spans": "paper"}}])


def test_a_loss_that_is_no_number_names_the_step_and_the_last_good_checkpoint(run, tmp_path, monkeypatch):
    note = LossGuard.note
    monkeypatch.setattr(
        LossGuard, "note", lambda self, loss, step: note(self, loss * (float("nan") if step == 5 else 1), step)
    )
    with pytest.raises(WardspaceError, match="at step 5") as caught:
        run(["mlm"], tokens=4000)
    assert "checkpoint-" in str(caught.value)
    assert not (tmp_path / "model").exists()


def test_no_text_reaches_the_disk(run, tmp_path, monkeypatch):
    """Neither the model folder nor the checkpoints hold a word that is only in the notes."""
    secret = "zebrafish"
    rows = [
        {"note_id": f"n{i}", "patient_id": f"p{i}", "split": "train", "text": f"{secret} denies fever {secret} {i}"}
        for i in range(30)
    ]
    corpus = write_corpus(tmp_path / "corpus", rows)
    from wardspace.training import checkpoints

    monkeypatch.setattr(checkpoints.Ledger, "close", lambda self: None)
    monkeypatch.setattr(checkpoints.Ledger, "clear", lambda self, folder: None)
    run(["mlm"], corpus=corpus)
    files = [path for path in tmp_path.rglob("*") if path.is_file() and (tmp_path / "corpus") not in path.parents]
    assert any("checkpoint-" in str(path) for path in files)
    assert len(list((tmp_path / ".model-work" / "stage-0").iterdir())) <= 2
    assert not [path for path in files if secret.encode() in path.read_bytes()]
    assert not [path for path in files if path.name in ("training_args.bin", "README.md") and "work" in str(path)]


def test_the_same_seed_gives_the_same_weights(run, tmp_path):
    torch.manual_seed(1)
    run(["mlm"], name="one")
    torch.manual_seed(2)
    run(["mlm"], name="other")
    assert not differing(tmp_path / "one", tmp_path / "other")
    assert str(tmp_path) not in (tmp_path / "one" / "README.md").read_text()


def test_two_epochs_over_few_notes_are_counted_as_readings(run, tmp_path):
    corpus = small_corpus(tmp_path / "corpus", notes=30)
    (cost,) = run(["mlm"], corpus=corpus, tokens=2500)
    assert cost.notes_read > cost.notes_seen
    assert cost.notes_seen <= 24
