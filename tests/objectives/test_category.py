from __future__ import annotations

import dataclasses

import pytest
import torch
from torch.nn import functional

from tests.fixtures.objectives import random_examples, setting_of
from wardspace.config import CategoryConfig
from wardspace.core.errors import WardspaceError
from wardspace.objectives import Reading, build
from wardspace.objectives.supcon import supervised_contrast

CATEGORIES = {"kind": ["a", "b", "c"], "ward": ["x", "y"]}


def readings_of(masked, codes, length=20):
    examples = random_examples(masked, [length] * len(codes))
    return [Reading(dataclasses.replace(example, codes=code), 0) for example, code in zip(examples, codes, strict=True)]


def made(masked, **options):
    return build(CategoryConfig(**options), masked, setting_of(masked, categories=CATEGORIES)).eval()


def test_loss_is_mlm_plus_weight_times_the_mean_over_columns(masked):
    objective = made(masked, weight=0.3)
    codes = [{"kind": 0, "ward": 1}, {"kind": 2, "ward": -1}, {"kind": 1, "ward": 0}]
    batch = objective.collate(readings_of(masked, codes))
    vectors = objective.encode(batch["chunks"], vectors=True, words=True).vectors
    kind = functional.cross_entropy(objective.heads[0](vectors), torch.tensor([0, 2, 1]))
    ward = functional.cross_entropy(objective.heads[1](vectors[[0, 2]]), torch.tensor([1, 0]))
    output = objective(**batch)
    assert output.parts["classify.kind"].item() == pytest.approx(kind.item(), rel=1e-5)
    assert output.parts["classify.ward"].item() == pytest.approx(ward.item(), rel=1e-5)
    expected = output.parts["mlm"] + 0.3 * (kind + ward) / 2
    assert output.loss.item() == pytest.approx(expected.item(), rel=1e-5)
    assert output.counts["classify.ward"] == 2


@pytest.mark.parametrize("loss", ["classify", "supcon"])
def test_a_batch_without_values_gives_zero_not_nan(masked, loss):
    objective = made(masked, loss=loss, mlm_weight=0)
    output = objective(**objective.collate(readings_of(masked, [{"kind": -1, "ward": -1}, {}])))
    output.loss.backward()
    assert output.loss.item() == 0.0
    assert all(p.grad is None or torch.isfinite(p.grad).all() for p in objective.parameters())


def test_supcon_takes_the_categories_as_labels(masked):
    objective = made(masked, loss="supcon", columns=["kind"], mlm_weight=0, temperature=0.2)
    codes = [{"kind": 0}, {"kind": 0}, {"kind": 1}, {"kind": 1}, {"kind": 2}, {"kind": -1}]
    batch = objective.collate(readings_of(masked, codes))
    vectors = objective.encode(batch["chunks"], vectors=True, words=False).vectors
    expected = supervised_contrast(vectors, torch.tensor([0, 0, 1, 1, 2, -1]), 0.2)
    output = objective(**batch)
    assert output.parts["supcon.kind"].item() == pytest.approx(expected.item(), rel=1e-5)
    assert output.counts == {"supcon.kind": 4}
    assert len(objective.heads) == 0


def test_a_long_note_is_read_in_one_window_drawn_by_epoch_and_note(masked):
    objective = made(masked, mlm_weight=0)
    (reading,) = readings_of(masked, [{"kind": 0}], length=5000)
    ids = reading.example.ids.tolist()
    windows = [objective._window(reading._replace(epoch=epoch)).tolist() for epoch in range(6)]
    assert all(len(window) == objective.setting.room for window in windows)
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
    known, unknown = (r.example for r in readings_of(masked, [{"kind": 1}, {"kind": -1}]))
    assert [both.usable(known), both.usable(unknown)] == [True, True]
    assert [metadata_only.usable(known), metadata_only.usable(unknown)] == [True, False]
