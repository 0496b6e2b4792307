import random

import numpy as np
import pytest

from tests.corpus.duplicates.test_near import families
from wardspace.corpus.duplicates.near import crossings
from wardspace.corpus.duplicates.sketching import jaccard, shingles


@pytest.mark.parametrize("seed", range(5))
def test_all_notes_near_to_one_of_another_split_are_found(sketched, seed):
    notes = families(seed)
    draw = random.Random(seed)
    splits = np.array([draw.choice([-1, 0, 0, 1, 2]) for _ in notes])
    sets = [shingles(text, 2) for _, text in notes]
    expected = {
        (i, int(splits[j]))
        for i in range(len(notes))
        for j in range(len(notes))
        if splits[i] >= 0 and splits[j] >= 0 and splits[i] != splits[j] and jaccard(sets[i], sets[j]) >= 0.8
    }
    with sketched(notes) as sketches:
        found = list(crossings(sketches, splits, 0.8))
    assert {(c.note, c.other_split) for c in found} == expected
    assert len(found) == len(expected)
    for crossing in found:
        assert splits[crossing.note] == crossing.split
        assert splits[crossing.other] == crossing.other_split
        assert crossing.similarity == jaccard(sets[crossing.note], sets[crossing.other])
