"""The best span of a window by trying all of them."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from wardspace.objectives.supervised.answer_spans import Windows, best_spans, log_probabilities


def spread(sizes, texts, random):
    """Scores of windows end to end, and the same window by window: no answer first, then the text."""
    scores = [
        torch.from_numpy(random.normal(size=(text + size + 1, 2))) for size, text in zip(sizes, texts, strict=True)
    ]
    starts = np.cumsum([0, *map(len, scores)])[:-1]
    where = Windows(*(torch.tensor(each) for each in (starts.tolist(), texts, sizes)))
    alone = [
        torch.cat([one[:1], one[text : text + size]]) for one, text, size in zip(scores, texts, sizes, strict=True)
    ]
    return torch.cat(scores), where, alone


@pytest.mark.parametrize("longest", [None, 1, 3, 50])
@pytest.mark.parametrize("seed", range(5))
def test_the_best_span_and_the_score_of_none(seed, longest):
    random = np.random.default_rng(seed)
    sizes, texts = random.integers(1, 12, size=6).tolist(), random.integers(1, 5, size=6).tolist()
    scores, where, alone = spread(sizes, texts, random)
    logs = log_probabilities(scores, where)
    found = best_spans(logs, longest)
    for row, own in enumerate(alone):
        plain = own.log_softmax(dim=0)
        torch.testing.assert_close(logs[row, : len(own)], plain)
        spans = {
            (i, j): float(plain[1 + i, 0] + plain[1 + j, 1])
            for i in range(len(own) - 1)
            for j in range(i, len(own) - 1)
            if longest is None or j - i < longest
        }
        best = max(spans, key=spans.get)
        assert (int(found.start[row]), int(found.end[row])) == best
        assert float(found.score[row]) == pytest.approx(spans[best])
        assert float(found.none[row]) == pytest.approx(float(plain[0].sum()))


def test_a_text_without_tokens_has_no_answer():
    for sizes in ([0, 0], [0, 2]):
        scores, where, _ = spread(sizes, [2, 3], np.random.default_rng(0))
        found = best_spans(log_probabilities(scores, where))
        assert (int(found.start[0]), int(found.end[0]), float(found.score[0])) == (-1, -1, -np.inf)
        assert float(found.none[0]) == 0.0
