import numpy as np

from wardspace.corpus.duplicates.buckets import buckets
from wardspace.corpus.duplicates.sketching import jaccard, shingles

TEXTS = [("a", "one two three four five six"), ("b", "one two three four five seven"), ("c", ""), ("d", "else wholly")]


def test_sketches_keep_sizes_and_sets(sketched):
    with sketched(TEXTS) as sketches:
        assert len(sketches) == 4
        assert sketches.sizes.tolist() == [5, 5, 0, 1]
        assert sketches.sizes_of(np.array([3, 0])).tolist() == [1, 5]
        for i, (_, text) in enumerate(TEXTS):
            assert np.array_equal(sketches.shingles(i), shingles(text, 2))


def test_the_first_near_one_is_told_with_its_exact_similarity(sketched):
    similarity = jaccard(shingles(TEXTS[0][1], 2), shingles(TEXTS[1][1], 2))
    with sketched(TEXTS, threshold=0.5) as sketches:
        assert sketches.first_near(0, np.array([1, 3]), 0.5) == (1, similarity)
        assert sketches.first_near(0, np.array([1, 3]), 0.7) is None
        assert sketches.first_near(0, np.zeros(0, np.int64), 0.5) is None


def test_the_same_text_stands_in_every_bucket_and_others_in_none(sketched):
    with sketched([*TEXTS, ("e", TEXTS[3][1])]) as sketches:
        found = buckets(sketches)
        alike = np.diff(found.ends, prepend=0)
        assert (alike >= 2).all()
        assert (found.notes == 4).sum() == (found.notes == 3).sum() == sketches.banding.bands
        apart = buckets(sketches, np.array([0, 0, 0, 1, 1]))
        assert not len(apart.notes)


def test_a_spool_without_any_words_has_no_buckets(sketched):
    with sketched([("a", "?"), ("b", "?")]) as sketches:
        assert not len(buckets(sketches).notes)
