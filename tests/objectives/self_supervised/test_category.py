from __future__ import annotations

import dataclasses

import pytest
import torch
from torch.nn import functional

from tests.fixtures.objectives import random_examples, sequences_of, setting_of, vectors_of
from wardspace.config import CategoryConfig
from wardspace.core.errors import WardspaceError
from wardspace.objectives import Reading, build
from wardspace.objectives.losses.supcon import supervised_contrast
from wardspace.objectives.micro_batches import TokenLimit

CATEGORIES = {"kind": ["a", "b", "c"], "ward": ["x", "y"]}


def readings_of(masked, codes, length=20):
    examples = random_examples(masked, [length] * len(codes))
    return [
        Reading(dataclasses.replace(example, targets=code), 0) for example, code in zip(examples, codes, strict=True)
    ]


def made(masked, **options):
    return build(CategoryConfig(**options), masked, setting_of(masked, categories=CATEGORIES)).eval()


def test_loss_is_mlm_plus_weight_times_the_mean_over_columns(masked):
    objective = made(masked, weight=0.3)
    codes = [{"kind": 0, "ward": 1}, {"kind": 2, "ward": -1}, {"kind": 1, "ward": 0}]
    batch = objective.collate(readings_of(masked, codes))
    vectors = vectors_of(objective, batch)
    kind = functional.cross_entropy(objective.heads[0](vectors), torch.tensor([0, 2, 1]))
    ward = functional.cross_entropy(objective.heads[1](vectors[[0, 2]]), torch.tensor([1, 0]))
    output = objective(batch)
    assert output.parts["classify.kind"].item() == pytest.approx(kind.item(), rel=1e-5)
    assert output.parts["classify.ward"].item() == pytest.approx(ward.item(), rel=1e-5)
    expected = output.parts["mlm"] + 0.3 * (kind + ward) / 2
    assert output.loss.item() == pytest.approx(expected.item(), rel=1e-5)
    assert output.counts["classify.ward"] == 2


@pytest.mark.parametrize("loss", ["classify", "supcon"])
def test_a_batch_without_values_gives_zero_not_nan(masked, loss):
    objective = made(masked, loss=loss, mlm_weight=0)
    output = objective(objective.collate(readings_of(masked, [{"kind": -1, "ward": -1}, {}])))
    output.loss.backward()
    assert output.loss.item() == 0.0
    assert all(p.grad is None or torch.isfinite(p.grad).all() for p in objective.parameters())


def test_supcon_takes_the_categories_as_labels(masked):
    objective = made(masked, loss="supcon", columns=["kind"], mlm_weight=0, temperature=0.2)
    codes = [{"kind": 0}, {"kind": 0}, {"kind": 1}, {"kind": 1}, {"kind": 2}, {"kind": -1}]
    batch = objective.collate(readings_of(masked, codes))
    vectors = vectors_of(objective, batch)
    expected = supervised_contrast(vectors, torch.tensor([0, 0, 1, 1, 2, -1]), 0.2)
    output = objective(batch)
    assert output.parts["supcon.kind"].item() == pytest.approx(expected.item(), rel=1e-5)
    assert output.counts == {"supcon.kind": 4}
    assert len(objective.heads) == 0


@pytest.mark.parametrize("loss", ["classify", "supcon"])
def test_one_reading_serves_words_and_categories(masked, loss, monkeypatch):
    objective = made(masked, loss=loss)
    read = []
    hidden = masked.hidden
    monkeypatch.setattr(masked, "hidden", lambda ids, layout: read.append(len(ids)) or hidden(ids, layout))
    codes = [{"kind": 0, "ward": 1}, {"kind": 0, "ward": -1}, {"kind": 1, "ward": 1}]
    batch = objective.collate(readings_of(masked, codes))
    output = objective(batch)
    assert read == [one.layout.tokens for one in batch.micro_batches]
    assert set(output.parts) == {f"{loss}.kind", f"{loss}.ward", "mlm"}
    assert len(output.counts) == 3


@pytest.mark.parametrize("loss", ["classify", "supcon"])
@pytest.mark.parametrize("pooling", ["mean", "cls"])
def test_labels_find_their_notes_in_whatever_passes(masked, loss, pooling):
    codes = [{"kind": i % 3, "ward": i % 2 if i % 5 else -1} for i in range(12)]
    examples = random_examples(masked, [10 + 7 * i % 60 for i in range(12)])
    readings = [Reading(dataclasses.replace(e, targets=code), 0) for e, code in zip(examples, codes, strict=True)]
    outputs = []
    for room in (TokenLimit(), TokenLimit(tokens=70)):
        setting = setting_of(masked, categories=CATEGORIES, reading=room, pooling=pooling)
        objective = build(CategoryConfig(loss=loss), masked, setting).eval()
        batch = objective.collate(readings)
        assert (len(batch.micro_batches) > 1) == (room.tokens == 70)
        assert batch.labels.tolist() == [[code["kind"], code["ward"]] for code in codes]
        outputs.append(objective(batch))
    one, many = outputs
    assert one.counts == many.counts
    for name, part in one.parts.items():
        assert many.parts[name].item() == pytest.approx(part.item(), rel=1e-4), name


def test_categories_alone_leave_the_words_unmasked(masked):
    objective = made(masked, mlm_weight=0)
    readings = readings_of(masked, [{"kind": 0}, {"kind": 1}])
    (one,) = objective.collate(readings).micro_batches
    wrap = objective.setting.vocabulary.wrap
    assert sequences_of(one) == {i: wrap(r.unit.ids).tolist() for i, r in enumerate(readings)}
    assert not one.targets


def test_a_long_note_is_read_in_one_window_drawn_by_epoch_and_note(masked):
    objective = made(masked, mlm_weight=0)
    (reading,) = readings_of(masked, [{"kind": 0}], length=5000)
    ids = reading.unit.ids.tolist()
    windows = [objective._window(reading._replace(epoch=epoch)).tolist() for epoch in range(6)]
    assert all(len(window) == objective.setting.text_window for window in windows)
    starts = {next(i for i in range(len(ids)) if ids[i : i + len(w)] == w) for w in windows}
    assert len(starts) > 3
    assert objective._window(reading).tolist() == windows[0]
    assert objective.tokens(reading) == objective.setting.window


def test_new_heads_depend_on_the_seed_alone(masked):
    torch.manual_seed(1)
    one = made(masked)
    torch.manual_seed(2)
    other = made(masked)
    assert torch.equal(one.heads[0].weight, other.heads[0].weight)


@pytest.mark.parametrize(
    ("options", "message"), [({"columns": ["age"]}, "'age' has 0"), ({"columns": ["single"]}, "'single' has 1")]
)
def test_a_column_with_nothing_to_tell_apart_is_named(masked, options, message):
    setting = setting_of(masked, categories={**CATEGORIES, "single": ["z"]})
    with pytest.raises(WardspaceError, match=message):
        build(CategoryConfig(**options), masked, setting)
    with pytest.raises(WardspaceError, match="no metadata column"):
        build(CategoryConfig(), masked, setting_of(masked))


def test_which_notes_are_usable(masked):
    both, metadata_only = made(masked), made(masked, mlm_weight=0)
    known, unknown = (r.unit for r in readings_of(masked, [{"kind": 1}, {"kind": -1}]))
    assert [both.usable(known), both.usable(unknown)] == [True, True]
    assert [metadata_only.usable(known), metadata_only.usable(unknown)] == [True, False]
