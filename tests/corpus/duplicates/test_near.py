import random

import pytest

from wardspace.corpus.duplicates.buckets import buckets
from wardspace.corpus.duplicates.near import near_duplicates
from wardspace.corpus.duplicates.sketching import jaccard, shingles


def families(seed, count=60):
    """Notes of which many are another with a few words changed."""
    draw, notes = random.Random(seed), []
    for i in range(count):
        if notes and draw.random() < 0.6:
            words = draw.choice(notes)[1].split()
            for _ in range(draw.randint(0, 4)):
                words[draw.randrange(len(words))] = f"x{draw.randrange(1000)}"
        else:
            words = [f"w{draw.randrange(500)}" for _ in range(draw.randint(20, 40))]
        notes.append((f"n{i}", " ".join(words)))
    return notes


def found(sketches, notes, threshold):
    return {
        notes[near.note][0]: (notes[near.other][0], near.similarity)
        for near in near_duplicates(sketches, buckets(sketches), threshold)
    }


@pytest.mark.parametrize("seed", range(6))
def test_every_note_left_out_is_near_one_that_stays_and_those_are_apart(sketched, seed):
    notes = families(seed)
    sets = {name: shingles(text, 2) for name, text in notes}
    with sketched(notes) as sketches:
        left = found(sketches, notes, 0.8)
    assert left
    for name, (other, similarity) in left.items():
        assert other not in left
        assert similarity == jaccard(sets[name], sets[other]) >= 0.8
    stay = [name for name in sets if name not in left]
    assert not [(a, b) for a in stay for b in stay if a < b and jaccard(sets[a], sets[b]) >= 0.8]


def test_the_order_of_rows_does_not_matter(sketched):
    notes = families(1)
    with sketched(notes) as sketches:
        expected = found(sketches, notes, 0.8)
    for seed in range(4):
        mixed = random.Random(seed).sample(notes, len(notes))
        with sketched(mixed) as sketches:
            assert found(sketches, mixed, 0.8) == expected


def test_the_longest_note_stands_for_the_others(sketched):
    text = " ".join(f"w{i}" for i in range(30))
    notes = [("short", text), ("long", f"{text} and one line more"), ("other", "nothing like it")]
    with sketched(notes, threshold=0.7) as sketches:
        assert {name: kept for name, (kept, _) in found(sketches, notes, 0.7).items()} == {"short": "long"}


def test_what_is_not_wanted_or_has_no_words_is_near_to_nothing(sketched):
    notes = [("a", "the very same"), ("b", "the very same"), ("c", "?!"), ("d", "?!")]
    with sketched(notes, wanted=[True, False, True, True]) as sketches:
        assert found(sketches, notes, 0.8) == {}


def test_many_notes_alike_are_compared_with_one(sketched):
    notes = [(f"n{i}", "no acute distress, lungs clear, heart regular") for i in range(3000)]
    with sketched(notes) as sketches:
        left = found(sketches, notes, 0.8)
    assert len(left) == 2999
    assert len({other for other, _ in left.values()}) == 1


def test_forms_that_are_not_near_are_told_of_where_there_are_too_many(sketched):
    draw, form = random.Random(5), [f"w{i}" for i in range(80)]
    notes = []
    for i in range(1500):
        words = list(form)
        for place in draw.sample(range(80), 6):
            words[place] = f"x{draw.randrange(10**6)}"
        notes.append((f"n{i}", " ".join(words)))
    notes += [("copy", notes[3][1])]
    with sketched(notes, threshold=0.8) as sketches:
        left = found(sketches, notes, 0.8)
        assert 0 < sketches.curtailed.sum() < len(notes)
    assert {name for name, (other, _) in left.items() if {name, other} == {"copy", "n3"}}
    with sketched(notes[:50], threshold=0.8) as sketches:
        found(sketches, notes, 0.8)
        assert not sketches.curtailed.any()
