"""A dictionary of training mentions against lookups done by hand."""

from __future__ import annotations

import pytest

from wardspace.tasks.entities.dictionary import Dictionary
from wardspace.tasks.entities.words import Example, Words

TYPES = ("Chemical", "Disease")


def example(text, *mentions):
    """A text with mentions, each by its words and its type (of the first place where they are)."""
    places = [(text.index(words), text.index(words) + len(words), TYPES.index(kind)) for words, kind in mentions]
    return Example.of(text, places)


def found(dictionary, text):
    return [(text[one.start : one.end], one.type) for one in dictionary.mentions(text, TYPES)]


TRAIN = [
    example("She has lung cancer and took aspirin.", ("lung cancer", "Disease"), ("aspirin", "Chemical")),
    example("No cancer was seen. CAT scan.", ("cancer", "Disease")),
    example("A cat sat down."),
    example("The CAT gene.", ("CAT", "Chemical")),
]


def test_the_longest_term_is_taken_and_long_ones_whatever_their_case():
    dictionary = Dictionary.learned(TRAIN)
    text = "Lung\n Cancer, other CANCER, and lung disease; Aspirin"
    assert found(dictionary, text) == [("Lung\n Cancer", "Disease"), ("CANCER", "Disease"), ("Aspirin", "Chemical")]
    assert found(dictionary, "a cat, a CAT") == [("CAT", "Chemical")]


def test_shares_count_occurrences_outside_of_longer_mentions():
    terms = Dictionary.learned(TRAIN).terms
    assert (terms["cancer"].mentions, terms["cancer"].occurrences) == (1, 1)  # that in lung cancer does not count
    assert (terms["CAT"].mentions, terms["CAT"].occurrences, terms["CAT"].share) == (1, 2, 0.5)
    assert terms["CAT"].confidence == 0.5 and terms["cancer"].confidence == pytest.approx(2 / 3)


def test_the_commonest_type_of_a_term_is_taken():
    some = [example("iron", ("iron", "Chemical"))] * 2 + [example("iron", ("iron", "Disease"))] * 3
    assert Dictionary.learned(some).terms["iron"].type == TYPES.index("Disease")


def test_validation_chooses_how_many_occurrences_must_be_mentions():
    dictionary = Dictionary.learned(TRAIN)
    assert dictionary.chosen([example("The CAT gene", ("CAT", "Chemical"))]).least <= 0.5
    strict = dictionary.chosen([example("CAT scan of lung cancer", ("lung cancer", "Disease"))])
    assert strict.least > 0.5
    assert found(strict, "CAT scan of lung cancer") == [("lung cancer", "Disease")]


def test_words_are_what_the_pattern_says_with_their_places():
    text = "β-blocker_5mg:\n(new)"
    words = Words.of(text)
    assert words.texts == ["β", "-", "blocker", "_", "5mg", ":", "(", "new", ")"]
    assert [text[start:end] for start, end in words.bounds] == words.texts
    assert Words.of("  ").texts == []
    assert Words.of("胸痛3天 MRI").texts == ["胸", "痛", "3", "天", "MRI"]


def test_a_script_without_blanks_between_words():
    dictionary = Dictionary.learned([example("病人胸痛三天", ("胸痛", "Disease")), example("胸前")])
    assert found(dictionary, "无胸痛，有胸闷") == [("胸痛", "Disease")]


def test_nothing_to_learn_finds_nothing():
    assert found(Dictionary.learned([example("No mention.")]), "No mention.") == []
