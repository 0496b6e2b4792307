"""A head that scores pairs of mentions in one text, and how the scores of several pairs become one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn
from torch.nn import functional

from wardspace.objectives.heads import HEAD_DROPOUT, HEAD_SPREAD

Merge = Literal["logsumexp", "max"]
_STEPS = 10
"""Distances of 1, 2, 4, 8 … tokens, in either direction."""
GAPS = 2 * _STEPS + 1


class PairHead(nn.Module):
    """A perceptron on two mentions: their vectors, the product, the mean of the tokens between, distance, and counts.

    The vector of a mention is the mean of its marker's and its words'. Vectors are scaled to entries of about one, for
    which the starting weights are made: models differ in the length of theirs. Those of mentions are multiplied once,
    however many pairs there are: ``gelu(A h + B t + C (h * t) + D between + gap + E counts) W``. Counts say how often
    both are mentioned: what a text is about is mentioned often, and related to more.

    Parameters
    ----------
    width : int
        Length of the vectors.
    classes : sequence of str
        Names of the scores; the first is that of no relation.
    seed : int
        Seed of the weights; no other random state is touched.
    """

    def __init__(self, width: int, classes: Sequence[str], seed: int) -> None:
        super().__init__()
        self.classes = tuple(classes)
        self.norm = nn.LayerNorm(width)
        self.dropout = nn.Dropout(HEAD_DROPOUT)
        self.head = nn.Linear(width, width)
        self.tail = nn.Linear(width, width, bias=False)
        self.both = nn.Linear(width, width, bias=False)
        self.between = nn.Linear(width, width, bias=False)
        self.counts = nn.Linear(2, width, bias=False)
        self.gap = nn.Embedding(GAPS, width)
        self.out = nn.Linear(width, len(classes))
        random = torch.Generator().manual_seed(seed)
        for layer in (self.head, self.tail, self.both, self.between, self.counts):
            nn.init.normal_(layer.weight, std=width**-0.5, generator=random)
        for last in (self.gap, self.out):
            nn.init.normal_(last.weight, std=HEAD_SPREAD, generator=random)
        for start in (self.head, self.out):
            nn.init.zeros_(start.bias)

    def expect(self, shares: npt.NDArray[np.float64]) -> None:
        """Start with scores that come to these probabilities [classes].

        Most pairs are not related. An encoder that learned that first, from all of them at once, would lose more than
        the head gains (Lin et al. 2017, Focal Loss for Dense Object Detection, section 4.1).
        """
        with torch.no_grad():
            self.out.bias.copy_(torch.from_numpy(np.log(shares)))

    def forward(self, tokens: Tensor, mentions: Tensor, pairs: Tensor, gaps: Tensor, counts: Tensor) -> Tensor:
        """Scores [p, classes] of pairs of mentions.

        Parameters
        ----------
        tokens : float [t, d]
            Vectors of the tokens of one or more texts, end to end.
        mentions : int64 [m, 2]
            First token of each mention, its marker, and the one after its last.
        pairs : int64 [p, 2]
            Which mentions are head and tail, both of one text.
        gaps : int64 [p]
            See `gaps_of`.
        counts : int64 [p, 2]
            How many mentions there are of both.
        """
        starts, ends = mentions.unbind(dim=1)
        sums = functional.pad(tokens.cumsum(dim=0), (0, 0, 1, 0))
        given = self.dropout(self.norm(_means(sums, starts, ends)))
        heads, tails = pairs.unbind(dim=1)
        markers = starts[pairs]
        between = _means(sums, markers.amin(dim=1), markers.amax(dim=1))
        inner = self.head(given)[heads] + self.tail(given)[tails] + self.both(given[heads] * given[tails])
        inner = inner + self.between(self.norm(between)) + self.gap(gaps)
        inner = inner + self.counts(counts.to(inner).log1p())
        scores: Tensor = self.out(self.dropout(functional.gelu(inner)))
        return scores


def _means(sums: Tensor, starts: Tensor, ends: Tensor) -> Tensor:
    """Mean vectors of the tokens from starts to ends, these left out, from sums over all tokens before each."""
    return (sums[ends] - sums[starts]) / (ends - starts).clamp(min=1)[:, None]


def gaps_of(heads: npt.NDArray[np.int64], tails: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Distances from the tokens of heads to those of tails, on a scale of powers of two; in 0 … `GAPS` - 1."""
    apart = tails - heads
    steps = np.minimum(np.floor(np.log2(np.maximum(np.abs(apart), 1))) + 1, _STEPS).astype(np.int64)
    return np.asarray(_STEPS + np.sign(apart) * steps)


def merged(scores: Tensor, groups: Tensor, count: int, how: Merge) -> Tensor:
    """Scores of groups [count, classes] from those of their pairs [p, classes]; each group has a pair.

    Parameters
    ----------
    groups : int64 [p]
        Group of each pair.
    how : {"logsumexp", "max"}
        `logsumexp` lets every pair speak, the surest most; `max` the surest alone, for each class.
    """
    at = groups[:, None].expand_as(scores)
    lowest = scores.new_full((count, scores.shape[1]), float("-inf"))
    top = lowest.scatter_reduce(0, at, scores, "amax")
    if how == "max":
        return top
    fixed = top.detach()
    sums = torch.zeros_like(fixed).index_add(0, groups, (scores - fixed[groups]).exp())
    return fixed + sums.log()
