"""Tokenised notes as rows of Arrow, read as arrays without a copy."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from itertools import chain
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from tokenizers import Encoding, Tokenizer

from wardspace.core.progress import Advance
from wardspace.core.seeds import derive
from wardspace.corpus import Corpus
from wardspace.objectives.units import Ids

ROWS = 512
"""Notes tokenised at once: enough for all the tokenizer's threads, little memory even where notes are long."""


class Extras(NamedTuple):
    """What is kept of each token beside its id; both take a slower way through the tokenizer's library."""

    words: bool = False
    """The word that it belongs to."""
    offsets: bool = False
    """The characters of the note that it stands for."""

    def serves(self, wanted: Extras) -> bool:
        """Whether these hold all of those."""
        return all(mine or not theirs for mine, theirs in zip(self, wanted, strict=True))

    @property
    def names(self) -> list[str]:
        """Columns that they take."""
        return [name for name, kept in zip(self._fields, self, strict=True) if kept]


def schema(extras: Extras) -> pa.Schema:
    """Columns of tokenised notes; all offsets take 64 bits, for there may be more than 2^31 tokens."""
    more = [pa.field(name, pa.large_list(pa.int32())) for name in extras.names]
    return pa.schema(
        [
            pa.field("note_id", pa.large_string()),
            pa.field("patient_id", pa.large_string()),
            pa.field("hash", pa.uint64()),
            pa.field("ids", pa.large_list(pa.int32())),
            *more,
        ]
    )


def note_hash(note_id: str) -> int:
    """A number for the name of a note, from which the order of reading is drawn."""
    return derive("note", note_id)


class Names(Sequence[str]):
    """Names in an Arrow array, which become Python strings one at a time.

    Parameters
    ----------
    array : pyarrow.Array of strings [n]
        The names.
    """

    def __init__(self, array: pa.Array) -> None:
        self._array = array

    def __len__(self) -> int:
        """How many there are."""
        return len(self._array)

    def __getitem__(self, index: int) -> str:  # type: ignore[override]  # a slice of names is never asked for
        """One name."""
        name: str = self._array[index].as_py()
        return name

    def __arrow_array__(self, type: pa.DataType | None = None) -> pa.Array:
        return self._array if type is None else self._array.cast(type)


@dataclass(frozen=True, eq=False)
class Tokens:
    """The columns of tokenised notes as arrays.

    Parameters
    ----------
    note_ids, patients : Names [n]
        Names.
    hashes : uint64 [n]
        `note_hash` of each note.
    ids : int32 [t]
        Tokens of all notes, special ones not among them.
    words : int32 [t] or None
        Word of each token; -1 for a token of no word.
    offsets : int32 [t, 2] or None
        First character of each token in its note, and the one after its last.
    starts : int64 [n + 1]
        Where each note starts in `ids`.
    """

    note_ids: Names
    patients: Names
    hashes: npt.NDArray[np.uint64]
    ids: Ids
    words: Ids | None
    offsets: Ids | None
    starts: npt.NDArray[np.int64]

    @classmethod
    def of(cls, rows: pa.RecordBatch, extras: Extras) -> Tokens:
        """Views on the columns of one record batch: nothing is copied."""
        ids = rows["ids"]
        return cls(
            note_ids=Names(rows["note_id"]),
            patients=Names(rows["patient_id"]),
            hashes=rows["hash"].to_numpy(zero_copy_only=True),
            ids=ids.values.to_numpy(zero_copy_only=True),
            words=rows["words"].values.to_numpy(zero_copy_only=True) if extras.words else None,
            offsets=rows["offsets"].values.to_numpy(zero_copy_only=True).reshape(-1, 2) if extras.offsets else None,
            starts=ids.offsets.to_numpy(zero_copy_only=True),
        )

    @classmethod
    def joined(cls, batches: Iterator[pa.RecordBatch], extras: Extras) -> Tokens:
        """All batches in memory."""
        table = pa.Table.from_batches(batches, schema(extras)).combine_chunks()
        return cls.of(table.to_batches()[0], extras)


def tokenised(
    corpus: Corpus, tokenizer: Tokenizer, splits: Sequence[str], advance: Advance, extras: Extras
) -> Iterator[pa.RecordBatch]:
    """Tokenise the notes of some splits in the order of the corpus.

    A batch is tokenised by all cores: the library's own threads take a note each, unless `TOKENIZERS_PARALLELISM`
    forbids it.

    Parameters
    ----------
    corpus : Corpus
        The notes.
    tokenizer : Tokenizer
        With cutting and padding off.
    splits : sequence of str
        Splits to read; the texts of no other are tokenised.
    advance : Advance
        Told the number of notes done.
    extras : Extras
        What to keep beside the ids.
    """
    batches = corpus.batches(columns=["note_id", "patient_id", "text"], splits=splits, rows=ROWS)
    for batch, encodings in _encoded(batches, tokenizer, fast=not any(extras)):
        starts = np.cumsum([0, *map(len, encodings)], dtype=np.int64)
        lists = [(starts, chain.from_iterable(encoding.ids for encoding in encodings))]
        if extras.words:
            lists.append((starts, chain.from_iterable(map(_words, encodings))))
        if extras.offsets:
            pairs = chain.from_iterable(encoding.offsets for encoding in encodings)
            lists.append((2 * starts, chain.from_iterable(pairs)))
        yield pa.record_batch(
            [
                batch["note_id"].cast(pa.large_string()),
                batch["patient_id"].cast(pa.large_string()),
                pa.array(map(note_hash, batch["note_id"].to_pylist()), pa.uint64()),
                *(pa.LargeListArray.from_arrays(own, np.fromiter(values, dtype=np.int32)) for own, values in lists),
            ],
            schema=schema(extras),
        )
        advance(batch.num_rows)


def _encoded(
    batches: Iterable[pa.RecordBatch], tokenizer: Tokenizer, *, fast: bool
) -> Iterator[tuple[pa.RecordBatch, list[Encoding]]]:
    """Batches with their encodings; while one is worked on, the next is being tokenised."""
    # the fast way leaves words and offsets out
    encode = tokenizer.encode_batch_fast if fast else tokenizer.encode_batch
    waiting: tuple[pa.RecordBatch, Future[list[Encoding]]] | None = None
    with ThreadPoolExecutor(1) as thread:
        for batch in batches:
            coming = thread.submit(encode, batch["text"].to_pylist(), add_special_tokens=False)
            if waiting:
                yield waiting[0], waiting[1].result()
            waiting = batch, coming
        if waiting:
            yield waiting[0], waiting[1].result()


def _words(encoding: Encoding) -> Iterator[int]:
    return (-1 if word is None else word for word in encoding.word_ids)
