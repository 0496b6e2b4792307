"""Quick dropout and attention come in for the training and go out after it, in every family."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from torch import nn
from transformers import BertModel

from tests.fixtures.models import FAMILIES
from wardspace.encoders import MaskedModel, attention
from wardspace.encoders.dropout import QuickDropout
from wardspace.encoders.quicken import quickened

FolderOf = Callable[..., Path]


def batch() -> tuple[torch.Tensor, torch.Tensor]:
    random = torch.Generator().manual_seed(2)
    ids = torch.randint(10, 200, (4, 12), generator=random)
    mask = torch.ones_like(ids)
    mask[1, 7:] = 0
    mask[2, 3:] = 0
    return ids, mask


def classes(module: nn.Module) -> list[type]:
    return [type(part) for part in module.modules()]


@pytest.mark.parametrize("family", FAMILIES)
def test_vectors_stay_and_the_model_comes_out_as_it_went_in(folder_of: FolderOf, family: str) -> None:
    masked = MaskedModel.load(folder_of(family))
    ids, mask = batch()
    before, implementation = classes(masked), masked.model.config._attn_implementation
    with torch.no_grad():
        expected = masked.hidden(ids, mask)
        with quickened(masked):
            inside = masked.hidden(ids, mask)
        after = masked.hidden(ids, mask)
    real = mask.bool()
    assert torch.allclose(inside[real], expected[real], atol=1e-5)
    assert torch.equal(after, expected)
    assert classes(masked) == before
    assert masked.model.config._attn_implementation == implementation


@pytest.mark.parametrize("family", FAMILIES)
def test_the_mean_over_many_masks_is_that_of_torchs_dropout(folder_of: FolderOf, family: str) -> None:
    masked = MaskedModel.load(folder_of(family)).train()
    ids, mask = batch()
    ids, mask = ids.repeat(150, 1), mask.repeat(150, 1)
    with torch.no_grad():
        torch.manual_seed(0)
        theirs = masked.hidden(ids, mask).view(150, 4, 12, -1)
        with quickened(masked):
            ours = masked.hidden(ids, mask).view(150, 4, 12, -1)
    error = ((theirs.var(0) + ours.var(0)) / 150).sqrt().clamp_min(1e-4)
    z = ((ours.mean(0) - theirs.mean(0)) / error)[mask[:4].bool()]
    assert z.abs().mean() < 1.0  # 0.8 where nothing but chance differs
    assert z.square().mean() < 1.5


@pytest.mark.parametrize("family", ["bert", "roberta", "distilbert"])
def test_dropout_and_attention_are_the_quick_ones_inside(
    folder_of: FolderOf, family: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[float] = []
    original = attention.attention_forward

    def spy(*args: torch.Tensor, **kwargs: float) -> object:
        asked.append(kwargs["dropout"])
        return original(*args, **kwargs)  # type: ignore[arg-type]

    monkeypatch.setattr(attention, "attention_forward", spy)
    masked = MaskedModel.load(folder_of(family)).train()
    with quickened(masked):
        kinds = classes(masked)
        masked.hidden(*batch()).sum().backward()
    assert QuickDropout in kinds
    assert nn.Dropout not in kinds
    assert asked == [0.1, 0.1]  # once a layer


def test_an_error_inside_leaves_nothing_behind(folder_of: FolderOf) -> None:
    masked = MaskedModel.load(folder_of("bert"))
    with pytest.raises(RuntimeError, match="stop"), quickened(masked):
        raise RuntimeError("stop")
    assert QuickDropout not in classes(masked)
    assert masked.model.config._attn_implementation == "sdpa"


def test_a_model_that_asked_for_plain_attention_keeps_it(folder_of: FolderOf) -> None:
    model = BertModel.from_pretrained(folder_of("bert"), attn_implementation="eager").train()
    with quickened(model):
        assert model.config._attn_implementation == "eager"
        assert QuickDropout in classes(model)
    assert model.config._attn_implementation == "eager"


def test_a_folder_saved_in_training_names_nothing_of_ours(folder_of: FolderOf, tmp_path: Path) -> None:
    masked = MaskedModel.load(folder_of("bert"))
    with quickened(masked):
        masked.save(tmp_path / "model")
    assert attention.NAME not in json.dumps(json.loads((tmp_path / "model" / "config.json").read_text()))
