"""What a frozen model makes of a mention: the mean of its tokens, of those before it and of those after it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from wardspace.models import Encoder
from wardspace.models.token_vectors import TokenVectors
from wardspace.tasks.assertions.asserted import Asked
from wardspace.tasks.assertions.context import Stretch
from wardspace.tasks.assertions.scopes import bounds, scopes

Vectors = NDArray[np.float32]
_TOGETHER = 64
PARTS = 3
"""Means that make up the vector of a mention."""


def mention_vectors(encoder: Encoder, texts: Sequence[str], mentions: Sequence[Sequence[Stretch]]) -> list[Vectors]:
    """Vectors of the mentions of each text, float32 [mentions, 3 d].

    Means over the tokens of the mention, over those of its sentence before it, and over those of its sentence after
    it: what denies a finding or gives it to a relative stands mostly in front. A part without tokens is zero.
    """
    found: list[Vectors] = []
    for start in range(0, len(texts), _TOGETHER):
        some = texts[start : start + _TOGETHER]
        for text, tokens, own in zip(
            some, encoder.token_vectors(some), mentions[start : start + _TOGETHER], strict=True
        ):
            found.append(_of_text(text, tokens, own))
    return found


def _of_text(text: str, tokens: TokenVectors, mentions: Sequence[Stretch]) -> Vectors:
    starts, width = scopes(text), tokens.vectors.shape[1]
    found = np.zeros((len(mentions), PARTS * width), dtype=np.float32)
    first, last = tokens.offsets[:, 0], tokens.offsets[:, 1]
    for place, one in enumerate(mentions):
        begin, end = bounds(starts, len(text), one.start, one.end)
        within = (first < one.end) & (last > one.start)
        before = (first >= begin) & (last <= one.start)
        after = (first >= one.end) & (last <= end)
        for part, chosen in enumerate((within, before, after)):
            if chosen.any():
                found[place, part * width : (part + 1) * width] = tokens.vectors[chosen].mean(axis=0)
    return found


class MentionVectors:
    """Vectors of the mentions of a corpus by one model after the other; those of the last one are kept."""

    def __init__(self) -> None:
        self._model: object = None
        self._kept: dict[int, Vectors] = {}

    def of(self, model: object, encoder: Encoder, asked: Asked) -> Vectors:
        """Vectors [mentions, 3 d] by an encoder; `model` is what it is known by."""
        if model is not self._model:
            self._model, self._kept = model, {}
        new = [place for place, row in enumerate(asked.rows.tolist()) if row not in self._kept]
        if new:
            rows = asked.rows[new]
            found = mention_vectors(encoder, asked.texts.of(rows), [asked.mentions[place] for place in new])
            self._kept |= dict(zip(rows.tolist(), found, strict=True))
        empty = np.zeros((0, PARTS * encoder.dimension), dtype=np.float32)
        return np.concatenate([empty, *(self._kept[row] for row in asked.rows.tolist())])
