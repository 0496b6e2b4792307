from __future__ import annotations

import numpy as np
import pytest

from tests.fixtures.models import sample_texts
from wardspace.models import Encoder


@pytest.mark.minilm
@pytest.mark.slow
def test_the_real_minilm_learns_a_sequence_with_a_new_head(run, tmp_path):
    costs = run(["mlm", {"declutr": {"anchors": 1}}], base="minilm", tokens=4000, learning_rate=5e-5, precision="auto")
    assert costs[0].losses[0].tokens > 0  # the head was warmed up first
    assert costs[0].losses[-1].loss < costs[0].losses[0].loss
    assert costs[0].parameters > 22_000_000
    texts = sample_texts(3)
    adapted = Encoder.load(tmp_path / "model", device="cpu").encode(texts, show_progress=False)
    before = Encoder.load("minilm", device="cpu").encode(texts, show_progress=False)
    cosine = (adapted * before).sum(1) / np.linalg.norm(adapted, axis=1) / np.linalg.norm(before, axis=1)
    assert (cosine > 0.5).all()
    assert (cosine < 0.99999).all()
