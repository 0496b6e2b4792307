"""How far two annotators agree who did not see each other's work: Cohen's kappa of labels, F1 of spans."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from wardspace.core.seeds import generator
from wardspace.corpus.annotation.annotation import AnswerKind, MarkedSpan
from wardspace.corpus.annotation.kept import Annotations, ByNote
from wardspace.corpus.review.estimate import RESAMPLES, Share, clustered_share


@dataclass(frozen=True)
class Kappa:
    """Cohen's kappa, with the percentile interval of a bootstrap over notes.

    Attributes
    ----------
    value : float
        1 is perfect, 0 what chance gives; NaN where both gave every note the same label.
    low, high : float
        Ends of the 95% interval.
    observed : float
        Share of notes with the same label.
    notes : int
        Notes that both annotated.
    """

    value: float
    low: float
    high: float
    observed: float
    notes: int


def cohen_kappa(first: Sequence[str], second: Sequence[str], *, seed: int = 0) -> Kappa:
    """Agreement of two annotators' labels beyond chance.

    Parameters
    ----------
    first, second : sequence of str
        Labels of the same notes.
    seed : int
        Seed of the bootstrap.

    References
    ----------
    Cohen 1960, A coefficient of agreement for nominal scales.

    Examples
    --------
    >>> round(cohen_kappa(["a", "a", "b", "b"], ["a", "b", "b", "b"]).value, 2)
    0.5
    """
    labels = sorted({*first, *second})
    place = {name: i for i, name in enumerate(labels)}
    counts = np.zeros((len(labels), len(labels)))
    for one, other in zip(first, second, strict=True):
        counts[place[one], place[other]] += 1
    notes = len(first)
    drawn = generator("kappa bootstrap", seed, notes).multinomial(notes, counts.ravel() / notes, size=RESAMPLES)
    values = _kappa(drawn.reshape(-1, *counts.shape))
    low, high = np.nanquantile(values, [0.025, 0.975]) if np.isfinite(values).any() else (np.nan, np.nan)
    return Kappa(float(_kappa(counts)), float(low), float(high), float(np.trace(counts) / notes), notes)


def _kappa(counts: NDArray[np.number]) -> NDArray[np.float64]:
    """Of one table of counts or several [..., labels, labels]."""
    total = counts.sum(axis=(-2, -1))
    observed = np.trace(counts, axis1=-2, axis2=-1) / total
    chance = (counts.sum(axis=-1) * counts.sum(axis=-2)).sum(axis=-1) / total**2
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(np.where(chance < 1, (observed - chance) / (1 - chance), np.nan))


@dataclass(frozen=True)
class SpanAgreement:
    """F1 of one annotator's spans against the other's, which is the same both ways; bootstrap over notes.

    Attributes
    ----------
    strict : Share
        Spans with the same borders and type.
    overlap : Share
        Spans that share a character with one of the same type.
    by_type : dict of str to (Share, Share)
        Both for each type.
    notes : int
        Notes that both annotated.
    """

    strict: Share
    overlap: Share
    notes: int
    by_type: dict[str, tuple[Share, Share]] = field(default_factory=dict)


Spans = Sequence[MarkedSpan]


def span_agreement(first: Sequence[Spans], second: Sequence[Spans], *, seed: int = 0) -> SpanAgreement:
    """Agreement of two annotators' spans.

    With one annotator's spans taken as right, F1 is 2 · hits / (spans of one + spans of the other). Of overlapping
    spans, hits are counted on both sides and halved.

    Parameters
    ----------
    first, second : sequence of sequence of MarkedSpan
        Spans of the same notes.
    seed : int
        Seed of the bootstrap.

    References
    ----------
    Hripcsak and Rothschild 2005, Agreement, the F-measure, and reliability in information retrieval.
    """
    kinds = sorted({span.type for note in (*first, *second) for span in note})

    def shares(kind: str | None) -> tuple[Share, Share]:
        pairs = [(_only(one, kind), _only(other, kind)) for one, other in zip(first, second, strict=True)]
        totals = [len(one) + len(other) for one, other in pairs]
        strict = [2 * len({span.place for span in one} & {span.place for span in other}) for one, other in pairs]
        overlap = [_touching(one, other) + _touching(other, one) for one, other in pairs]
        return clustered_share(strict, totals, seed=seed), clustered_share(overlap, totals, seed=seed)

    strict, overlap = shares(None)
    return SpanAgreement(strict, overlap, len(first), {kind: shares(kind) for kind in kinds})


def _only(spans: Spans, kind: str | None) -> list[MarkedSpan]:
    return [span for span in spans if kind in (None, span.type)]


def _touching(spans: Spans, others: Spans) -> int:
    """How many spans share a character with another of the same type."""
    return sum(any(span.type == other.type and span.overlaps(other) for other in others) for span in spans)


Agreement = Kappa | SpanAgreement


def agreements(annotations: Annotations, column: str, kind: AnswerKind) -> dict[tuple[str, str], Agreement]:
    """Of every two annotators, over the notes that both annotated with the same words.

    Parameters
    ----------
    annotations : Annotations
        All there are.
    column : str
        The column.
    kind : {"spans", "label"}
        What it holds.
    """
    found: dict[tuple[str, str], Agreement] = {}
    for (one, first), (other, second) in combinations(annotations.by_annotator(column, kind).items(), 2):
        both = [note_id for note_id in first if note_id in second and first[note_id].text == second[note_id].text]
        if both:
            found[one, other] = _agreement(first, second, both, kind)
    return found


def _agreement(first: ByNote, second: ByNote, notes: Sequence[str], kind: AnswerKind) -> Agreement:
    said = [[by_note[note_id].value for note_id in notes] for by_note in (first, second)]
    if kind == "label":
        one, other = ([str(value) for value in values] for values in said)
        return cohen_kappa(one, other)
    return span_agreement(*([value if isinstance(value, tuple) else () for value in values] for values in said))


def agreement_lines(found: Mapping[tuple[str, str], Agreement]) -> list[str]:
    """Agreement in lines for a terminal."""
    if not found:
        return ["no note was annotated by two annotators: nothing can be said of agreement"]
    lines = []
    for (one, other), agreement in found.items():
        if isinstance(agreement, Kappa):
            lines.append(
                f"{one} and {other}, {agreement.notes} notes: Cohen's kappa {agreement.value:.2f} "
                f"({agreement.low:.2f} to {agreement.high:.2f}), the same label in {100 * agreement.observed:.0f}%"
            )
            continue
        lines.append(f"{one} and {other}, {agreement.notes} notes, F1 of spans (strict; overlapping):")
        rows = {"all types": (agreement.strict, agreement.overlap), **agreement.by_type}
        lines += [f"  {kind:<20} {_told(strict)}; {_told(overlap)}" for kind, (strict, overlap) in rows.items()]
    return lines


def _told(share: Share) -> str:
    if share.value is None:
        return "–"
    ends = "" if share.low is None or share.high is None else f" ({share.low:.2f} to {share.high:.2f})"
    return f"{share.value:.2f}{ends}"
