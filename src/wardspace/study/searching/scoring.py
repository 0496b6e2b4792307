"""The score of an encoder in a search: the study's own logistic probes, on validation."""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from wardspace.config import ClassificationConfig, EncoderConfig
from wardspace.core.progress import progress
from wardspace.corpus import Corpus
from wardspace.corpus.shown import ShownCorpus
from wardspace.encoders import Encoder
from wardspace.evaluation.distribution import points
from wardspace.evaluation.panel import Panel, panels
from wardspace.study.searching.records import Part
from wardspace.tasks import frozen_predictions, labelled, read_rows

SEEN = ("train", "validation")
"""Splits that a search may look at."""


class Scorer:
    """Scores encoders by the same probes on the same few-shot subsets as the study does, on validation alone.

    Parameters
    ----------
    corpus : Corpus
        The notes; those of the test split are out of its reach.
    task : ClassificationConfig
        What is predicted.
    shots : sequence of int or None
        Labels per class, None for all.
    metric : str
        What predictions are scored by.
    """

    def __init__(
        self,
        corpus: Corpus,
        task: ClassificationConfig,
        shots: Sequence[int | None],
        metric: str,
        encoder: EncoderConfig,
    ) -> None:
        self.notes = ShownCorpus(corpus, SEEN)
        few = [count for count in shots if count is not None]
        probes = ["logistic"] if None in shots else []
        self.task = task.model_copy(update={"shots": few, "probes": probes})
        self.labels = labelled(self.notes, self.task, SEEN)
        self.read = read_rows(self.labels, self.task)
        self.metric, self.encoder = metric, encoder

    @property
    def validated(self) -> int:
        """How many notes a score is of."""
        return len(self.labels.rows("validation"))

    def parts(self, source: str, *, show_progress: bool = True) -> list[Part]:
        """Scores of a model with each number of labels, few first."""
        vectors = self._vectors(source, show=show_progress)
        found = frozen_predictions(
            vectors, self.labels, self.task, model="model", read=self.read, show_progress=show_progress
        )
        mine = found.filter(pc.equal(found["split"], "validation"))
        (panel,) = panels(mine, {self.task.name: self.labels.classes})
        return _parts(panel, points(panel, [self.metric])[self.metric])

    def _vectors(self, source: str, *, show: bool) -> NDArray[np.float32]:
        """Vectors of the notes that the probes read, in the rows of the corpus; zeros for the others.

        After a short training, embedding is most of a trial: notes that nothing is learned from are left alone.
        """
        encoder = Encoder.load(source, self.encoder)
        found, first = [], 0
        with progress("embedding", len(self.read), show=show) as advance:
            for batch in self.notes.batches(["text"]):
                mine = self.read[(self.read >= first) & (self.read < first + batch.num_rows)] - first
                first += batch.num_rows
                if len(mine):
                    texts = batch.column("text").take(pa.array(mine)).to_pylist()
                    found.append(encoder.encode(texts, show_progress=False))
                    advance(len(mine))
        vectors = np.concatenate(found)
        whole = np.zeros((first, vectors.shape[1]), dtype=np.float32)
        whole[self.read] = vectors
        return whole


def _parts(panel: Panel, values: NDArray[np.float64]) -> list[Part]:
    found = []
    for series, runs in panel.series().items():
        own = [float(values[run]) for run in sorted(runs, key=lambda run: panel.runs[run].seed)]
        found.append(Part(shots=series.shots, value=statistics.fmean(own), values=own))
    return sorted(found, key=lambda part: math.inf if part.shots is None else part.shots)


def overall(parts: Sequence[Part]) -> tuple[float, float | None]:
    """The mean of the parts, and its standard error over few-shot subsets.

    Subsets of one seed lie in each other, so a seed counts as one draw.
    """
    score = statistics.fmean(part.value for part in parts)
    few = [part.values for part in parts if part.shots is not None]
    draws = [sum(values) / len(parts) for values in zip(*few, strict=True)]
    error = statistics.stdev(draws) / math.sqrt(len(draws)) if len(draws) > 1 else None
    return score, error


def beside(parts: Sequence[Part], base: Sequence[Part]) -> tuple[float, float | None]:
    """Mean difference to the base, and its standard error over the subsets that both were scored on."""
    pairs = zip(parts, base, strict=True)
    return overall(
        [
            Part(
                shots=own.shots,
                value=own.value - other.value,
                values=[one - two for one, two in zip(own.values, other.values, strict=True)],
            )
            for own, other in pairs
        ]
    )
