"""Notes read in windows with each question: the best answer that any window gives."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray

from wardspace.config import AnswersConfig
from wardspace.core.wording import counted
from wardspace.models import Encoder
from wardspace.models.pair_reading import pair_vectors
from wardspace.models.tokens import Ids, PlacedTokens, TokenPair, pair_affixes, token_ids, tokens_with_offsets
from wardspace.objectives.supervised.answer_spans import Windows, best_spans, log_probabilities
from wardspace.objectives.supervised.answer_windows import AnswerWindows, Spans, WindowPlan
from wardspace.tasks.answers.asked import Asked, Passage, Question, first_named

_TOGETHER = 512
"""Windows that are collected before they are read, so that short notes fill batches too."""
Heads = Callable[[torch.Tensor], torch.Tensor]
"""From token vectors [t, d] to the scores of start and end by one or several heads, [t, 2 heads]."""


class Windowing(NamedTuple):
    """How notes are cut into windows, and which of them are read."""

    overlap: float
    """Share of a window that the next one reads again."""
    windows: int | None
    """Windows that are read for a question; None for all."""
    longest: int | None = None
    """Most tokens of an answer."""

    @classmethod
    def of(cls, task: AnswersConfig) -> Windowing:
        """As a task says."""
        return cls(task.overlap, task.windows, task.max_answer)


class Found(NamedTuple):
    """The best answer to a question."""

    start: int
    """Its first character; -1 where no token could be read."""
    end: int
    """The character after its last; -1 as well."""
    score: float
    """How much rather it is given than none: the difference of their log probabilities, over all windows, and what its
    window shares with the question, times a weight; minus infinity where there is none."""
    right: tuple[int, int] | None = None
    """The best answer of the windows that hold a right one; None for a question without."""


class ReadQuestion(NamedTuple):
    """A question with its note, as tokens."""

    question: Ids
    text: PlacedTokens
    found: AnswerWindows
    cut: bool
    """Whether the question is longer than half of a window."""

    @property
    def read(self) -> list[int]:
        """Windows that are read: the likely ones, and for scores those with a right answer."""
        return sorted({*self.found.likely.tolist(), *self.found.right.tolist()})

    def pair(self, window: int) -> TokenPair:
        """A window with the question before it."""
        start, end = self.found.windows[window]
        return TokenPair(self.question, self.text.ids[start:end])


def read_questions(encoder: Encoder, plan: WindowPlan, passages: Iterable[Passage]) -> Iterator[ReadQuestion]:
    """Tokens and windows of the questions of some notes."""
    for passage in passages:
        (text,) = tokens_with_offsets(encoder.tokenizer, [passage.text])
        asked = token_ids(encoder.tokenizer, [one.text for one in passage.questions])
        for ids, one in zip(asked, passage.questions, strict=True):
            kept = plan.question(ids)
            yield ReadQuestion(kept, text, plan.read(text.ids, ids, answer_tokens(one, text)), len(kept) < len(ids))


def answer_tokens(question: Question, text: PlacedTokens) -> Spans:
    """Tokens of the right answers, [k, 2]; those that share a character with it."""
    starts, ends = text.offsets.T
    found = [
        (int(np.searchsorted(ends, start, side="right")), int(np.searchsorted(starts, end, side="left")))
        for start, end in question.answers
    ]
    return np.array([one for one in found if one[0] < one[1]], dtype=np.int64).reshape(-1, 2)


def too_long(encoder: Encoder, asked: Asked, how: Windowing) -> dict[str, str]:
    """What results must say of the questions and answers that no window can hold."""
    read = list(zip(asked.names, read_questions(encoder, plan_of(encoder, how), asked.passages()), strict=True))
    questions = [name for name, one in read if one.cut]
    answers = [name for name, one in read if one.found.cut]
    said = []
    if questions:
        count = counted(len(questions), "training question")
        said.append(f"{count} longer than half of the window, of which the rest is not read: {first_named(questions)}.")
    if answers:
        count = counted(len(answers), "training question")
        said.append(f"{count} without an answer that fits a window, learned as far as it does: {first_named(answers)}.")
    return {"warning": " ".join(said)} if said else {}


def plan_of(encoder: Encoder, how: Windowing) -> WindowPlan:
    """How an encoder reads notes with questions."""
    return WindowPlan(encoder.window - pair_affixes(encoder.tokenizer).count, how.overlap, how.windows)


@dataclass(frozen=True)
class WindowReader:
    """Finds answers by the scores of tokens, in the windows of a note that are most like the question.

    Attributes
    ----------
    encoder : Encoder
        Reads question and window together.
    heads : callable
        Scores the tokens.
    how : Windowing
        Windows, and how long an answer may be.
    weight : float
        What the words that question and window share count beside log probabilities.
    """

    encoder: Encoder
    heads: Heads
    how: Windowing
    weight: float = 0.0

    def __call__(self, passages: Iterable[Passage]) -> Iterator[Found]:
        """The best answer to each question in turn, by the first head."""
        return (ways[0] for ways in self.in_ways(passages, [self.weight]))

    def in_ways(self, passages: Iterable[Passage], weights: Sequence[float]) -> Iterator[list[Found]]:
        """The same by each head with each of some weights, the weights of one head next to each other."""
        waiting: list[ReadQuestion] = []
        windows = 0
        for one in read_questions(self.encoder, self._plan, passages):
            waiting.append(one)
            windows += len(one.read)
            if windows >= _TOGETHER:
                yield from self._block(waiting, weights)
                waiting, windows = [], 0
        yield from self._block(waiting, weights)

    @cached_property
    def _plan(self) -> WindowPlan:
        return plan_of(self.encoder, self.how)

    def _block(self, questions: Sequence[ReadQuestion], weights: Sequence[float]) -> Iterator[list[Found]]:
        owners = [(one, window) for one in questions for window in one.read]
        best = self._windows([one.pair(window) for one, window in owners]) if owners else None
        first = 0
        for one in questions:
            last = first + len(one.read)
            assert best is not None, "every text has a window"
            heads = range(best.shape[1])
            yield [_found(one, best[first:last, head], weight) for head in heads for weight in weights]
            first = last

    @torch.inference_mode()
    def _windows(self, pairs: Sequence[TokenPair]) -> NDArray[np.float64]:
        """Start, end, score and score of none of the best span of each window by each head, [windows, heads, 4]."""
        found: NDArray[np.float64] | None = None
        for places, vectors, seconds in pair_vectors(self.encoder, pairs):
            n, width, dimension = vectors.shape
            scores = self.heads(vectors.reshape(n * width, dimension)).float()
            starts = torch.arange(n, device=scores.device) * width
            sizes = torch.tensor([len(pairs[place].second) for place in places], device=scores.device)
            spread = Windows(starts, seconds, sizes)
            logs = (log_probabilities(own, spread) for own in torch.split(scores, 2, dim=1))
            each = [torch.stack([one.double() for one in best_spans(own, self.how.longest)], dim=1) for own in logs]
            if found is None:
                found = np.zeros((len(pairs), len(each), 4))
            found[places] = torch.stack(each, dim=1).cpu().numpy()
        assert found is not None, "there are pairs"
        return found


def _found(one: ReadQuestion, best: NDArray[np.float64], weight: float) -> Found:
    """The answer to a question from the best spans of the windows that were read [windows, 4]."""
    read = np.array(one.read)
    totals = best[:, 2] + weight * one.found.shared[read]
    likely = np.flatnonzero(np.isin(read, one.found.likely))
    right = np.flatnonzero(np.isin(read, one.found.right))
    place = int(likely[totals[likely].argmax()])
    among = None if not len(right) else int(right[totals[right].argmax()])
    given = None if among is None else _characters(one, int(read[among]), best[among])
    score = float(totals[place] - best[likely, 3].min())
    return Found(*_characters(one, int(read[place]), best[place]), score, given)


def _characters(one: ReadQuestion, window: int, best: NDArray[np.float64]) -> tuple[int, int]:
    if best[0] < 0:
        return -1, -1
    first, last = (int(place) + int(one.found.windows[window, 0]) for place in best[:2])
    return int(one.text.offsets[first, 0]), int(one.text.offsets[last, 1])
