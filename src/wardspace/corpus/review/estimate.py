"""What leaks and what is hidden for nothing, by the notes that a person has seen whole."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import betaincinv

from wardspace.core.seeds import generator
from wardspace.corpus.review.judgement import JudgedSpan, Judgement

RESAMPLES = 2000
"""Draws of the bootstrap."""


@dataclass(frozen=True)
class Share:
    """A share and its 95% interval, None where there is nothing to tell it from.

    Attributes
    ----------
    hits, total : int
        The share is `hits / total`.
    notes : int
        Notes that `total` comes from.
    low, high : float or None
        Ends of the interval.
    """

    hits: int
    total: int
    notes: int
    low: float | None
    high: float | None

    @property
    def value(self) -> float | None:
        """The share."""
        return self.hits / self.total if self.total else None


def exact_interval(hits: int, total: int, confidence: float = 0.95) -> tuple[float, float]:
    """The exact binomial interval of Clopper and Pearson (1934), which never covers less than it says.

    Parameters
    ----------
    hits, total : int
        Successes and independent trials.
    confidence : float
        Share of samples whose interval holds the truth, at least.

    Returns
    -------
    tuple of float
        With no hit in n trials the upper end is 1 - 0.025^(1/n), about 3.7 / n (one-sided: 3 / n).

    Examples
    --------
    >>> low, high = exact_interval(0, 200)
    >>> low, round(high, 4)
    (0.0, 0.0183)
    """
    tail = (1 - confidence) / 2
    low = 0.0 if hits == 0 else float(betaincinv(hits, total - hits + 1, tail))
    high = 1.0 if hits == total else float(betaincinv(hits + 1, total - hits, 1 - tail))
    return low, high


def clustered_share(hits: Sequence[int], totals: Sequence[int], *, seed: int) -> Share:
    """A share over things that come in notes, such as identifiers found.

    The interval is a percentile bootstrap over notes, since what is in one note is found or missed together. Where
    all or none were hit, resamples cannot differ: then notes are the trials of an exact interval.

    Parameters
    ----------
    hits, totals : sequence of int
        By note.
    seed : int
        Seed of the draws.
    """
    pairs = np.array([(hit, total) for hit, total in zip(hits, totals, strict=True) if total], dtype=np.int64)
    notes = len(pairs)
    hit, total = (int(count) for count in pairs.sum(axis=0)) if notes else (0, 0)
    if hit in (0, total):
        low, high = exact_interval(notes if hit else 0, notes) if notes else (None, None)
        return Share(hit, total, notes, low, high)
    if notes == 1:
        return Share(hit, total, notes, None, None)
    drawn = generator("review bootstrap", seed, notes).multinomial(notes, [1 / notes] * notes, size=RESAMPLES) @ pairs
    ends = np.quantile(drawn[:, 0] / drawn[:, 1], [0.025, 0.975])
    return Share(hit, total, notes, float(ends[0]), float(ends[1]))


ALL = "all types"
"""The row of all types together."""

Seen = list[tuple[str, bool]]
"""Of one note: types, and whether each was hit."""


@dataclass(frozen=True)
class Estimate:
    """What was found out of the detectors.

    An identifier counts as found if every letter and digit of it is in something that the detectors marked, of
    whatever type; a redaction as right if the person accepted it, if need be with other bounds or another type.

    Attributes
    ----------
    leaks : Share
        Notes, each of another patient, in which any identifier was not found; an exact interval (Clopper-Pearson).
    recall : dict of str to Share
        Identifiers found, by the type that the person gave; a bootstrap over notes.
    precision : dict of str to Share
        Redactions that were right, by the type that the detector gave; a bootstrap over notes.
    """

    leaks: Share
    recall: dict[str, Share]
    precision: dict[str, Share]


def estimated(judgements: Iterable[Judgement], *, seed: int) -> Estimate:
    """Work out the estimate of notes that are done; others are passed over.

    Parameters
    ----------
    judgements : iterable of Judgement
        One a note.
    seed : int
        Seed of the bootstrap.
    """
    done = [said for said in judgements if said.done]
    leaking = sum(any(span.open for span in said.identifiers) for said in done)
    low, high = exact_interval(leaking, len(done)) if done else (None, None)
    return Estimate(
        Share(leaking, len(done), len(done), low, high),
        _by_type([[(span.type, not span.open) for span in said.identifiers] for said in done], seed),
        _by_type([_redactions(said.spans) for said in done], seed),
    )


def _redactions(spans: Sequence[JudgedSpan]) -> Seen:
    return [(span.marked.type, span.is_identifier) for span in spans if span.marked]


def _by_type(notes: Sequence[Seen], seed: int) -> dict[str, Share]:
    """All types first, then each in the order of its number."""
    counts: dict[str, int] = {}
    for kind, _ in (one for note in notes for one in note):
        counts[kind] = counts.get(kind, 0) + 1
    shares = {ALL: _share(notes, lambda _: True, seed)}
    for kind in sorted(counts, key=lambda kind: (-counts[kind], kind)):
        shares[kind] = _share(notes, kind.__eq__, seed)
    return shares


def _share(notes: Sequence[Seen], counts: Callable[[str], bool], seed: int) -> Share:
    totals = [sum(counts(kind) for kind, _ in note) for note in notes]
    hits = [sum(counts(kind) and hit for kind, hit in note) for note in notes]
    return clustered_share(hits, totals, seed=seed)


def estimate_lines(estimate: Estimate) -> list[str]:
    """The estimate in lines for a terminal."""
    leaks = estimate.leaks
    if not leaks.total:
        return ["no note is done yet: nothing can be said of what leaks"]
    lines = [
        f"{leaks.hits} of {leaks.total} notes with an identifier missed: {percent(leaks)}, exact (Clopper-Pearson)",
        "by type, 95% intervals by bootstrap over notes (exact over notes where all or none were hit):",
        f"  {'':<12}{'found of all identifiers':<34}right of all redactions",
    ]
    for kind in dict.fromkeys((*estimate.recall, *estimate.precision)):
        cells = [_cell(shares.get(kind)) for shares in (estimate.recall, estimate.precision)]
        lines.append(f"  {kind:<12}{cells[0]:<34}{cells[1]}".rstrip())
    return lines


def _cell(share: Share | None) -> str:
    return f"{share.hits}/{share.total} {percent(share)}" if share and share.total else "–"


def percent(share: Share) -> str:
    """A share with its interval in percent."""
    if share.value is None:
        return "–"
    ends = "" if share.low is None or share.high is None else f" ({100 * share.low:.1f} to {100 * share.high:.1f}%)"
    return f"{100 * share.value:.1f}%{ends}"
