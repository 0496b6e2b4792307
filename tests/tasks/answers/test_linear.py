"""Linear scores on frozen vectors against torch, and against all tokens of the windows."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch.nn import functional

from tests.fixtures.models import tiny_model
from tests.fixtures.questions import asked_corpus
from tests.tasks.answers.test_kind import gold_of, task_of
from wardspace.config import EncoderConfig
from wardspace.models import Encoder
from wardspace.models.pair_reading import pair_vectors
from wardspace.tasks.answers.linear import Examples, examples, fitted_spans
from wardspace.tasks.answers.reading import Windowing, plan_of, read_questions


@pytest.mark.parametrize("strength", [0.1, 10.0])
def test_the_fit_is_where_the_gradient_of_cross_entropy_is_nothing(strength):
    random = np.random.default_rng(0)
    vectors = random.normal(size=(40, 6, 5)).astype(np.float16)
    offsets = np.where(random.random((40, 6)) < 0.2, -np.inf, random.random((40, 6))).astype(np.float32)
    offsets[:, 0] = 0
    targets = np.zeros((40, 2), dtype=np.int64)
    for row in range(40):
        targets[row] = random.choice(np.flatnonzero(np.isfinite(offsets[row])), size=2)
    found = Examples(vectors, offsets, targets, np.arange(40))
    known = vectors[np.isfinite(offsets)].astype(np.float64)
    size = np.sqrt(((known - known.mean(axis=0)) ** 2).sum(axis=1).mean())
    weights = (fitted_spans(found, strength).weights.double() * size).requires_grad_()
    scores = torch.from_numpy(vectors.astype(np.float64) / size) @ weights + torch.from_numpy(offsets)[..., None]
    right = torch.from_numpy(targets)
    losses = [functional.cross_entropy(scores[..., side], right[:, side], reduction="sum") for side in range(2)]
    (strength * sum(losses) + (weights**2).sum() / 2).backward()
    assert float(weights.grad.abs().max()) < 0.01 * strength * 40


def test_examples_hold_the_tokens_of_the_answer_and_stand_for_all_others(tmp_path):
    encoder = Encoder.load(tiny_model(tmp_path / "model"), EncoderConfig(window=128))
    gold = gold_of(asked_corpus(tmp_path / "corpus", 20, words=90), task_of())
    how, asked = Windowing(0.3, None), gold.units("train")
    found = examples(encoder, asked, how, 1.0)
    read = list(read_questions(encoder, plan_of(encoder, how), asked.passages()))
    plain = {}
    for one in read:
        for window in range(len(one.found.windows)):
            for _, vectors, seconds in pair_vectors(encoder, [one.pair(window)], precision="fp32"):
                first, last = one.found.target(window, 0)
                ends = [0 if at < 0 else int(seconds[0]) + at for at in (first, last)]
                plain[len(plain)] = vectors[0, ends].numpy(), len(one.pair(window).second)
    for row in range(len(found.rows)):
        given = found.vectors[row, found.targets[row]].astype(np.float32)
        near = [size for ends, size in plain.values() if np.abs(ends - given).max() < 0.1 * np.abs(ends).max()]
        assert near
        counted = np.exp(found.offsets[row, 1:])[np.isfinite(found.offsets[row, 1:])].sum()
        assert any(counted == pytest.approx(size, rel=1e-4) for size in near)
    kept = found.of(gold.rows("train")[:3])
    assert set(kept.rows.tolist()) == set(gold.rows("train")[:3].tolist())
