from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from wardspace.core.seeds import generator
from wardspace.objectives.spans import Bounds, SpanRule, _apart

RULES = st.builds(
    SpanRule,
    anchors=st.integers(1, 5),
    positives=st.integers(1, 3),
    longest=st.integers(8, 60),
    shortest=st.integers(2, 8),
    strategy=st.sampled_from(["any", "subsuming", "adjacent"]),
    scaled=st.booleans(),
)


@given(RULES, st.integers(1, 700), st.integers(0, 1000))
def test_anchors_never_overlap_and_every_span_lies_in_the_note(rule, n, seed):
    bounds = rule.bounds(n)
    assume(bounds is not None)
    draws = rule.draw(n, generator(seed))
    assert len(draws) == rule.anchors
    anchors = sorted(draw.anchor for draw in draws)
    assert all(before.end <= after.start for before, after in pairwise(anchors))
    for anchor in anchors:
        assert 0 <= anchor.start < anchor.end <= n
        assert bounds.shortest <= anchor.length <= bounds.longest
    for draw in draws:
        assert len(draw.positives) == rule.positives
        for positive in draw.positives:
            assert 0 <= positive.start < positive.end <= n
            assert positive.length <= bounds.longest


@given(RULES, st.integers(1, 700), st.integers(0, 1000))
def test_positives_lie_where_the_strategy_says(rule, n, seed):
    bounds = rule.bounds(n)
    assume(bounds is not None)
    for anchor, positives in rule.draw(n, generator(seed)):
        for start, end in positives:
            if rule.strategy == "subsuming":
                assert anchor.start <= start < end <= anchor.end
            elif rule.strategy == "adjacent":
                assert end == anchor.start or start == anchor.end
            else:
                assert max(0, anchor.start - (end - start)) <= start <= min(anchor.end, n - (end - start))
                assert end - start >= bounds.shortest


@given(st.integers(1, 5), st.integers(1, 3000))
def test_scaled_spans_keep_every_note_that_has_two_tokens_per_anchor(anchors, n):
    rule = SpanRule(anchors, 1, longest=256, shortest=32)
    assert (rule.bounds(n) is not None) == (n >= 2 * anchors)


@given(st.integers(1, 5), st.integers(1, 3000))
def test_the_papers_rule_leaves_out_short_notes_and_scaled_equals_it_on_long_ones(anchors, n):
    paper = SpanRule(anchors, 1, longest=128, shortest=32, scaled=False)
    scaled = SpanRule(anchors, 1, longest=128, shortest=32)
    if n < 2 * anchors * 128:
        assert paper.bounds(n) is None
        with pytest.raises(ValueError, match="too short"):
            paper.draw(n, generator(1))
    else:
        assert paper.bounds(n) == scaled.bounds(n) == Bounds(32, 128)
        assert paper.draw(n, generator(n)) == scaled.draw(n, generator(n))


def test_lengths_follow_the_beta_distributions_of_the_paper():
    rule = SpanRule(2, 1, longest=256, shortest=32, scaled=False)
    draws = [draw for seed in range(4000) for draw in rule.draw(1200, generator(seed))]
    anchors = np.array([draw.anchor.length for draw in draws])
    positives = np.array([draw.positives[0].length for draw in draws])
    # Beta(4, 2) has mean 2/3 and variance 2/63; Beta(2, 4) mean 1/3; floor takes half a token off on average
    assert abs(anchors.mean() - (32 + 224 * 2 / 3 - 0.5)) < 2
    assert abs(positives.mean() - (32 + 224 / 3 - 0.5)) < 2
    assert abs(anchors.std() - 224 * np.sqrt(2 / 63)) < 2


def test_any_free_slot_is_drawn_evenly_for_one_anchor():
    rule = SpanRule(1, 1, longest=10, shortest=10)
    slots = [rule.draw(40, generator(seed))[0].anchor.start // 10 for seed in range(4000)]
    assert (abs(np.bincount(slots, minlength=4) / 4000 - 0.25) < 0.03).all()


def test_a_run_of_slots_holds_every_second():
    assert [_apart(set(range(size))) for size in range(6)] == [0, 1, 1, 2, 2, 3]
    assert _apart({0, 1, 3, 4, 5}) == 3
