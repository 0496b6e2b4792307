"""Candidates scored from one reading of a text in which all mentions are marked."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from wardspace.models import Encoder
from wardspace.models.tokens import affixes
from wardspace.models.windows import spans
from wardspace.objectives.supervised.pair_head import Merge, PairHead, gaps_of, merged
from wardspace.objectives.supervised.relation_classification import windows_of
from wardspace.tasks.relations.candidates import Candidate
from wardspace.tasks.relations.documents import Document
from wardspace.tasks.relations.fitted import Probabilities, Scores
from wardspace.tasks.relations.marking import MarkedText, Marking


@dataclass(frozen=True)
class MarkedScorer:
    """Reads texts with marked mentions, once, and scores all pairs of them.

    Attributes
    ----------
    encoder : Encoder
        Reads texts.
    head : PairHead
        Scores pairs of mentions.
    marking : Marking
        Marks the mentions.
    overlap : float
        Share of a window that the next one reads again.
    merge : {"logsumexp", "max"}
        How the scores of the pairs of a candidate become one.
    """

    encoder: Encoder
    head: PairHead
    marking: Marking
    overlap: float
    merge: Merge

    def __call__(
        self, texts: Sequence[str], documents: Sequence[Document], candidates: Sequence[Sequence[Candidate]]
    ) -> Iterator[Scores]:
        """Probabilities of the candidates of each text."""
        marked = self.marking.marked(texts, [one.mentions for one in documents])
        room = self.encoder.window - affixes(self.encoder.tokenizer).count
        plans = [spans(len(one.ids), room, self.overlap) for one in marked]
        asked = [pairs_of(*both) for both in zip(documents, candidates, strict=True)]
        held = [windows_of(own, text.markers, plan, len(text.ids))
                for own, text, plan in zip(asked, marked, plans, strict=True)]  # fmt: skip
        wanted = [(text, place) for text, own in enumerate(held) for place in np.unique(own[own >= 0]).tolist()]
        read = self.encoder.read([marked[text].ids[slice(*plans[text][place])] for text, place in wanted])
        vectors = dict(zip(wanted, read, strict=True))
        for text, (one, own, window) in enumerate(zip(marked, asked, held, strict=True)):
            scores = np.zeros((len(own), len(self.head.classes)), dtype=np.float32)
            for place in np.unique(window[window >= 0]).tolist():
                here = np.flatnonzero(window == place)
                scores[here] = self._scores(vectors[text, place], one, plans[text][place][0], own[here])
            yield self._merged(scores, own[:, 2], window >= 0, len(candidates[text]))

    @torch.inference_mode()
    def _scores(
        self, vectors: NDArray[np.float32], text: MarkedText, start: int, pairs: NDArray[np.int64]
    ) -> NDArray[np.float32]:
        at = text.markers[pairs[:, :2]]
        met, places = np.unique(pairs[:, :2], return_inverse=True)
        mentions = np.stack([text.markers[met], np.minimum(text.ends[met], start + len(vectors))], axis=1) - start
        given = (vectors, mentions, places.reshape(-1, 2), gaps_of(at[:, 0], at[:, 1]), pairs[:, 3:])
        device = self.head.out.weight.device
        found = self.head(*(torch.from_numpy(one).to(device) for one in given))
        return np.asarray(found.float().cpu().numpy())

    def _merged(
        self, scores: NDArray[np.float32], groups: NDArray[np.int64], held: NDArray[np.bool_], count: int
    ) -> Scores:
        seen, numbers = np.unique(groups[held], return_inverse=True)
        each = merged(torch.from_numpy(scores[held]), torch.from_numpy(numbers), len(seen), self.merge)
        found: Probabilities = np.zeros((count, scores.shape[1]), dtype=np.float32)
        found[:, 0] = 1
        found[seen] = each.softmax(dim=1).numpy()
        return Scores(found, count - len(seen))


def pairs_of(document: Document, candidates: Sequence[Candidate]) -> NDArray[np.int64]:
    """Pairs of mentions with the places of their candidates and how many mentions both have, int64 [p, 5]."""
    counts = [len(one.mentions) for one in document.arguments]
    rows = [
        (*pair, place, counts[one.head], counts[one.tail]) for place, one in enumerate(candidates) for pair in one.pairs
    ]
    return np.array(rows, dtype=np.int64).reshape(-1, 5)
