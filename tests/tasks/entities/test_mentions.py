from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from wardspace.tasks.entities.mentions import Mention, MentionCounts, read_mentions, without_overlap

mentions = st.lists(
    st.builds(lambda start, size, kind: Mention(start, start + size, kind), st.integers(0, 20), st.integers(1, 6),
              st.sampled_from("AB")), max_size=12,
)  # fmt: skip


def records(found):
    return [one._asdict() for one in found]


@given(mentions)
def test_counts_are_those_of_all_pairs(made):
    found, counts = read_mentions(records(made), "type")
    assert found == sorted(set(made), key=lambda one: (one.start, -one.end, one.type))
    within = {
        two for two in set(made) for one in set(made)
        if one != two and one.start <= two.start and two.end <= one.end
        and ((one.start, one.end) != (two.start, two.end) or one.type < two.type)
    }  # fmt: skip
    crossing = {
        one for one in set(made) for two in set(made)
        if (one.start < two.start < one.end < two.end) or (two.start < one.start < two.end < one.end)
    }  # fmt: skip
    assert counts == MentionCounts(len(set(made)), 0, len(within), len(crossing), len(made) - len(set(made)))


@given(mentions)
def test_what_a_tagger_learns_shares_no_character_and_cannot_take_one_more(made):
    kept = without_overlap(made)
    taken = [place for one in kept for place in range(one.start, one.end)]
    assert len(taken) == len(set(taken)) and set(kept) <= set(made)
    for one in made:
        assert set(range(one.start, one.end)) & set(taken)
        longer = [two for two in kept if two.start < one.end and one.start < two.end]
        assert one in kept or max(two.end - two.start for two in longer) >= one.end - one.start


def test_a_discontinuous_mention_is_one_from_its_first_to_its_last_character():
    parts = [
        {"start": 0, "end": 4, "type": "Sign", "id": "T1", "part": 0},
        {"start": 12, "end": 16, "type": "Sign", "id": "T1", "part": 1},
        {"start": 6, "end": 9, "type": "Drug", "id": "T2", "part": 0},
    ]
    found, counts = read_mentions(parts, "type")
    assert found == [(0, 16, "Sign"), (6, 9, "Drug")]
    assert counts == MentionCounts(2, discontinuous=1, nested=1)


def test_types_that_are_not_asked_for_are_passed_over_and_one_may_stand_for_all():
    spans = [
        {"start": 0, "end": 2, "kind": "A"},
        {"start": 3, "end": 4, "kind": None},
        {"start": 5, "end": 6, "kind": "B"},
    ]
    assert read_mentions(spans, "kind", ["B"])[0] == [(5, 6, "B")]
    assert read_mentions(spans, None)[0] == [(0, 2, "entity"), (3, 4, "entity"), (5, 6, "entity")]
    assert read_mentions(None, "kind") == ([], MentionCounts())
