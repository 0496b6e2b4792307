"""Predictions of a retrieval task: for each query, the ranks at which its notes were found."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from scipy import sparse

from wardspace.config import RetrievalConfig
from wardspace.core.progress import progress
from wardspace.corpus import Corpus
from wardspace.tasks.predictions import SCHEMA, SCORED, gathered, repeated
from wardspace.tasks.retrieval.queries import Queries
from wardspace.tasks.retrieval.ranks import Scores, ranks
from wardspace.tasks.tfidf import fitted, transformed

SETTING = "retrieval"
"""What stands for the setting in predictions and scores."""
RANKED = pa.schema(
    [
        *(SCHEMA.field(name) for name in ("task", "model", "setting", "shots", "seed", "split", "note_id", "group")),
        pa.field("relevant", pa.int32(), nullable=False),
        pa.field("candidates", pa.int32(), nullable=False),
        pa.field("ranks", pa.list_(pa.int32()), nullable=False),
    ]
)
"""Columns of a table of rankings: one row a query, by the name of its note; `relevant` of `candidates` notes answer
it, and `ranks` are theirs as far as 1000."""

Embed = Callable[[Sequence[str]], NDArray[np.float32]]
"""From texts to vectors of the model whose notes are searched."""
Vectors = NDArray[np.float32]


def retrieval_predictions(
    vectors: Vectors,
    queries: Queries,
    task: RetrievalConfig,
    *,
    model: str,
    embed: Embed,
    show_progress: bool = True,
) -> pa.Table:
    """Rank the notes for every query of validation and test by the cosine of their vectors.

    Parameters
    ----------
    vectors : float32 [n, d]
        One vector a note, in the order of the corpus.
    queries : Queries
        What is asked.
    task : RetrievalConfig
        The task.
    model : str
        Name of the model in the table.
    embed : callable
        The model, for the queries: the way it embeds notes.
    show_progress : bool
        Show a bar.

    Returns
    -------
    pyarrow.Table
        Of `RANKED`.

    Raises
    ------
    ValueError
        If there is not one finite vector for each note of the corpus.
    """
    if len(vectors) != len(queries.codes):
        raise ValueError(f"{len(vectors)} vectors for {len(queries.codes)} notes")
    asked = _embedded(queries, embed)

    def scores_of(split: str) -> Scores:
        notes = vectors if len(queries.searched[split]) == len(vectors) else vectors[queries.searched[split]]
        lengths = np.sqrt(np.einsum("ij,ij->i", notes, notes))  # without a copy of all vectors
        if not np.isfinite(lengths).all():
            raise ValueError(f"vectors of {model} hold values that are not finite")
        shrink = np.divide(1, lengths, out=np.zeros_like(lengths), where=lengths > 0)
        return lambda some: np.asarray((asked[split][some] @ notes.T) * shrink, dtype=np.float32)

    return gathered([_ranked(queries, task, model, scores_of, show_progress)], ())


def tfidf_retrieval(corpus: Corpus, queries: Queries, task: RetrievalConfig, *, show_progress: bool = True) -> pa.Table:
    """Rank the notes by TF-IDF, as the model `tfidf`: the features of classification, fitted on the training notes.

    Returns
    -------
    pyarrow.Table
        Of `RANKED`; `terms_of` gives the number of terms.

    Raises
    ------
    WardspaceError
        If no word stands in two training notes.
    """
    vectorizer = fitted(corpus)
    notes = transformed(corpus, vectorizer)

    def scores_of(split: str) -> Scores:
        asked = sparse.csr_matrix(vectorizer.transform(queries.texts[split]))
        by_term = sparse.csr_matrix(notes[queries.searched[split]].T)
        return lambda some: np.asarray((asked[some] @ by_term).toarray(), dtype=np.float32)

    return gathered([_ranked(queries, task, "tfidf", scores_of, show_progress)], (), terms=notes.shape[1])


def _embedded(queries: Queries, embed: Embed) -> dict[str, Vectors]:
    """Unit vectors of the queries of each split; a text that is asked twice is embedded once."""
    place = {text: i for i, text in enumerate(dict.fromkeys(text for split in SCORED for text in queries.texts[split]))}
    vectors = embed(list(place))
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    units = np.divide(vectors, lengths, out=np.zeros_like(vectors), where=lengths > 0)
    return {split: units[[place[text] for text in queries.texts[split]]] for split in SCORED}


def _ranked(
    queries: Queries, task: RetrievalConfig, model: str, scores_of: Callable[[str], Scores], show_progress: bool
) -> pa.Table:
    total = sum(len(queries.asked[split]) for split in SCORED)
    tables = []
    with progress(f"search: {task.name}, {model}", total, show=show_progress) as advance:
        for split in SCORED:
            answers, candidates = queries.answers(split), len(queries.searched[split])
            found = ranks(scores_of(split), answers, candidates, advance)
            tables.append(_rows(queries, (task.name, model, split), [len(one) for one in answers], found))
    return pa.concat_tables(tables)


def _rows(
    queries: Queries, names: tuple[str, str, str], relevant: list[int], found: list[NDArray[np.int32]]
) -> pa.Table:
    task, model, split = names
    rows, n = queries.asked[split], len(found)
    columns = [
        *(repeated(value, n) for value in (task, model, SETTING)),
        pa.nulls(n, pa.int32()),
        pa.array(np.zeros(n, dtype=np.int32)),
        repeated(split, n),
        pa.array(queries.note_id[rows], pa.string()).dictionary_encode(),
        pa.array(queries.group[rows], pa.string()).dictionary_encode(),
        pa.array(relevant, pa.int32()),
        pa.array([len(queries.searched[split])] * n, pa.int32()),
        pa.array(found, pa.list_(pa.int32())),
    ]
    return pa.Table.from_arrays(columns, schema=RANKED)
