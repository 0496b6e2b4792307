"""The notes of a corpus as objectives read them: token ids, and codes of the metadata."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from transformers import PreTrainedTokenizerBase

from wardspace.core.errors import CorpusError
from wardspace.corpus import Corpus
from wardspace.objectives import Unit
from wardspace.objectives.units import MISSING, Ids
from wardspace.training.data.token_file import DamagedError, TokenFile, corpus_tokens
from wardspace.training.data.tokens import Extras

NO_EXTRAS = Extras()
_BLOCK = 4096
"""Notes whose places become Python numbers at once."""


@dataclass(frozen=True, eq=False)
class Notes(Sequence[Unit]):
    """Tokenised notes: one long array of tokens and where each note starts in it.

    The tokens lie in a file of the corpus that is mapped into memory: only what is read takes memory, and processes
    share it. Notes that are pickled for another process take the file's name along, not the tokens.

    Parameters
    ----------
    note_ids, patients : sequence of str [n]
        Names.
    trainable : bool [n]
        True for notes of the training split.
    ids : int32 [t]
        Tokens of all notes, special ones not among them. Read-only.
    words : int32 [t] or None
        Word of each token. Read-only.
    offsets : int32 [t, 2] or None
        First character of each token in its note, and the one after its last. Read-only.
    starts : int64 [n + 1]
        Where each note starts in `ids`.
    codes : dict of str to int32 [n]
        Metadata; -1 where missing, and for every note that is not of the training split.
    categories : dict of str to list of str
        Values of each metadata column in the training notes, in the order of the codes.
    hashes : uint64 [n], optional
        `training.tokens.note_hash` of each note, for whoever draws an order.
    file : TokenFile, optional
        Where the tokens lie, if not in memory.
    """

    note_ids: Sequence[str]
    patients: Sequence[str]
    trainable: npt.NDArray[np.bool_]
    ids: Ids
    words: Ids | None
    offsets: Ids | None
    starts: npt.NDArray[np.int64]
    codes: dict[str, Ids]
    categories: dict[str, list[str]]
    hashes: npt.NDArray[np.uint64] | None = None
    file: TokenFile | None = None

    def __len__(self) -> int:
        """Number of notes."""
        return len(self.note_ids)

    def __getitem__(self, index: int) -> Unit:  # type: ignore[override]  # a slice of notes is never asked for
        """One note (a view: no tokens are copied)."""
        if not 0 <= index < len(self):
            raise IndexError(index)
        part = slice(self.starts[index], self.starts[index + 1])
        return self._unit(index, part)

    def __iter__(self) -> Iterator[Unit]:
        """All notes, in a third of the time that asking for one after the other takes."""
        for start in range(0, len(self), _BLOCK):
            block = range(start, min(start + _BLOCK, len(self)))
            bounds = pairwise(self.starts[start : block.stop + 1].tolist())
            for index, (first, end) in zip(block, bounds, strict=True):
                yield self._unit(index, slice(first, end))

    def _unit(self, index: int, part: slice) -> Unit:
        words = None if self.words is None else self.words[part]
        offsets = None if self.offsets is None else self.offsets[part]
        codes = {column: values[index, ...] for column, values in self.codes.items()}
        return Unit(self.note_ids[index], self.ids[part], words, offsets, codes)

    def __getstate__(self) -> dict[str, Any]:
        state = dict(self.__dict__)
        if self.file:
            mapped = ("note_ids", "patients", "ids", "words", "offsets", "starts", "hashes")
            state = {name: value for name, value in state.items() if name not in mapped}
            state["extras"] = Extras(self.words is not None, self.offsets is not None)
        return state

    def __setstate__(self, state: dict[str, Any]) -> None:
        file: TokenFile | None = state["file"]
        extras: Extras = state.pop("extras", Extras())
        self.__dict__.update(state)
        if file:
            self.__dict__.update(_mapped(file, extras))


def read_notes(
    corpus: Corpus,
    tokenizer: PreTrainedTokenizerBase,
    *,
    columns: Sequence[str] = (),
    transductive: bool = False,
    extras: Extras = NO_EXTRAS,
    show_progress: bool = True,
) -> Notes:
    """Read the notes that adaptation may see, in the order of the corpus.

    They are tokenised the first time; from then on their tokens lie in the corpus folder.

    Parameters
    ----------
    corpus : Corpus
        The notes.
    tokenizer : PreTrainedTokenizerBase
        A fast tokenizer.
    columns : sequence of str
        Metadata columns to code.
    transductive : bool
        Read the texts (never the metadata) of validation and test too. Otherwise the training split alone is read:
        this is the guard against leakage.
    extras : Extras
        What to know of each token beside its id.
    show_progress : bool
        Show a bar.

    Raises
    ------
    CorpusError
        If the training split is empty, or there is no such column.
    """
    splits = ["train", "validation", "test"] if transductive else ["train"]
    table = corpus.table(columns=["split", *columns], splits=splits)
    trainable: npt.NDArray[np.bool_] = pc.equal(table["split"], "train").to_numpy()
    if not trainable.any():
        raise CorpusError(
            "the training split has no notes to adapt to",
            where=corpus.folder,
            fix="prepare more notes or another split",
        )
    tokens, file = corpus_tokens(
        corpus, tokenizer, splits=splits, notes=table.num_rows, extras=extras, show_progress=show_progress
    )
    coded = {column: _coded(table[column], trainable) for column in columns}
    return Notes(
        **vars(tokens),
        trainable=trainable,
        codes={column: codes for column, (codes, _) in coded.items()},
        categories={column: names for column, (_, names) in coded.items()},
        file=file,
    )


def _mapped(file: TokenFile, extras: Extras) -> dict[str, Any]:
    """The arrays of a file that another process has read before."""
    try:
        tokens = file.open(extras)
    except DamagedError:
        tokens = None
    if tokens is None:
        raise CorpusError(
            "the tokens of the corpus are gone or damaged",
            where=file.folder,
            fix="start again; do not prepare a corpus anew while a model is adapted to it",
        )
    return vars(tokens)


def _coded(values: pa.ChunkedArray, trainable: npt.NDArray[np.bool_]) -> tuple[Ids, list[str]]:
    """Codes of a column's values; only training notes have any, so nothing is learned from the others' metadata."""
    own = pc.if_else(pa.array(trainable), values, None).combine_chunks().dictionary_encode()
    order = pc.array_sort_indices(own.dictionary)
    code_of = np.empty(len(order), dtype=np.int32)
    code_of[order.to_numpy()] = np.arange(len(order), dtype=np.int32)
    codes = np.full(len(own), MISSING, dtype=np.int32)
    known = own.is_valid().to_numpy(zero_copy_only=False)
    codes[known] = code_of[own.indices.drop_null().to_numpy()]
    return codes, own.dictionary.take(order).to_pylist()
