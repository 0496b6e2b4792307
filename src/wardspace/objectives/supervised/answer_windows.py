"""Which windows of a long text are read with a question, and which of them hold its answer."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from wardspace.core.seeds import generator
from wardspace.models.windows import spans
from wardspace.objectives.units import Ids

Spans = npt.NDArray[np.int64]
"""First token and the one after the last, [k, 2]."""
_SATURATION, _BY_LENGTH = 1.2, 0.75
"""k1 and b of BM25."""


@dataclass(frozen=True)
class WindowPlan:
    """How a question is read with its text.

    Parameters
    ----------
    room : int
        Tokens of question and text together that a window holds beside the special ones.
    overlap : float
        Share of a window that the next one reads again.
    most : int, optional
        Windows of a text that are read for a question: those that are most like it.
    """

    room: int
    overlap: float
    most: int | None = None

    def question(self, ids: Ids) -> Ids:
        """What is read of a question: at most half of a window."""
        return ids[: self.room // 2]

    def windows(self, tokens: int, question: Ids) -> Spans:
        """Windows of a text of so many tokens, read with a question."""
        room = self.room - len(self.question(question))
        return np.array(spans(tokens, room, self.overlap), dtype=np.int64)

    def read(self, text: Ids, question: Ids, answers: Spans) -> AnswerWindows:
        """The windows of a text, those that are read for a question, and those that hold its answers."""
        windows = self.windows(len(text), question)
        likely, shared = np.arange(len(windows)), covered(text, windows, self.question(question))
        if self.most is not None and self.most < len(windows):
            likely = np.sort(np.argsort(-shared, kind="stable")[: self.most])
        return AnswerWindows(windows, answers, likely, shared)


def covered(text: Ids, windows: Spans, question: Ids) -> npt.NDArray[np.float64]:
    """How much of a question each window of a text speaks of, from 0 to 1, [w].

    BM25 of the tokens that they share, over what a window would score that has each token of the question ever so
    often. How rare a token is, is counted over the windows of this text: a token that most of them have says little,
    one that none has counts most, and nothing has to be known of other texts.

    Parameters
    ----------
    text, question : int32 [t], int32 [q]
        Token ids.
    windows : int64 [w, 2]
        First token of each and the one after its last.

    References
    ----------
    Robertson and Zaragoza 2009, The Probabilistic Relevance Framework: BM25 and Beyond. Chen et al. 2017, Reading
    Wikipedia to Answer Open-Domain Questions (a search before the reading).
    """
    sizes = windows[:, 1] - windows[:, 0]
    damping = _SATURATION * (1 - _BY_LENGTH + _BY_LENGTH * sizes / max(1.0, float(sizes.mean())))
    found, most = np.zeros(len(windows)), 0.0
    for token in np.unique(question):
        places = np.flatnonzero(text == token)
        times = np.searchsorted(places, windows[:, 1]) - np.searchsorted(places, windows[:, 0])
        having = np.count_nonzero(times)
        rarity = np.log1p((len(windows) - having + 0.5) / (having + 0.5))
        found += rarity * times / (times + damping)
        most += rarity
    return found / most if most else found


@dataclass(frozen=True)
class AnswerWindows:
    """The windows of a text, by the answers to a question in it.

    Parameters
    ----------
    windows : int64 [w, 2]
        Tokens that each reads.
    answers : int64 [k, 2]
        Tokens of the right answers; none where the text does not answer the question.
    likely : int64 [n]
        Places of the windows that are read, rising.
    shared : float64 [w]
        How much of the question each speaks of; see `covered`.
    """

    windows: Spans
    answers: Spans
    likely: npt.NDArray[np.int64]
    shared: npt.NDArray[np.float64]

    @cached_property
    def overlaps(self) -> npt.NDArray[np.int64]:
        """Tokens of each answer that each window reads, [w, k]."""
        first = np.maximum(self.windows[:, None, 0], self.answers[None, :, 0])
        last = np.minimum(self.windows[:, None, 1], self.answers[None, :, 1])
        return np.asarray(np.maximum(last - first, 0))

    @cached_property
    def right(self) -> npt.NDArray[np.int64]:
        """Windows that hold an answer whole; where none does, the first that holds most of one."""
        if not len(self.answers):
            return np.zeros(0, dtype=np.int64)
        whole = (self.overlaps == (self.answers[:, 1] - self.answers[:, 0])).any(axis=1)
        return np.flatnonzero(whole) if whole.any() else self.overlaps.max(axis=1).argmax(keepdims=True)

    @cached_property
    def others(self) -> npt.NDArray[np.int64]:
        """Windows that are read and hold nothing of an answer."""
        return self.likely[~self.overlaps[self.likely].any(axis=1)]

    @property
    def cut(self) -> bool:
        """Whether there is an answer that no window holds whole."""
        sizes = self.answers[:, 1] - self.answers[:, 0]
        return bool(len(sizes)) and not (self.overlaps == sizes).any()

    def target(self, window: int, turn: int) -> tuple[int, int]:
        """First and last token, in the window, of the answer that it is to find; (-1, -1) where it is no right window.

        Of several answers that are whole in the window each has its turn.
        """
        if window not in self.right:
            return -1, -1
        held = self.overlaps[window]
        wanted = held.max() if self.cut else self.answers[:, 1] - self.answers[:, 0]
        among = np.flatnonzero(held == wanted)
        first, last = self.answers[among[turn % len(among)]]
        start, end = self.windows[window]
        return int(max(first, start) - start), int(min(last, end) - 1 - start)


@dataclass(frozen=True)
class Sampling:
    """Which windows of a question are learned from in an epoch.

    Parameters
    ----------
    negatives : float
        Windows without the answer for each window with it; of a question without an answer so many, at least one.
    seed : int
        Seed of the draws.
    """

    negatives: float
    seed: int

    def count(self, name: str, found: AnswerWindows) -> int:
        """How many windows of a question are read in an epoch, the same in all; a fraction is drawn by its name."""
        right, others = len(found.right), len(found.others)
        wanted = self.negatives * max(1, right)
        chance = generator("negatives", self.seed, name).random()
        drawn = int(wanted) + int(chance < wanted - int(wanted))
        return right + min(others, drawn if right else max(1, drawn))

    def window(self, name: str, found: AnswerWindows, piece: int, epoch: int) -> int:
        """The window of a piece: those with the answer first, then others in an order that differs by epoch."""
        if piece < len(found.right):
            return int(found.right[piece])
        order = generator("windows", self.seed, epoch, name).permutation(len(found.others))
        return int(found.others[order[piece - len(found.right)]])
