import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fixtures.tokens import Characters
from wardspace.corpus.prepare.statistics import GENERAL_TEXT, Categories, Lengths, TextStatistics

NUMBERS = st.lists(st.integers(0, 5000), min_size=1, max_size=200)


@given(NUMBERS)
def test_lengths_agree_with_numpy(numbers):
    lengths = Lengths()
    lengths.add(*numbers)
    shares = (0, 0.25, 0.5, 0.75, 0.95, 1)
    assert lengths.quantiles(shares) == pytest.approx(np.quantile(numbers, shares).tolist())
    assert lengths.share_above(100) == pytest.approx(np.mean(np.array(numbers) > 100))
    summary = lengths.summary()
    assert (summary["min"], summary["max"], summary["total"]) == (min(numbers), max(numbers), sum(numbers))
    histogram = summary["histogram"]
    counts, _ = np.histogram(numbers, bins=[*histogram["edges"][:-1], histogram["edges"][-1] - 0.5])
    assert histogram["counts"] == counts.tolist()


def test_nothing_counted_gives_nothing():
    assert Lengths().summary() == {}


def test_words_tokens_and_pieces_per_word():
    statistics = TextStatistics(Characters())
    statistics.add(["a bb ccc", "dddd" * 40], [None, 160])
    found = statistics.summary()
    assert found["words"]["total"] == 4
    assert found["tokens"]["max"] == 160
    assert found["tokens"]["longer_than"]["128"] == 0.5
    assert found["pieces_per_word"]["notes"] == pytest.approx(168 / 4)
    general = sum(map(len, GENERAL_TEXT)) / sum(len(text.split()) for text in GENERAL_TEXT)
    assert found["pieces_per_word"]["general"] == pytest.approx(general)


def test_without_a_tokenizer_there_are_words_alone():
    statistics = TextStatistics(None)
    statistics.add(["a b"], [None])
    assert statistics.summary()["tokens"] is None
    assert statistics.summary()["words"]["max"] == 2


def test_categories_by_split_with_a_bound_on_their_number():
    categories = Categories(["kind"])
    categories.add("kind", ["a", "b", None, "a"], ["train", "test", "test", "train"])
    categories.add("kind", [f"v{i}" for i in range(300)], ["train"] * 300)
    found = categories.summary()["kind"]
    assert found["values"]["a"] == {"train": 2}
    assert found["values"]["b"] == {"test": 1}
    assert found["missing"] == {"test": 1}
    assert len(found["values"]) == 200
    assert found["other"] == {"train": 102}


def test_the_general_text_is_of_some_length():
    assert 280 <= sum(len(text.split()) for text in GENERAL_TEXT) <= 350


def test_a_value_as_long_as_a_text_is_counted_and_not_named():
    text = "the patient was found by her neighbour in the garden, and said that she had fallen"
    categories = Categories(["reason"])
    categories.add("reason", [text, "fall", text], ["train", "train", "test"])
    found = categories.summary()["reason"]
    assert found["values"] == {"fall": {"train": 1}}
    assert found["other"] == {"train": 1, "test": 1}
