"""Windows of a question by trying all of them."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from wardspace.objectives.supervised.answer_windows import AnswerWindows, Sampling, WindowPlan, covered


def answers(*spans):
    return np.array(spans, dtype=np.int64).reshape(-1, 2)


@pytest.mark.parametrize("seed", range(20))
def test_right_windows_targets_and_others_by_brute_force(seed):
    random = np.random.default_rng(seed)
    tokens = int(random.integers(1, 120))
    question = np.arange(random.integers(1, 30), dtype=np.int32)
    plan = WindowPlan(int(random.integers(10, 40)), float(random.choice([0, 0.3, 0.6])))
    spans = sorted({tuple(sorted(random.choice(tokens + 1, 2, replace=False).tolist())) for _ in range(seed % 4)})
    text = random.integers(0, 50, size=tokens).astype(np.int32)
    found = plan.read(text, question, answers(*spans))
    read = [set(range(start, end)) for start, end in found.windows.tolist()]
    assert set().union(*read) == set(range(tokens))
    assert all(len(one) + len(plan.question(question)) <= plan.room for one in read)
    whole = {w for w, one in enumerate(read) for a in spans if set(range(*a)) <= one}
    assert set(found.others.tolist()) == {
        w for w, one in enumerate(read) if not any(one & set(range(*a)) for a in spans)
    }
    if whole or not spans:
        assert set(found.right.tolist()) == whole
        assert not found.cut
    else:
        assert found.cut and len(found.right) == 1
        most = max(len(one & set(range(*a))) for one in read for a in spans)
        (right,) = found.right
        assert max(len(read[right] & set(range(*a))) for a in spans) == most
    for window in range(len(read)):
        for turn in range(4):
            first, last = found.target(window, turn)
            if window not in found.right:
                assert (first, last) == (-1, -1)
                continue
            start = int(found.windows[window, 0])
            held = {(max(a[0], min(read[window])), min(a[1], max(read[window]) + 1)) for a in spans}
            assert (first + start, last + 1 + start) in held


def test_of_several_answers_each_has_its_turn():
    found = AnswerWindows(answers((0, 20)), answers((2, 4), (6, 7)), np.arange(1), np.zeros(1))
    assert {found.target(0, turn) for turn in range(4)} == {(2, 3), (6, 6)}


def test_an_answer_longer_than_any_window_is_cut():
    found = AnswerWindows(answers((0, 10), (7, 17), (14, 20)), answers((3, 19)), np.arange(3), np.zeros(3))
    assert found.cut and found.right.tolist() == [1] and found.target(1, 0) == (0, 9)


def test_windows_without_the_answer_are_sampled_anew_in_every_epoch():
    windows = np.stack([np.arange(0, 200, 10), np.arange(0, 200, 10) + 10], axis=1)
    found, none = (
        AnswerWindows(windows, right, np.arange(20), np.zeros(20)) for right in (answers((42, 48)), answers())
    )
    sampling = Sampling(3.0, seed=1)
    assert sampling.count("q", found) == 1 + 3 and sampling.count("q", none) == 3
    read = [[sampling.window("q", found, piece, epoch) for piece in range(4)] for epoch in range(30)]
    assert all(one[0] == 4 and len(set(one)) == 4 for one in read)
    assert {window for one in read for window in one} == set(range(20))
    assert read == [[sampling.window("q", found, piece, epoch) for piece in range(4)] for epoch in range(30)]
    counts = [Sampling(0.5, seed=1).count(f"q{i}", found) for i in range(400)]
    assert set(counts) == {1, 2} and np.mean(counts) == pytest.approx(1.5, abs=0.1)
    assert Sampling(0.0, seed=1).count("q", none) == 1


def test_the_windows_that_are_most_like_the_question_are_read():
    """By BM25 of rank_bm25's formula, with every window a document."""
    random = np.random.default_rng(0)
    text, question = random.integers(0, 30, size=300).astype(np.int32), random.integers(0, 40, size=9).astype(np.int32)
    plan = WindowPlan(29, 0.3, most=4)
    found = plan.read(text, question, answers((100, 103), (250, 255)))
    documents = [Counter(text[start:end].tolist()) for start, end in found.windows]
    mean = np.mean([one.total() for one in documents])

    def score(one):
        parts, most = [], []
        for token in set(question.tolist()):
            having = sum(token in other for other in documents)
            rarity = np.log(1 + (len(documents) - having + 0.5) / (having + 0.5))
            times = one[token]
            parts.append(rarity * times * 2.2 / (times + 1.2 * (0.25 + 0.75 * one.total() / mean)))
            most.append(rarity * 2.2)
        return sum(parts) / sum(most)

    np.testing.assert_allclose(covered(text, found.windows, question), [score(one) for one in documents])
    np.testing.assert_allclose(found.shared, covered(text, found.windows, question))
    assert 0 < found.shared.max() < 1
    assert len(found.likely) == 4
    kept = np.isin(np.arange(len(documents)), found.likely)
    scores = np.array([score(one) for one in documents])
    assert scores[kept].min() >= scores[~kept].max()
    assert set(found.others.tolist()) <= set(found.likely.tolist())
    assert WindowPlan(29, 0.3).read(text, question, answers()).likely.tolist() == list(range(len(documents)))


def test_what_a_text_says_of_a_question_is_a_share():
    text = np.array([1, 2, 3, 1, 2, 4], dtype=np.int32)
    for question, low, high in (([9, 8], 0, 0), ([], 0, 0), ([1, 2], 0.3, 0.7), ([1, 2, 8, 9], 0.01, 0.3)):
        (share,) = WindowPlan(20, 0.0).read(text, np.array(question, dtype=np.int32), answers()).shared
        assert low <= share <= high


def test_a_question_longer_than_the_window_leaves_half_of_it_to_the_text():
    plan = WindowPlan(20, 0.0)
    question = np.arange(50, dtype=np.int32)
    assert len(plan.question(question)) == 10
    assert plan.windows(25, question).tolist() == [[0, 10], [10, 20], [20, 25]]
