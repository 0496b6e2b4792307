"""Quick dropout and attention come in for the training and go out after it, in every family."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import pytest
import torch
from torch import nn
from transformers import AutoModel, BertModel

from tests.fixtures.models import FAMILIES, sequences
from wardspace.models import LanguageModel
from wardspace.models.attention import attention
from wardspace.models.attention.dropout import QuickDropout
from wardspace.models.attention.fast_cpu_training import fast_cpu_training
from wardspace.models.attention.packing import Layout, layout_of

FolderOf = Callable[..., Path]
Module = TypeVar("Module", bound=nn.Module)


LENGTHS = [12, 12, 7, 3]
MASKS = 150


def batch(times: int = 1) -> tuple[torch.Tensor, Layout]:
    """Each sequence so many times, end to end."""
    ids = sequences(LENGTHS, seed=2)
    return torch.cat([one.repeat(times) for one in ids]), layout_of([size for size in LENGTHS for _ in range(times)])


def padded(times: int) -> tuple[torch.Tensor, torch.Tensor]:
    """The same, padded, and the mask."""
    ids = nn.utils.rnn.pad_sequence(sequences(LENGTHS, seed=2), batch_first=True)
    mask = torch.arange(max(LENGTHS)) < torch.tensor(LENGTHS)[:, None]
    return ids.repeat_interleave(times, 0), mask.long().repeat_interleave(times, 0)


def dropping(module: Module) -> Module:
    """In training, with dropout in attention too where the family has none by itself (ModernBERT)."""
    for part in module.modules():
        if getattr(part, "attention_dropout", None) == 0.0:
            part.attention_dropout = 0.1
    return module.train()


def classes(module: nn.Module) -> list[type]:
    return [type(part) for part in module.modules()]


@pytest.mark.parametrize("family", FAMILIES)
def test_vectors_stay_and_the_model_comes_out_as_it_went_in(folder_of: FolderOf, family: str) -> None:
    masked = LanguageModel.load(folder_of(family))
    ids, layout = batch()
    before, implementation = classes(masked), masked.model.config._attn_implementation
    with torch.no_grad():
        expected = masked.hidden(ids, layout)
        with fast_cpu_training(masked):
            inside = masked.hidden(ids, layout)
        after = masked.hidden(ids, layout)
    assert torch.allclose(inside, expected, atol=1e-5)
    assert torch.equal(after, expected)
    assert classes(masked) == before
    assert masked.model.config._attn_implementation == implementation


@pytest.mark.parametrize("family", FAMILIES)
def test_the_mean_over_many_masks_is_that_of_torchs_dropout(folder_of: FolderOf, family: str) -> None:
    """Ours packed and quickened, theirs padded in a model that this package has not touched."""
    masked = dropping(LanguageModel.load(folder_of(family)))
    plain = dropping(AutoModel.from_pretrained(folder_of(family)))
    ids, mask = padded(MASKS)
    with torch.no_grad():
        torch.manual_seed(0)
        rows = plain(input_ids=ids, attention_mask=mask).last_hidden_state
        with fast_cpu_training(masked):
            tokens = masked.hidden(*batch(MASKS))
    theirs = torch.cat([rows[i * MASKS : (i + 1) * MASKS, :size].flatten(1) for i, size in enumerate(LENGTHS)], 1)
    ours = torch.cat([part.view(MASKS, -1) for part in tokens.split([size * MASKS for size in LENGTHS])], 1)
    assert ours.shape == theirs.shape
    error = ((theirs.var(0) + ours.var(0)) / MASKS).sqrt().clamp_min(1e-4)
    z = (ours.mean(0) - theirs.mean(0)) / error
    assert z.abs().mean() < 1.0  # 0.8 where nothing but chance differs
    assert z.square().mean() < 1.5
    spread = ours.std(0) / theirs.std(0)
    assert 0.9 < spread.median() < 1.1


@pytest.mark.parametrize("family", FAMILIES)
def test_each_sequence_draws_masks_of_its_own(folder_of: FolderOf, family: str) -> None:
    masked = dropping(LanguageModel.load(folder_of(family)))
    with torch.no_grad(), fast_cpu_training(masked):
        twice = masked.hidden(sequences([12])[0].repeat(2), layout_of([12, 12])).view(2, -1)
    assert not torch.allclose(twice[0], twice[1])


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
    masked = LanguageModel.load(folder_of(family)).train()
    asked.clear()  # loading tries the family out
    with fast_cpu_training(masked):
        kinds = classes(masked)
        masked.hidden(*batch()).sum().backward()
    assert QuickDropout in kinds
    assert nn.Dropout not in kinds
    assert asked == [0.1, 0.1]  # once a layer


def test_an_error_inside_leaves_nothing_behind(folder_of: FolderOf) -> None:
    masked, plain = LanguageModel.load(folder_of("bert")), BertModel.from_pretrained(folder_of("bert"))
    before = masked.model.config._attn_implementation
    with pytest.raises(RuntimeError, match="stop"), fast_cpu_training(nn.ModuleList([masked, plain])):
        assert plain.config._attn_implementation == attention.NAME
        raise RuntimeError("stop")
    assert QuickDropout not in classes(masked) + classes(plain)
    assert masked.model.config._attn_implementation == before
    assert plain.config._attn_implementation == "sdpa"


def test_a_model_that_asked_for_plain_attention_keeps_it(folder_of: FolderOf) -> None:
    model = BertModel.from_pretrained(folder_of("bert"), attn_implementation="eager").train()
    with fast_cpu_training(model):
        assert model.config._attn_implementation == "eager"
        assert QuickDropout in classes(model)
    assert model.config._attn_implementation == "eager"


def test_a_folder_saved_in_training_names_nothing_of_ours(folder_of: FolderOf, tmp_path: Path) -> None:
    masked = LanguageModel.load(folder_of("bert"))
    masked.save(tmp_path / "before")
    with fast_cpu_training(masked):
        masked.save(tmp_path / "model")
    assert attention.NAME not in json.dumps(json.loads((tmp_path / "before" / "config.json").read_text()))
    assert attention.NAME not in json.dumps(json.loads((tmp_path / "model" / "config.json").read_text()))
