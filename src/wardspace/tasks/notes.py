"""What settings read: notes with their texts and counted words, and the vectors of a model."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from scipy import sparse
from sklearn.feature_extraction.text import TfidfVectorizer

from wardspace.config import EncoderConfig
from wardspace.config.tfidf import TermKind
from wardspace.core.errors import WardspaceError
from wardspace.corpus import Corpus
from wardspace.models import Encoder
from wardspace.tasks.probes.scaling import Scaling
from wardspace.tasks.tfidf import fitted, transformed

Vectors = NDArray[np.float32]


class Texts:
    """The texts of a corpus, and their words counted once for all who ask.

    Parameters
    ----------
    corpus : Corpus
        The notes.
    terms : {"auto", "words", "characters"}
        What is counted; see `wardspace.config.tfidf.TfidfConfig`.
    """

    def __init__(self, corpus: Corpus, terms: TermKind = "auto") -> None:
        self.corpus = corpus
        self.terms: TermKind = terms

    @cached_property
    def vectorizer(self) -> TfidfVectorizer:
        """Vocabulary and document frequencies of the training notes."""
        return fitted(self.corpus, self.terms)

    @cached_property
    def tfidf(self) -> sparse.csr_matrix:
        """TF-IDF of every note in the order of the corpus, float32 [n, terms]."""
        return transformed(self.corpus, self.vectorizer)

    def forget(self) -> None:
        """Give back the memory of the counted words; they are counted again for whoever asks."""
        for name in ("vectorizer", "tfidf"):
            self.__dict__.pop(name, None)

    def of(self, rows: NDArray[np.int64]) -> list[str]:
        """Texts of some rows (rising); the other notes are read past."""
        found: list[str] = []
        first = 0
        for batch in self.corpus.batches(columns=["text"]):
            inside = rows[(rows >= first) & (rows < first + batch.num_rows)] - first
            found += batch.column(0).take(pa.array(inside)).to_pylist()
            first += batch.num_rows
        return found


class Notes(NamedTuple):
    """Some notes of a corpus."""

    texts: Texts
    rows: NDArray[np.int64]
    """Their rows in the corpus, rising."""
    note_id: NDArray[np.object_]
    """Their names."""


@dataclass(frozen=True)
class EvaluatedModel:
    """A model that is scored on a task.

    Attributes
    ----------
    name : str
        Its name in tables.
    open_vectors : callable
        Gives its vector of every note, float32 [n, d] in the order of the corpus.
    load : callable
        Opens the encoder.
    split : object [n]
        Split of every note; vectors are scaled by those of the training notes, labelled or not.
    source : (str, EncoderConfig), optional
        What `LanguageModel.load` opens and how a note becomes a vector, for settings that train the model.
    predictions : callable, optional
        Gives what another task has stored for the model, by its name (of a baseline: for the base).
    """

    name: str
    open_vectors: Callable[[], Vectors]
    load: Callable[[], Encoder]
    split: NDArray[np.object_]
    source: tuple[str, EncoderConfig] | None = None
    predictions: Callable[[str], pa.Table] | None = None

    def predicted(self, task: str) -> pa.Table:
        """What another task of the study has stored for this model.

        Raises
        ------
        WardspaceError
            If it is not known.
        """
        if self.predictions is None:
            raise WardspaceError(
                f"{self.name} has no predictions of the task {task}",
                fix="run a study that has both tasks: `wardspace run`",
            )
        return self.predictions(task)

    def opened(self) -> tuple[str, EncoderConfig]:
        """Where its weights are, and how it encodes.

        Raises
        ------
        ValueError
            If it is known by its vectors alone.
        """
        if self.source is None:
            raise ValueError(f"{self.name} has no folder to be trained from")
        return self.source

    @cached_property
    def vectors(self) -> Vectors:
        """Vectors of every note.

        Raises
        ------
        ValueError
            If they are not as many as the notes, or one of them is not finite.
        """
        found = self.open_vectors()
        if len(found) != len(self.split):
            raise ValueError(f"{len(found)} vectors for {len(self.split)} notes")
        if not np.isfinite(found).all():
            raise ValueError(f"vectors of {self.name} hold values that are not finite")
        return found

    @cached_property
    def scaling(self) -> Scaling:
        """Fitted to the vectors of the training notes."""
        return Scaling.of(self.vectors[self.split == "train"])


def no_model(name: str) -> EvaluatedModel:
    """What a baseline is run with: it has a row in the tables, and no encoder."""

    def none() -> Vectors:
        raise ValueError(f"{name} is no language model and has no vectors")

    def load() -> Encoder:
        raise ValueError(f"{name} is no language model")

    return EvaluatedModel(name, none, load, np.empty(0, dtype=object))
