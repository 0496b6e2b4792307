from __future__ import annotations

from itertools import pairwise, product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from transformers import AutoTokenizer

from tests.fixtures.models import tiny_model
from wardspace.models.tokens import PlacedTokens, tokens_with_offsets
from wardspace.objectives.supervised.tags import TagScheme, TagSpan, positions_of, spans_at

TYPES = ("Drug", "Dose")


@st.composite
def apart(draw):
    """Spans that share no position, and the number of positions."""
    positions = draw(st.integers(1, 30))
    cuts = sorted(draw(st.sets(st.integers(0, positions), max_size=12)))
    stretches = pairwise(cuts)
    found = [TagSpan(first, last, draw(st.integers(0, 1))) for first, last in stretches if draw(st.booleans())]
    return found, positions


@given(apart(), st.sampled_from(["BIO", "BIOES"]))
def test_spans_come_back_from_their_tags(made, name):
    found, positions = made
    scheme = TagScheme(name, TYPES)
    tags = scheme.encode(found, positions)
    assert scheme.decode(tags) == found
    assert all(scheme.follows[one, other] for one, other in pairwise(tags))
    assert not scheme.goes_on[tags[0]] and scheme.ends[tags[-1]]


@pytest.mark.parametrize("name", ["BIO", "BIOES"])
def test_what_may_follow_is_what_comes_back_as_it_was(name):
    """A chain of tags is allowed where it is the encoding of what it decodes to."""
    scheme = TagScheme(name, TYPES)
    for tags in product(range(len(scheme.names)), repeat=3):
        steps = all(scheme.follows[one, other] for one, other in pairwise(tags))
        allowed = steps and not scheme.goes_on[tags[0]] and bool(scheme.ends[tags[-1]])
        assert allowed == (scheme.encode(scheme.decode(tags), 3).tolist() == list(tags))


def test_a_mention_that_goes_on_from_nothing_begins_there():
    """As conlleval reads such tags (Tjong Kim Sang and Buchholz 2000)."""
    scheme = TagScheme("BIO", TYPES)
    o, b, i, _, other = range(5)
    assert scheme.decode([o, i, i, other, b, b]) == [(1, 3, 0), (3, 4, 1), (4, 5, 0), (5, 6, 0)]


WORDS = "İ chest-pain, ACE2 (5mg/day) 胸痛 naïve\u00a0x "


@pytest.mark.parametrize("family", ["bert", "roberta", "t5"])
@pytest.mark.parametrize("pieces", ["first", "all"])
def test_positions_cover_all_letters_once(tmp_path, family, pieces):
    tokenizer = AutoTokenizer.from_pretrained(tiny_model(tmp_path / "model", family))
    (tokens,) = tokens_with_offsets(tokenizer, [WORDS])
    at = positions_of(WORDS, tokens, pieces)
    covered = [place for start, end in at.bounds.tolist() for place in range(start, end)]
    assert {WORDS[place] for place in set(range(len(WORDS))) - set(covered)} <= {" ", "\u00a0"}
    assert (np.diff(at.places) > 0).all()
    if pieces == "first":
        # a border of letters and other signs is never inside a word
        for start, end in at.bounds.tolist():
            assert len({sign.isalnum() for sign in WORDS[start:end]}) == 1
    if family == "bert" and pieces == "first":
        assert [WORDS[start:end] for start, end in at.bounds.tolist()][1:5] == ["chest", "-", "pain", ","]


def test_a_blank_before_a_word_is_no_part_of_it():
    tokens = PlacedTokens(np.arange(2), np.array([[0, 2], [2, 6]]), np.array([0, 1]))
    assert positions_of("ab cd ", tokens, "all").bounds.tolist() == [[0, 2], [3, 5]]


def test_a_mention_within_a_word_reaches_to_its_borders_and_one_between_words_is_lost():
    bounds = np.array([[0, 4], [5, 9], [9, 10]], dtype=np.int32)
    assert spans_at([(1, 3, 0), (4, 5, 0), (6, 10, 1)], bounds) == [(0, 1, 0), (1, 3, 1)]
