"""The notes of a corpus as token ids, read and tokenised once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from transformers import PreTrainedTokenizerBase

from wardspace.core.errors import CorpusError
from wardspace.core.progress import progress
from wardspace.corpus import Corpus
from wardspace.encoders.tokens import untruncated
from wardspace.objectives import Example
from wardspace.objectives.notes import MISSING, Ids

ROWS = 512
"""Notes tokenised at once."""


@dataclass(frozen=True)
class Notes(Sequence[Example]):
    """Tokenised notes: one long array of tokens and where each note starts in it.

    Parameters
    ----------
    note_ids, patients : list of str [n]
        Names.
    trainable : bool [n]
        True for notes of the training split.
    ids : int32 [t]
        Tokens of all notes, special ones not among them.
    words : int32 [t] or None
        Word of each token.
    starts : int64 [n + 1]
        Where each note starts in `ids`.
    codes : dict of str to int32 [n]
        Metadata; -1 where missing, and for every note that is not of the training split.
    categories : dict of str to list of str
        Values of each metadata column in the training notes, in the order of the codes.
    """

    note_ids: list[str]
    patients: list[str]
    trainable: npt.NDArray[np.bool_]
    ids: Ids
    words: Ids | None
    starts: npt.NDArray[np.int64]
    codes: dict[str, Ids]
    categories: dict[str, list[str]]

    def __len__(self) -> int:
        """Number of notes."""
        return len(self.note_ids)

    def __getitem__(self, index: int) -> Example:  # type: ignore[override]  # a slice of notes is never asked for
        """One note (a view: no tokens are copied)."""
        if not 0 <= index < len(self):
            raise IndexError(index)
        part = slice(self.starts[index], self.starts[index + 1])
        words = None if self.words is None else self.words[part]
        codes = {column: int(values[index]) for column, values in self.codes.items()}
        return Example(self.note_ids[index], self.ids[part], words, codes)


def read_notes(
    corpus: Corpus,
    tokenizer: PreTrainedTokenizerBase,
    *,
    columns: Sequence[str] = (),
    transductive: bool = False,
    words: bool = False,
    show_progress: bool = True,
) -> Notes:
    """Read and tokenise the notes that adaptation may see; their text stays in memory only while it is tokenised.

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
    words : bool
        Keep which word each token belongs to.
    show_progress : bool
        Show a bar.

    Raises
    ------
    CorpusError
        If the training split is empty.
    """
    splits = ["train", "validation", "test"] if transductive else ["train"]
    total = corpus.table(columns=["split"], splits=splits).num_rows
    wanted = ["note_id", "patient_id", "split", *columns]
    core = untruncated(tokenizer)
    rows: list[pa.RecordBatch] = []
    tokens: list[Ids] = []
    spelled: list[Ids] = []
    with progress("tokenising notes", total, show=show_progress) as advance:
        for batch in corpus.batches(columns=[*wanted, "text"], splits=splits, rows=ROWS):
            for encoding in core.encode_batch(batch.column("text").to_pylist(), add_special_tokens=False):
                tokens.append(np.asarray(encoding.ids, dtype=np.int32))
                if words:
                    spelled.append(_words(encoding.word_ids))
            rows.append(batch.select(wanted))
            advance(batch.num_rows)
    table = pa.Table.from_batches(rows) if rows else None
    if table is None or not pc.any(pc.equal(table["split"], "train")).as_py():
        raise CorpusError(
            "the training split has no notes to adapt to",
            where=corpus.folder,
            fix="prepare more notes or another split",
        )
    return _assembled(table, tokens, spelled if words else None, columns)


def _assembled(table: pa.Table, tokens: list[Ids], words: list[Ids] | None, columns: Sequence[str]) -> Notes:
    trainable = np.array(pc.equal(table["split"], "train").to_pylist(), dtype=np.bool_)
    codes: dict[str, Ids] = {}
    categories: dict[str, list[str]] = {}
    for column in columns:
        codes[column], categories[column] = _coded(table[column].to_pylist(), trainable)
    return Notes(
        note_ids=table["note_id"].to_pylist(),
        patients=table["patient_id"].to_pylist(),
        trainable=trainable,
        ids=np.concatenate(tokens),
        words=None if words is None else np.concatenate(words),
        starts=np.cumsum([0, *(len(ids) for ids in tokens)]).astype(np.int64),
        codes=codes,
        categories=categories,
    )


def _coded(values: list[str | None], trainable: npt.NDArray[np.bool_]) -> tuple[Ids, list[str]]:
    """Codes of a column's values; only training notes have any, so nothing is learned from the others' metadata."""
    own = [value if train else None for value, train in zip(values, trainable, strict=True)]
    names = sorted({value for value in own if value is not None})
    code_of = {name: code for code, name in enumerate(names)}
    return np.array([MISSING if v is None else code_of[v] for v in own], dtype=np.int32), names


def _words(found: Sequence[int | None]) -> Ids:
    return np.array([-1 if word is None else word for word in found], dtype=np.int32)
