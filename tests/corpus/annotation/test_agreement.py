"""Against scikit-learn, and against counting by hand."""

import numpy as np
import pytest
from sklearn.metrics import cohen_kappa_score

from tests.corpus.annotation.made import said
from wardspace.corpus.annotation import Annotations, MarkedSpan, agreements
from wardspace.corpus.annotation.agreement import agreement_lines, cohen_kappa, span_agreement


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("labels", [2, 5])
def test_kappa_is_that_of_scikit_learn(seed, labels):
    rng = np.random.default_rng(seed)
    first = rng.integers(labels, size=80)
    second = np.where(rng.random(80) < 0.6, first, rng.integers(labels, size=80))
    names = [np.array([f"label {i}" for i in one]) for one in (first, second)]
    found = cohen_kappa(*(one.tolist() for one in names))
    assert found.value == pytest.approx(cohen_kappa_score(*names))
    assert found.observed == pytest.approx((first == second).mean())
    assert found.low < found.value < found.high
    # the percentile interval, drawn note by note in place of by cells of the table
    drawn = [cohen_kappa_score(first[rows], second[rows]) for rows in rng.integers(80, size=(800, 80))]
    assert np.quantile(drawn, [0.025, 0.975]) == pytest.approx([found.low, found.high], abs=0.05)


def test_kappa_of_a_single_label_is_undefined_and_of_opposites_negative():
    assert np.isnan(cohen_kappa(["a"] * 4, ["a"] * 4).value)
    assert cohen_kappa(["a", "b"], ["b", "a"]).value == -1


def drawn_spans(rng):
    """Spans that do not overlap, of two types."""
    borders = sorted(rng.choice(60, 12, replace=False))
    pairs = list(zip(borders[::2], borders[1::2], strict=True))
    return tuple(MarkedSpan(start=s, end=e, type=str(rng.choice(["x", "y"]))) for s, e in pairs if rng.random() < 0.7)


def by_hand(first, second, kind, match):
    """F1 from precision and recall, span by span."""
    ones = [(i, s) for i, note in enumerate(first) for s in note if kind in (None, s.type)]
    others = [(i, s) for i, note in enumerate(second) for s in note if kind in (None, s.type)]
    precision = sum(any(i == j and match(s, t) for j, t in others) for i, s in ones) / len(ones)
    recall = sum(any(i == j and match(s, t) for i, s in ones) for j, t in others) / len(others)
    return precision, recall, len(ones), len(others)


def strict(one, other):
    return (one.start, one.end, one.type) == (other.start, other.end, other.type)


def overlap(one, other):
    return one.type == other.type and bool(set(range(one.start, one.end)) & set(range(other.start, other.end)))


@pytest.mark.parametrize("seed", range(4))
def test_span_f1_is_that_of_counting_by_hand(seed):
    rng = np.random.default_rng(seed)
    first = [drawn_spans(rng) for _ in range(20)]
    second = [note if rng.random() < 0.5 else drawn_spans(rng) for note in first]
    found = span_agreement(first, second)
    assert found.notes == 20
    for kind, (share, touching) in [(None, (found.strict, found.overlap)), *found.by_type.items()]:
        precision, recall, *_ = by_hand(first, second, kind, strict)
        assert share.value == pytest.approx(2 * precision * recall / (precision + recall))
        precision, recall, ones, others = by_hand(first, second, kind, overlap)
        assert touching.value == pytest.approx((precision * ones + recall * others) / (ones + others))
        assert share.low <= share.value <= share.high


def test_agreement_is_that_of_notes_that_both_annotated_with_the_same_words():
    one, two = MarkedSpan(start=0, end=2, type="x"), MarkedSpan(start=4, end=6, type="x")
    first = [said("plain", (one, two)), said("astral", (one,)), said("breaks", (one,))]
    second = [said("plain", (one,), "ben"), said("astral", (two,), "ben", text="other words")]
    annotations = Annotations({"ann": first, "ben": second, "cat": [said("chinese", (one,), "cat")]})
    (found,) = agreements(annotations, "drugs", "spans").values()
    assert (found.notes, found.strict.hits, found.strict.total) == (1, 2, 3)
    assert agreements(annotations, "urgency", "label") == {}
    assert agreement_lines({}) != agreement_lines({("ann", "ben"): found})


def test_labels_of_three_annotators_are_compared_in_pairs():
    lines = {
        who: [said("plain", "urgent", who), said("astral", one, who)]
        for who, one in zip("abc", ("urgent", "routine", "routine"), strict=True)
    }
    found = agreements(Annotations(lines), "urgency", "label")
    assert {pair: kappa.observed for pair, kappa in found.items()} == {
        ("a", "b"): 0.5,
        ("a", "c"): 0.5,
        ("b", "c"): 1.0,
    }
