from __future__ import annotations

import torch

from tests.fixtures.objectives import setting_of
from wardspace.config import CategoryConfig
from wardspace.objectives import build
from wardspace.objectives.heads import heads_of, restore_heads

CATEGORIES = {"kind": ["a", "b", "c"], "ward": ["x", "y"]}


def made(masked, seed=1, categories=CATEGORIES, **options):
    return build(CategoryConfig(**options), masked, setting_of(masked, categories=categories, seed=seed))


def test_a_kept_head_goes_into_the_next_objective_of_its_name(masked):
    one, other = made(masked, seed=1), made(masked, seed=2)
    assert not torch.equal(one.heads[0].weight, other.heads[0].weight)
    kept = heads_of(one)
    assert kept["category.kind"].classes == ("a", "b", "c")
    assert restore_heads(other, kept) == ["category.kind", "category.ward"]
    for mine, theirs in zip(one.heads, other.heads, strict=True):
        assert torch.equal(mine.weight, theirs.weight)
        assert torch.equal(mine.bias, theirs.bias)


def test_a_head_of_other_classes_is_left_alone(masked):
    kept = heads_of(made(masked))
    other = made(masked, seed=2, categories={"kind": ["a", "b", "d"], "ward": ["x", "y", "z"]})
    before = other.heads[0].weight.detach().clone()
    assert restore_heads(other, kept) == []
    assert torch.equal(other.heads[0].weight, before)


def test_a_contrast_has_no_heads_to_keep(masked):
    assert heads_of(made(masked, loss="supcon")) == {}
