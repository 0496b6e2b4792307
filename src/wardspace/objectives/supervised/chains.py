"""Chains of tags: the likeliest one, and how likely a mention is.

Without a conditional random field each position has its own probabilities, and a tag may follow another one where the
scheme allows it. With one, learned scores of transitions are added (Lafferty et al. 2001).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from wardspace.objectives.supervised.tags import TagScheme, TagSpan

Doubles = NDArray[np.float64]
_TOGETHER = 64
"""Texts that are decoded at once."""
NEVER = -1e9
"""Score of what cannot be."""


@dataclass(frozen=True)
class Chain:
    """Scores of transitions between tags.

    Parameters
    ----------
    scheme : TagScheme
        The tags.
    transitions : float64 [tags, tags]
        Of a tag (column) after another one (row).
    starts, ends : float64 [tags]
        Of the first and the last tag of a text.
    """

    scheme: TagScheme
    transitions: Doubles
    starts: Doubles
    ends: Doubles

    @classmethod
    def of(
        cls, scheme: TagScheme, transitions: Doubles | None = None, starts: Doubles | None = None,
        ends: Doubles | None = None,
    ) -> Chain:  # fmt: skip
        """A chain with learned scores (by default none), in which what the scheme forbids cannot be."""
        tags = len(scheme.names)
        learned = np.zeros((tags, tags)) if transitions is None else transitions.astype(np.float64)
        first = np.zeros(tags) if starts is None else starts.astype(np.float64)
        last = np.zeros(tags) if ends is None else ends.astype(np.float64)
        return cls(
            scheme,
            np.where(scheme.follows, learned, NEVER),
            np.where(scheme.goes_on, NEVER, first),
            np.where(scheme.ends, last, NEVER),
        )


class Decoded(NamedTuple):
    """Mentions of a text, as positions."""

    spans: list[TagSpan]
    log_probabilities: list[float]
    """Of each span: that it begins, goes on and ends just so, whatever the tags of other positions are."""


def decoded(emissions: Sequence[NDArray[np.floating]], chain: Chain) -> Iterator[Decoded]:
    """Find the likeliest chain of tags of each text, and the probability of each of its mentions.

    Parameters
    ----------
    emissions : sequence of float [p, tags]
        Scores of the tags at the positions of each text.
    chain : Chain
        Scores of transitions.

    Yields
    ------
    Decoded
        In the order of the texts.
    """
    for start in range(0, len(emissions), _TOGETHER):
        some = [np.asarray(each, dtype=np.float64) for each in emissions[start : start + _TOGETHER]]
        padded, lengths = _padded(some, len(chain.scheme.names))
        tags = _likeliest(padded, lengths, chain)
        before, after = _forward(padded, chain), _backward(padded, lengths, chain)
        for row, length in enumerate(lengths.tolist()):
            spans = chain.scheme.decode(tags[row, :length])
            sums = _Sums(padded[row, :length], before[row, :length], after[row, :length], chain)
            yield Decoded(spans, [sums.log_probability(tags[row], span) for span in spans])


def _padded(emissions: Sequence[Doubles], tags: int) -> tuple[Doubles, NDArray[np.int64]]:
    lengths = np.array([len(each) for each in emissions], dtype=np.int64)
    padded = np.zeros((len(emissions), int(lengths.max(initial=0)), tags))
    for row, each in enumerate(emissions):
        padded[row, : len(each)] = each
    return padded, lengths


def _likeliest(emissions: Doubles, lengths: NDArray[np.int64], chain: Chain) -> NDArray[np.int64]:
    """Viterbi's algorithm for several texts at once: tags [texts, positions]."""
    texts, positions, tags = emissions.shape
    back = np.zeros((texts, positions, tags), dtype=np.int64)
    found = np.zeros((texts, positions), dtype=np.int64)
    if not positions:
        return found
    score = chain.starts + emissions[:, 0]
    same = np.broadcast_to(np.arange(tags), (texts, tags))
    for place in range(1, positions):
        ways = score[:, :, None] + chain.transitions
        best = ways.argmax(axis=1)
        on = (place < lengths)[:, None]
        back[:, place] = np.where(on, best, same)
        score = np.where(on, np.take_along_axis(ways, best[:, None], axis=1)[:, 0] + emissions[:, place], score)
    found[:, -1] = (score + chain.ends).argmax(axis=1)
    for place in range(positions - 1, 0, -1):
        found[:, place - 1] = np.take_along_axis(back[:, place], found[:, place, None], axis=1)[:, 0]
    return found


def _forward(emissions: Doubles, chain: Chain) -> Doubles:
    """Log of the sums over all chains up to each position and tag, its own score counted: [texts, positions, tags]."""
    sums = np.empty_like(emissions)
    for place in range(emissions.shape[1]):
        if place == 0:
            sums[:, 0] = chain.starts + emissions[:, 0]
        else:
            sums[:, place] = _log_sum(sums[:, place - 1, :, None] + chain.transitions, 1) + emissions[:, place]
    return sums


def _backward(emissions: Doubles, lengths: NDArray[np.int64], chain: Chain) -> Doubles:
    """The same over all chains from each position and tag to the end, its own score not counted."""
    texts, positions, tags = emissions.shape
    sums = np.empty_like(emissions)
    after = np.broadcast_to(chain.ends, (texts, tags))
    for place in range(positions - 1, -1, -1):
        if place + 1 < positions:
            on = (place + 1 < lengths)[:, None]
            ways = chain.transitions + (emissions[:, place + 1] + sums[:, place + 1])[:, None, :]
            after = np.where(on, _log_sum(ways, 2), chain.ends)
        sums[:, place] = after
    return sums


def _log_sum(values: Doubles, axis: int) -> Doubles:
    most = values.max(axis=axis, keepdims=True)
    return np.asarray(np.log(np.exp(values - most).sum(axis=axis)) + most.squeeze(axis))


class _Sums(NamedTuple):
    """Sums over the chains of one text."""

    emissions: Doubles
    before: Doubles
    after: Doubles
    chain: Chain

    def log_probability(self, tags: NDArray[np.int64], span: TagSpan) -> float:
        """Log probability of the tags of a span, and that no tag behind it goes on with it."""
        own = tags[span.first : span.last]
        total = self.before[span.first, own[0]]
        for place in range(1, len(own)):
            total += self.chain.transitions[own[place - 1], own[place]] + self.emissions[span.first + place, own[place]]
        if span.last == len(self.emissions):
            total += self.chain.ends[own[-1]]
        else:
            other = ~self.chain.scheme.goes_on
            ways = self.chain.transitions[own[-1]] + self.emissions[span.last] + self.after[span.last]
            total += _log_sum(ways[other], 0)
        every = _log_sum(self.before[-1] + self.chain.ends, 0)
        return float(min(0.0, total - every))
