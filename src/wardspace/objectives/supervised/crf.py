"""Scores of transitions between tags: a conditional random field over the tags of a text."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from wardspace.objectives.supervised.chains import NEVER, Chain
from wardspace.objectives.supervised.tags import TagScheme


class LinearChain(nn.Module):
    """A linear-chain conditional random field (Lafferty, McCallum and Pereira 2001).

    What the scheme of tags forbids cannot be. The sums are those of the forward algorithm, all sequences at once.

    Parameters
    ----------
    scheme : TagScheme
        The tags; K of them.

    Attributes
    ----------
    transitions : Parameter [K, K]
        Of a tag (column) after another one (row).
    starts, ends : Parameter [K]
        Of the first and the last tag of a sequence.
    """

    may_follow: Tensor
    may_start: Tensor
    may_end: Tensor

    def __init__(self, scheme: TagScheme) -> None:
        super().__init__()
        tags = len(scheme.names)
        self.scheme = scheme
        self.transitions = nn.Parameter(torch.zeros(tags, tags))
        self.starts = nn.Parameter(torch.zeros(tags))
        self.ends = nn.Parameter(torch.zeros(tags))
        self.register_buffer("may_follow", torch.from_numpy(scheme.follows), persistent=False)
        self.register_buffer("may_start", torch.from_numpy(~scheme.goes_on), persistent=False)
        self.register_buffer("may_end", torch.from_numpy(scheme.ends), persistent=False)

    def forward(self, scores: Tensor, tags: Tensor, lengths: Tensor, *, whole: Tensor | None = None) -> Tensor:
        """Negative log likelihood of the tags of each sequence.

        Parameters
        ----------
        scores : Tensor [n, p, K]
            Of the tags at each position; padded on the right.
        tags : int64 Tensor [n, p]
            The right ones.
        lengths : int64 Tensor [n]
            Positions of each sequence, at least one.
        whole : bool Tensor [n, 2], optional
            Whether each sequence is the beginning, and the end, of its text; a window within a text may begin and end
            in the middle of a mention.

        Returns
        -------
        Tensor [n]
        """
        transitions = self.transitions.masked_fill(~self.may_follow, NEVER)
        whole = torch.ones(len(scores), 2, dtype=torch.bool, device=scores.device) if whole is None else whole
        starts = torch.where(whole[:, :1], self.starts.masked_fill(~self.may_start, NEVER), 0.0)
        ends = torch.where(whole[:, 1:], self.ends.masked_fill(~self.may_end, NEVER), 0.0)
        inside = torch.arange(scores.shape[1], device=scores.device) < lengths[:, None]
        own = scores.gather(2, tags[:, :, None])[:, :, 0] * inside
        steps = transitions[tags[:, :-1], tags[:, 1:]] * inside[:, 1:]
        last = tags.gather(1, lengths[:, None] - 1)
        first = starts.gather(1, tags[:, :1])[:, 0]
        path = own.sum(1) + steps.sum(1) + first + ends.gather(1, last)[:, 0]
        sums = starts + scores[:, 0]
        for place in range(1, scores.shape[1]):
            further = torch.logsumexp(sums[:, :, None] + transitions, dim=1) + scores[:, place]
            sums = torch.where(inside[:, place, None], further, sums)
        return torch.logsumexp(sums + ends, dim=1) - path

    def chain(self) -> Chain:
        """The scores, for decoding."""
        return Chain.of(
            self.scheme,
            *(each.detach().cpu().double().numpy() for each in (self.transitions, self.starts, self.ends)),
        )
