"""What an encoder without words gives away: how close the parts of a note lie that it has read together."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from wardspace.models import Encoder
from wardspace.models.unit_length import unit_length


class Closeness:
    """Attacks on vectors alone.

    A contrast draws spans of one note together, so notes that were trained on have parts that lie closer than those
    of others (Liu et al. 2021, EncoderMI, compare views in the same way for images).

    Parameters
    ----------
    encoder : Encoder
        The model.
    """

    def __init__(self, encoder: Encoder) -> None:
        self.encoder = encoder

    def secret_scores(self, pieces: Sequence[tuple[str, str, str]]) -> list[float]:
        """Cosine of each secret with the sentence around it."""
        return self._cosines(
            [f"{before.strip()} {after.strip()}" for before, _, after in pieces], [p[1] for p in pieces]
        )

    def note_scores(self, texts: Sequence[str]) -> list[float | None]:
        """Cosine of the halves of each note; None for a note of one word."""
        words = [text.split() for text in texts]
        whole = [place for place, note in enumerate(words) if len(note) > 1]
        halves = [(words[place][: len(words[place]) // 2], words[place][len(words[place]) // 2 :]) for place in whole]
        cosines = self._cosines([" ".join(first) for first, _ in halves], [" ".join(last) for _, last in halves])
        found: list[float | None] = [None] * len(texts)
        for place, cosine in zip(whole, cosines, strict=True):
            found[place] = cosine
        return found

    def _cosines(self, first: list[str], second: list[str]) -> list[float]:
        distinct = list(dict.fromkeys([*first, *second]))
        vectors = self.encoder.encode(distinct, show_progress=False, precision="fp32")
        units = unit_length(vectors.astype(np.float64))
        place = {text: row for row, text in enumerate(distinct)}
        left, right = units[[place[t] for t in first]], units[[place[t] for t in second]]
        return [float(value) for value in (left * right).sum(axis=1)]
