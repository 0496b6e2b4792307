"""Every token has one place in the rectangles, and padding with rectangles costs least in all."""

from __future__ import annotations

from itertools import combinations, pairwise

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from wardspace.models.attention.packing import RECTANGLE, Layout, from_rectangles, layout_of, to_rectangles

unhurried = settings(deadline=None)
LENGTHS = st.lists(st.integers(1, 300), max_size=25).map(lambda sizes: sorted(sizes, reverse=True))
FEW = st.lists(st.integers(1, 60), min_size=1, max_size=8).map(lambda sizes: sorted(sizes, reverse=True))


def cost(layout: Layout, rectangle: int = RECTANGLE) -> int:
    return layout.padded + rectangle * len(layout.rectangles)


@unhurried
@given(LENGTHS, st.integers(0, 500))
def test_every_token_has_exactly_one_place(lengths: list[int], rectangle: int) -> None:
    layout = layout_of(lengths, rectangle)
    tokens = sum(lengths)
    assert (layout.tokens, layout.lengths.tolist()) == (tokens, lengths)
    assert len(set(layout.gather.tolist())) == tokens
    assert layout.spread[layout.gather].tolist() == list(range(tokens))
    values = torch.randn(tokens, 2, generator=torch.Generator().manual_seed(0))
    assert torch.equal(from_rectangles(to_rectangles(values, layout), layout), values)


@unhurried
@given(LENGTHS, st.integers(0, 500))
def test_rectangles_hold_the_sequences_in_order_and_mask_what_is_padding(lengths: list[int], rectangle: int) -> None:
    layout = layout_of(lengths, rectangle)
    first = place = 0
    for one in layout.rectangles:
        own = lengths[first : first + one.count]
        assert (one.width, one.start) == (own[0], place)
        held = layout.spread[one.places].view(one.count, one.width)
        real = torch.ones(held.shape, dtype=torch.bool) if one.mask is None else one.mask[:, 0, 0]
        assert (one.mask is None) == (len(set(own)) == 1)
        for row, size in enumerate(own):
            start = sum(lengths[: first + row])
            assert real[row].tolist() == [True] * size + [False] * (one.width - size)
            # padding holds the first token of its own sequence: never a number that is none
            assert held[row].tolist() == [*range(start, start + size), *[start] * (one.width - size)]
        first, place = first + one.count, place + one.count * one.width
    assert (first, place) == (len(lengths), layout.padded)


@unhurried
@given(LENGTHS)
def test_tokens_know_their_sequence_and_their_place_in_it(lengths: list[int]) -> None:
    layout = layout_of(lengths)
    assert layout.owners.tolist() == [i for i, size in enumerate(lengths) for _ in range(size)]
    assert layout.positions.tolist() == [place for size in lengths for place in range(size)]
    assert layout.starts.tolist() == [sum(lengths[:i]) for i in range(len(lengths))]


@unhurried
@given(LENGTHS.filter(bool))
def test_it_never_costs_more_than_one_rectangle_or_one_for_each_length(lengths: list[int]) -> None:
    found = cost(layout_of(lengths))
    assert found <= lengths[0] * len(lengths) + RECTANGLE
    assert found <= sum(lengths) + RECTANGLE * len(set(lengths))


@unhurried
@given(FEW, st.integers(0, 200))
def test_no_other_cut_costs_less(lengths: list[int], rectangle: int) -> None:
    def of(inner: tuple[int, ...]) -> int:
        cuts = pairwise([0, *inner, len(lengths)])
        return sum(lengths[start] * (end - start) + rectangle for start, end in cuts)

    count = len(lengths)
    every = (inner for size in range(count) for inner in combinations(range(1, count), size))
    assert cost(layout_of(lengths, rectangle), rectangle) == min(of(inner) for inner in every)


@pytest.mark.parametrize("lengths", [[3, 4], [5, 5, 6, 1], [4, 0], [0], [2, -1]])
def test_lengths_that_rise_or_are_none_are_refused(lengths: list[int]) -> None:
    with pytest.raises(ValueError, match="not rise"):
        layout_of(lengths)


def test_nothing_is_laid_out_as_nothing() -> None:
    layout = layout_of([])
    assert (layout.tokens, layout.padded, layout.rectangles) == (0, 0, ())
    assert to_rectangles(torch.zeros(0, 3), layout).shape == (0, 3)


def test_moving_takes_every_tensor_along() -> None:
    layout = layout_of([9, 8, 2])
    moved = layout.moved(lambda tensor: tensor.to("meta"))
    tensors = [value for value in vars(moved).values() if isinstance(value, torch.Tensor)]
    masks = [one.mask for one in moved.rectangles if one.mask is not None]
    assert len(tensors) == 6
    assert masks
    assert all(tensor.device.type == "meta" for tensor in [*tensors, *masks])
    assert (moved.tokens, moved.padded) == (layout.tokens, layout.padded)


@pytest.mark.parametrize("rectangle", [0, 10**6], ids=["many", "one"])
def test_gradients_come_back_to_their_tokens(rectangle: int) -> None:
    layout = layout_of([5, 5, 3, 1], rectangle)
    values = torch.randn(14, 2, dtype=torch.float64, requires_grad=True)
    weight = torch.randn(14, 2, dtype=torch.float64)
    # there and back is the identity, so its gradient is what it is given
    (slope,) = torch.autograd.grad((from_rectangles(to_rectangles(values, layout), layout) * weight).sum(), values)
    assert torch.equal(slope, weight)
    places = torch.randn(layout.padded, 2, dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(lambda given: from_rectangles(given, layout), (places,))
