"""From scores of tokens to the best span of a window, and the score of no answer."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor, nn

from wardspace.objectives.heads import HEAD_DROPOUT, HEAD_SPREAD

NOWHERE = -torch.inf


class SpanHead(nn.Module):
    """Dropout and a linear layer from token vectors to the scores of the first and the last token of an answer.

    Parameters
    ----------
    width : int
        Length of the vectors.
    seed : int
        Seed of the weights; no other random state is touched.
    """

    classes = ("start", "end")

    def __init__(self, width: int, seed: int) -> None:
        super().__init__()
        self.dropout = nn.Dropout(HEAD_DROPOUT)
        self.out = nn.Linear(width, len(self.classes))
        nn.init.normal_(self.out.weight, std=HEAD_SPREAD, generator=torch.Generator().manual_seed(seed))
        nn.init.zeros_(self.out.bias)

    def forward(self, vectors: Tensor) -> Tensor:
        """Scores [t, 2] of token vectors [t, d]."""
        scores: Tensor = self.out(self.dropout(vectors))
        return scores


class Windows(NamedTuple):
    """Where the windows of a pass lie among its tokens."""

    starts: Tensor
    """First token of each sequence, which stands for no answer, int64 [n]."""
    texts: Tensor
    """Where in its sequence the text begins, int64 [n]."""
    sizes: Tensor
    """Tokens of the text, int64 [n]."""


def log_probabilities(scores: Tensor, windows: Windows) -> Tensor:
    """Log probabilities that an answer begins and ends at each token of a window.

    Parameters
    ----------
    scores : Tensor [t, 2]
        Of all tokens of all windows.
    windows : Windows
        Where they lie.

    Returns
    -------
    Tensor [n, 1 + w, 2]
        Of no answer, then of the tokens of the text; minus infinity behind its end.
    """
    width = int(windows.sizes.max()) if len(windows.sizes) else 0
    columns = torch.arange(width, device=scores.device)
    inside = columns < windows.sizes[:, None]
    places = windows.starts[:, None] + inside * (windows.texts[:, None] + columns)
    text = scores[places].masked_fill(~inside[..., None], NOWHERE)
    return torch.cat([scores[windows.starts][:, None], text], dim=1).log_softmax(dim=1)


class BestSpans(NamedTuple):
    """The best answer of each window."""

    start: Tensor
    """Its first token in the text of the window, int64 [n]; -1 where that is empty."""
    end: Tensor
    """Its last token."""
    score: Tensor
    """Log probability of its start plus that of its end; minus infinity where there is none."""
    none: Tensor
    """The same of no answer."""


def best_spans(logs: Tensor, longest: int | None = None) -> BestSpans:
    """Find the span of at most `longest` tokens with the largest sum of the two log probabilities.

    Parameters
    ----------
    logs : Tensor [n, 1 + w, 2]
        From `log_probabilities`.
    longest : int, optional
        Most tokens of an answer.

    Returns
    -------
    BestSpans
        The earliest of equals.
    """
    none = logs[:, 0].sum(dim=-1)
    begins, ends = logs[:, 1:, 0], logs[:, 1:, 1]
    n, width = begins.shape
    if not width:
        nowhere = torch.full((n,), -1, dtype=torch.int64, device=logs.device)
        return BestSpans(nowhere, nowhere, torch.full_like(none, NOWHERE), none)
    total = _best_begin(begins, longest) + ends
    score, end = total.max(dim=1)
    columns = torch.arange(width, device=logs.device)
    allowed = columns <= end[:, None]
    if longest is not None:
        allowed &= columns > end[:, None] - longest
    start = begins.masked_fill(~allowed, NOWHERE).argmax(dim=1)
    nothing = score == NOWHERE
    return BestSpans(start.masked_fill(nothing, -1), end.masked_fill(nothing, -1), score, none)


def _best_begin(begins: Tensor, longest: int | None) -> Tensor:
    """For each token the best score of a start that an answer which ends there may have, [n, w]."""
    width = begins.shape[1]
    if longest is None or longest >= width:
        return begins.cummax(dim=1).values
    padded = nn.functional.pad(begins, (longest - 1, 0), value=float(NOWHERE))
    return padded.unfold(1, longest, 1).amax(dim=-1)
