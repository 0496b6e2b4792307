"""What is handed to `flash-attn`, against torch's attention: the package itself wants a GPU."""

from __future__ import annotations

import sys
from types import SimpleNamespace

import pytest
import torch
from torch.nn import functional

from wardspace.models.attention import attention, flash
from wardspace.models.attention.packing import layout_of

LENGTHS = [9, 7, 7, 2]


def varlen(*given, dropout_p, softmax_scale, window_size, causal):
    """The documented contract of flash_attn_varlen_func, spelled out."""
    query, key, value, starts, others, longest, _ = given
    assert starts.dtype == torch.int32
    assert starts.equal(others)
    assert longest == max(LENGTHS)
    assert dropout_p == 0.25
    mixed = []
    for start, end in zip(starts[:-1].tolist(), starts[1:].tolist(), strict=True):
        part = [x[start:end].transpose(0, 1) for x in (query, key, value)]
        places = torch.arange(end - start)
        gap = places[:, None] - places[None, :]
        left, right = (end if side < 0 else side for side in window_size)
        right = 0 if causal else right
        seen = (gap <= left) & (-gap <= right)
        found = functional.scaled_dot_product_attention(*part, attn_mask=seen, scale=softmax_scale, enable_gqa=True)
        mixed.append(found.transpose(0, 1))
    return torch.cat(mixed)


@pytest.mark.parametrize("near", [None, 3])
@pytest.mark.parametrize("causal", [False, True])
def test_sequences_scale_and_window_arrive_as_the_package_wants_them(monkeypatch, near, causal):
    random = torch.Generator().manual_seed(0)
    heads = (4, 2, 2) if causal else (2, 2, 2)
    made = {"generator": random, "dtype": torch.float64}
    projections = [torch.randn(1, count, sum(LENGTHS), 8, **made) for count in heads]
    module = torch.nn.Identity()
    given = {"scaling": 0.3, "layout": layout_of(LENGTHS), "sliding_window": near, "is_causal": causal}
    expected, _ = attention.attention_forward(module, *projections, None, dropout=0.0, **given)
    monkeypatch.setitem(sys.modules, "flash_attn", SimpleNamespace(flash_attn_varlen_func=varlen))
    monkeypatch.setattr(flash, "usable", lambda query: True)
    found, _ = attention.attention_forward(module, *projections, None, dropout=0.25, **given)
    assert found.shape == expected.shape
    assert torch.allclose(found, expected, atol=1e-12)


def test_it_is_not_asked_on_a_cpu():
    assert not flash.usable(torch.zeros(1, dtype=torch.bfloat16))
