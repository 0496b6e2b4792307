import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from wardspace.corpus.duplicates.sketching import jaccard, shingles, words
from wardspace.corpus.prepare.ledger import normalised

WORDS = st.lists(st.sampled_from("abcdefgh"), max_size=30)


def sets(tokens, size):
    size = min(size, len(tokens))
    return {tuple(tokens[i : i + size]) for i in range(len(tokens) - size + 1)} if tokens else set()


@given(WORDS, WORDS, st.integers(1, 5))
def test_jaccard_is_that_of_the_sets_of_runs_of_words(one, other, size):
    a, b = shingles(" ".join(one), size), shingles(" ".join(other), size)
    left, right = sets(one, size), sets(other, size)
    assert len(a) == len(left)
    assert jaccard(a, b) == len(left & right) / max(1, len(left | right))


@given(st.text())
def test_words_are_the_letters_and_digits_that_a_fingerprint_compares(text):
    joined = b"".join(words(text)).decode()
    assert joined == (normalised(text) if joined else "")


def test_case_blanks_and_punctuation_do_not_matter():
    assert np.array_equal(shingles("BP: 120/80, stable.\n", 3), shingles("bp 120 80   Stable", 3))
    assert np.array_equal(shingles("Müller straße 5", 2), shingles("MÜLLER STRASSE, 5", 2))
    assert not len(shingles(" ?! ", 3))
    assert len(shingles("one word", 3)) == 1


def test_order_of_words_matters():
    assert jaccard(shingles("a b", 2), shingles("b a", 2)) == 0
