import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.preprocessing import normalize

from wardspace.models.attention.packing import layout_of
from wardspace.models.pooling import pool, pool_packed
from wardspace.models.unit_length import unit_length


def test_mean_leaves_padding_out():
    hidden = torch.tensor([[[1.0, 2.0], [3.0, 6.0], [100.0, 100.0]]])
    assert pool(hidden, torch.tensor([[1, 1, 0]]), "mean").tolist() == [[2.0, 4.0]]


def test_cls_takes_the_first_token():
    hidden = torch.tensor([[[1.0, 2.0], [3.0, 6.0]]])
    assert pool(hidden, torch.ones(1, 2), "cls").tolist() == [[1.0, 2.0]]


def test_low_precision_is_summed_in_float32():
    hidden = torch.full((1, 4096, 1), 1.001, dtype=torch.bfloat16)
    pooled = pool(hidden, torch.ones(1, 4096), "mean")
    assert pooled.dtype == torch.float32
    assert abs(pooled.item() - hidden[0, 0, 0].item()) < 1e-6


@pytest.mark.parametrize("how", ["mean", "cls"])
@settings(deadline=None, max_examples=30)
@given(lengths=st.lists(st.integers(1, 40), min_size=1, max_size=10), rectangle=st.sampled_from([0, 64, 10**6]))
def test_sequences_end_to_end_are_pooled_as_padded_ones(how, lengths, rectangle):
    lengths = sorted(lengths, reverse=True)
    random = torch.Generator().manual_seed(sum(lengths))
    rows = [torch.randn(size, 3, generator=random) for size in lengths]
    mask = torch.arange(lengths[0]) < torch.tensor(lengths)[:, None]
    expected = pool(torch.nn.utils.rnn.pad_sequence(rows, batch_first=True, padding_value=9.0), mask, how)
    found = pool_packed(torch.cat(rows), layout_of(lengths, rectangle), how)
    assert found.dtype == torch.float32
    assert torch.allclose(found, expected, atol=1e-6)


@pytest.mark.parametrize("how", ["mean", "cls"])
@pytest.mark.parametrize(
    ("given_", "kept"), [(torch.bfloat16, torch.float32), (torch.float32, torch.float32), (torch.float64,) * 2]
)
def test_packed_pooling_keeps_at_least_float32(how, given_, kept):
    hidden = torch.full((4099, 1), 1.001, dtype=given_)
    pooled = pool_packed(hidden, layout_of([4096, 3]), how)
    assert pooled.dtype == kept
    # one number after the other is added, here with the same rounding error every time
    assert (pooled - hidden[0].to(kept)).abs().max() < 5e-5


@pytest.mark.parametrize("kind", [np.float32, np.float64])
def test_unit_length_is_that_of_scikit_learn(kind):
    vectors = np.random.default_rng(1).normal(size=(20, 7)).astype(kind)
    vectors[3] = 0
    found = unit_length(vectors)
    assert found.dtype == kind
    np.testing.assert_allclose(found, normalize(vectors), rtol=1e-6)
