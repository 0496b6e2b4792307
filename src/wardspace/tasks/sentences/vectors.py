"""What a frozen model makes of a sentence: the mean of its tokens, which have read the note around them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from wardspace.corpus.note.sentences import Sentence
from wardspace.models import Encoder
from wardspace.objectives.supervised.sentence_classification import token_bounds
from wardspace.tasks.sentences.labelled import Asked

Vectors = NDArray[np.float32]
_TOGETHER = 64


def sentence_vectors(encoder: Encoder, texts: Sequence[str], asked: Sequence[Sequence[Sentence]]) -> list[Vectors]:
    """Vectors of the sentences of each text, float32 [sentences, d]; a sentence without a token has zeros.

    A text is read once for all its sentences, in windows where it is long, and a sentence longer than a window in
    several.
    """
    found: list[Vectors] = []
    for start in range(0, len(texts), _TOGETHER):
        some = texts[start : start + _TOGETHER]
        for tokens, own in zip(encoder.token_vectors(some), asked[start : start + _TOGETHER], strict=True):
            bounds = token_bounds(tokens.offsets, np.array(own, dtype=np.int64).reshape(-1, 2))
            vectors = np.zeros((len(own), encoder.dimension), dtype=np.float32)
            for place, (first, last) in enumerate(bounds.tolist()):
                if first < last:
                    vectors[place] = tokens.vectors[first:last].mean(axis=0)
            found.append(vectors)
    return found


class SentenceVectors:
    """Vectors of the sentences of a corpus by one model after the other; those of the last one are kept."""

    def __init__(self) -> None:
        self._model: object = None
        self._kept: dict[int, Vectors] = {}

    def of(self, model: object, encoder: Encoder, asked: Asked) -> Vectors:
        """Vectors [sentences, d] by an encoder; `model` is what it is known by."""
        if model is not self._model:
            self._model, self._kept = model, {}
        new = [place for place, row in enumerate(asked.rows.tolist()) if row not in self._kept]
        if new:
            rows = asked.rows[new]
            found = sentence_vectors(encoder, asked.texts.of(rows), [asked.sentences[place] for place in new])
            self._kept |= dict(zip(rows.tolist(), found, strict=True))
        empty = np.zeros((0, encoder.dimension), dtype=np.float32)
        return np.concatenate([empty, *(self._kept[row] for row in asked.rows.tolist())])
