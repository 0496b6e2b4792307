"""Linear scores of where answers begin and end, and how they are learned on frozen vectors."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.optimize import minimize

from wardspace.core.seeds import generator
from wardspace.models import Encoder
from wardspace.models.pair_reading import pair_vectors
from wardspace.objectives.supervised.answer_spans import SpanHead
from wardspace.objectives.supervised.answer_windows import Sampling
from wardspace.tasks.answers.asked import Asked
from wardspace.tasks.answers.reading import ReadQuestion, Windowing, plan_of, read_questions

_SAMPLED = 64
"""Tokens of a window that are kept beside that of no answer and those of the answer."""
_TOGETHER = 256
"""Windows that are read before their tokens are sampled."""
_MOST_STEPS = 200


@dataclass(frozen=True)
class LinearSpans:
    """Scores of start and end by linear functions of token vectors.

    Attributes
    ----------
    weights : float32 Tensor [d, 2]
    bias : float32 Tensor [2]
    """

    weights: torch.Tensor
    bias: torch.Tensor

    def __call__(self, vectors: torch.Tensor) -> torch.Tensor:
        """Scores [t, 2] of vectors [t, d]."""
        return vectors @ self.weights.to(vectors) + self.bias.to(vectors)

    @classmethod
    def beside(cls, some: Sequence[LinearSpans]) -> LinearSpans:
        """Several next to each other: scores [t, 2 n]."""
        return cls(torch.cat([one.weights for one in some], dim=1), torch.cat([one.bias for one in some]))

    @classmethod
    def of_head(cls, head: SpanHead) -> LinearSpans:
        """Those of a fine-tuned head, without its dropout."""
        return cls(head.out.weight.detach().float().T.clone(), head.out.bias.detach().float().clone())

    def state(self) -> dict[str, torch.Tensor]:
        """What it has learned."""
        return {"weights": self.weights.cpu().contiguous(), "bias": self.bias.cpu()}

    @classmethod
    def of(cls, state: Mapping[str, torch.Tensor]) -> LinearSpans:
        """From `state`."""
        return cls(state["weights"], state["bias"])


@dataclass(frozen=True)
class Examples:
    """Windows to learn from, each with some of its tokens.

    A uniform sample of the alternatives leaves the estimates of a conditional logit consistent (McFadden 1978), so
    that not all tokens of a window have to be kept.

    Attributes
    ----------
    vectors : float16 [w, k, d]
        Of the first token, which stands for no answer, of the tokens of the answer's ends, and of others.
    offsets : float32 [w, k]
        Logarithm of how many tokens each stands for; minus infinity for none.
    targets : int64 [w, 2]
        Which of them are the right start and end.
    rows : int64 [w]
        Row of each window's note in the corpus.
    """

    vectors: NDArray[np.float16]
    offsets: NDArray[np.float32]
    targets: NDArray[np.int64]
    rows: NDArray[np.int64]

    def of(self, rows: NDArray[np.int64]) -> Examples:
        """Those of some notes."""
        own = np.isin(self.rows, rows)
        return Examples(self.vectors[own], self.offsets[own], self.targets[own], self.rows[own])


def examples(encoder: Encoder, asked: Asked, how: Windowing, negatives: float) -> Examples:
    """Read the windows to learn from: those with an answer, and a sample of the others as fine-tuning draws them."""
    windows = list[_Window]()
    plan, sampling = plan_of(encoder, how), Sampling(negatives, seed=0)
    names = [(row, one.name) for row, own in zip(asked.rows.tolist(), asked.questions, strict=True) for one in own]
    for (row, name), question in zip(names, read_questions(encoder, plan, asked.passages()), strict=True):
        for piece in range(sampling.count(name, question.found)):
            windows.append(_Window(row, f"{name} {piece}", question, sampling.window(name, question.found, piece, 0)))
    blocks = [
        one
        for start in range(0, len(windows), _TOGETHER)
        for one in _sampled(encoder, windows[start : start + _TOGETHER])
    ]
    width = _SAMPLED + 3
    found = Examples(
        np.zeros((len(blocks), width, encoder.dimension), dtype=np.float16),
        np.full((len(blocks), width), -np.inf, dtype=np.float32),
        np.array([one.targets for one in blocks], dtype=np.int64).reshape(-1, 2),
        np.array([one.row for one in windows], dtype=np.int64),
    )
    for place, one in enumerate(blocks):
        found.vectors[place, : len(one.vectors)] = one.vectors
        found.offsets[place, : len(one.vectors)] = one.offsets
    return found


def fitted_spans(found: Examples, strength: float) -> LinearSpans:
    """Fit start and end by penalised maximum likelihood (conditional logit).

    Parameters
    ----------
    found : Examples
        Windows.
    strength : float
        Inverse of the penalty, for vectors of mean squared length one.
    """
    w, k, d = found.vectors.shape
    vectors = found.vectors.reshape(w * k, d).astype(np.float32)
    known = vectors[np.isfinite(found.offsets).ravel()]
    size = float(np.sqrt(known.var(axis=0).sum())) or 1.0
    vectors /= size
    right = np.arange(w)[:, None] * k + found.targets
    sums = np.stack([vectors[right[:, side]].sum(axis=0, dtype=np.float64) for side in range(2)], axis=1)

    def loss(flat: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        weights = flat.reshape(d, 2)
        scores = (vectors @ weights.astype(np.float32)).reshape(w, k, 2) + found.offsets[..., None]
        highest = scores.max(axis=1, keepdims=True)
        shares = np.exp(scores - highest)
        totals = shares.sum(axis=1, keepdims=True)
        logs = (highest + np.log(totals)).sum(dtype=np.float64) - (sums * weights).sum()
        gradient = vectors.T @ (shares / totals).reshape(w * k, 2) - sums
        penalty = float((weights**2).sum()) / 2
        return penalty + strength * float(logs), (weights + strength * gradient).ravel()

    start = np.zeros(2 * d)
    best = minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": _MOST_STEPS}).x.reshape(d, 2)
    return LinearSpans(torch.tensor(best / size, dtype=torch.float32), torch.zeros(2))


@dataclass(frozen=True)
class _Window:
    """A window that is learned from."""

    row: int
    name: str
    question: ReadQuestion
    window: int


@dataclass(frozen=True)
class _Example:
    """Some tokens of it."""

    vectors: NDArray[np.float16]
    offsets: NDArray[np.float32]
    targets: tuple[int, int]


def _sampled(encoder: Encoder, some: Sequence[_Window]) -> Iterator[_Example]:
    found: dict[int, _Example] = {}
    for places, vectors, seconds in pair_vectors(encoder, [one.question.pair(one.window) for one in some]):
        for own, text, place in zip(vectors, seconds.tolist(), places, strict=True):
            found[place] = _example(own, text, some[place])
    return (found[place] for place in range(len(some)))


def _example(vectors: torch.Tensor, text: int, one: _Window) -> _Example:
    """Sampled tokens of a window whose sequence has these vectors; the text begins at `text`."""
    start, end = one.question.found.windows[one.window]
    first, last = one.question.found.target(one.window, 0)
    forced = sorted({first, last} - {-1})
    others = np.setdiff1d(np.arange(end - start), forced)
    drawn = generator("tokens of a window", 0, one.name).permutation(others)[:_SAMPLED]
    chosen = np.array([*forced, *drawn], dtype=np.int64)
    offsets = np.zeros(1 + len(chosen), dtype=np.float32)
    offsets[1 + len(forced) :] = np.log(len(others) / max(1, len(drawn)))
    kept = vectors[torch.from_numpy(np.concatenate([[0], text + chosen])).to(vectors.device)]
    targets = [0 if at < 0 else 1 + forced.index(at) for at in (first, last)]
    return _Example(kept.cpu().numpy().astype(np.float16), offsets, (targets[0], targets[1]))
