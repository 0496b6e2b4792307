import pytest
import torch

from wardspace.core.errors import ModelError
from wardspace.models.heads.kept_heads import HEADS_FILE, KeptHead, load_heads, save_heads


def test_heads_come_back_with_their_classes(tmp_path):
    kept = {
        "category.a/b": KeptHead({"weight": torch.randn(2, 3), "inner.bias": torch.randn(2)}, ("x", "y")),
        "projection": KeptHead({"weight": torch.randn(4, 4)}),
    }
    save_heads(kept, tmp_path)
    again = load_heads(tmp_path)
    assert {name: head.classes for name, head in again.items()} == {"category.a/b": ("x", "y"), "projection": ()}
    for name, head in kept.items():
        assert set(again[name].weights) == set(head.weights)
        assert all(again[name].weights[key].equal(value) for key, value in head.weights.items())


def test_without_heads_there_is_no_file(tmp_path):
    save_heads({}, tmp_path)
    assert not (tmp_path / HEADS_FILE).exists()
    assert load_heads(tmp_path) == {}


def test_damaged_heads_are_refused(tmp_path):
    (tmp_path / HEADS_FILE).write_bytes(b"no tensors")
    with pytest.raises(ModelError, match="damaged"):
        load_heads(tmp_path)
