"""The file that holds the tokens of a corpus: one Arrow record batch, mapped into memory."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import tokenizers
from filelock import FileLock, Timeout
from tokenizers import Tokenizer
from transformers import PreTrainedTokenizerBase

from wardspace.core.errors import WardspaceError
from wardspace.core.files import digest, whole_folder
from wardspace.core.progress import progress, say
from wardspace.corpus import Corpus
from wardspace.models.tokens import untruncated
from wardspace.training.data.tokens import Extras, Tokens, schema, tokenised

NAME = "tokens.arrow"
"""The file in its folder."""


class DamagedError(Exception):
    """A file of tokens that is not what was written."""


@dataclass(frozen=True)
class TokenFile:
    """Where the tokens of some notes are, and what must be found there.

    Parameters
    ----------
    folder : Path
        Folder of the file.
    key : str
        Name of what the tokens depend on; the file bears it too.
    notes : int
        Number of notes.
    extras : Extras
        What it holds beside the ids.
    """

    folder: Path
    key: str
    notes: int
    extras: Extras

    def open(self, wanted: Extras) -> Tokens | None:
        """Map the file into memory; None if there is none.

        The layout, the number of notes and tokens, the names and where each note starts are checked; the tokens
        themselves are not, since that would read them all.

        Parameters
        ----------
        wanted : Extras
            What to give beside the ids.

        Raises
        ------
        DamagedError
            If the file is cut off, or not of this key.
        """
        try:
            reader = pa.ipc.open_file(pa.memory_map(str(self.folder / NAME)))
            rows = reader.get_batch(0)
            rows.validate(full=True)
        except FileNotFoundError:
            return None
        except (pa.ArrowException, OSError, ValueError) as error:
            raise DamagedError from error
        if reader.schema.metadata != self._metadata(len(rows["ids"].values)) or rows.schema != schema(self.extras):
            raise DamagedError
        if rows.num_rows != self.notes or reader.num_record_batches != 1:
            raise DamagedError
        return Tokens.of(rows, wanted)

    def write(self, batches: Iterable[pa.RecordBatch], scratch: Path) -> None:
        """Write the file into the folder `scratch`, in memory that does not grow with the tokens.

        Readers want the tokens as one array, so that there can be but one record batch, which Arrow writes at once. The
        columns therefore grow in files of their own, and Arrow writes what it sees of them through a map.
        """
        fields = [field for field in schema(self.extras) if field.name != "hash"]
        columns = {field.name: _Column(scratch, field) for field in fields}
        hashes: list[pa.Array] = []
        for batch in batches:
            hashes.append(batch["hash"])
            for name, column in columns.items():
                column.add(batch[name])
        notes = sum(map(len, hashes))
        arrays = {name: column.whole(notes) for name, column in columns.items()}
        arrays["hash"] = pa.chunked_array(hashes, pa.uint64()).combine_chunks()
        metadata = self._metadata(len(arrays["ids"].values))
        marked = schema(self.extras).with_metadata(metadata)
        _write(scratch / NAME, pa.record_batch([arrays[name] for name in marked.names], schema=marked))
        for column in columns.values():
            column.remove()

    def _metadata(self, tokens: int) -> dict[bytes, bytes]:
        values = {"key": self.key, "notes": str(self.notes), "tokens": str(tokens)}
        return {f"wardspace.{name}".encode(): value.encode() for name, value in values.items()}


class _Column:
    """A column of strings or lists that grows on disk: its values one after the other, and where each row starts."""

    def __init__(self, folder: Path, field: pa.Field) -> None:
        self._type = field.type
        self._paths = [folder / f"{field.name}.{part}" for part in ("starts", "values")]
        self._starts, self._values = (path.open("wb") for path in self._paths)
        self._starts.write(bytes(8))
        self._end = 0

    @property
    def _width(self) -> int:
        return 1 if pa.types.is_large_string(self._type) else int(self._type.value_type.byte_width)

    def add(self, rows: pa.Array) -> None:
        """Add rows (an array of its own, not a part of one: its offsets start at zero)."""
        starts = np.frombuffer(rows.buffers()[1], np.int64, len(rows) + 1)
        if starts[-1]:
            self._values.write(rows.buffers()[-1].slice(0, int(starts[-1]) * self._width))
        self._starts.write((starts[1:] + self._end).data)
        self._end += int(starts[-1])

    def whole(self, rows: int) -> pa.Array:
        """The column as an array that lies in its files."""
        self._starts.close()
        self._values.close()
        starts, values = (pa.memory_map(str(path)).read_buffer() for path in self._paths)
        if pa.types.is_large_string(self._type):
            return pa.Array.from_buffers(self._type, rows, [None, starts, values])
        child = pa.Array.from_buffers(self._type.value_type, self._end, [None, values])
        return pa.Array.from_buffers(self._type, rows, [None, starts], children=[child])

    def remove(self) -> None:
        """Remove the files."""
        for path in self._paths:
            path.unlink()


def _write(path: Path, rows: pa.RecordBatch) -> None:
    options: Any = pa.ipc.IpcWriteOptions(allow_64bit=True)
    with path.open("wb") as handle:
        with pa.ipc.new_file(handle, rows.schema, options=options) as writer:
            writer.write_batch(rows)
        # or a power cut could leave a file of the right length that holds nothing
        handle.flush()
        os.fsync(handle.fileno())


TOKENS = "tokens"
"""Folder of the tokens in that of the corpus, and nowhere else: tokens can be turned back into text."""
LAYOUT = 2
"""Version of the file; raised whenever an older one would be misread."""
LOCK = ".lock"
_KINDS = [Extras(*kept) for kept in product((False, True), repeat=2)]


def corpus_tokens(
    corpus: Corpus,
    tokenizer: PreTrainedTokenizerBase,
    *,
    splits: Sequence[str],
    notes: int,
    extras: Extras,
    show_progress: bool = True,
) -> tuple[Tokens, TokenFile | None]:
    """Tokens of the notes of some splits: from the file of an earlier run, or made now and kept for the next.

    The file's name says what the tokens depend on: the notes, the splits, the tokenizer. Of two processes that want it
    one makes it and the other waits. One that is damaged is made anew. Where none can be written the notes are
    tokenised in memory.

    Parameters
    ----------
    corpus : Corpus
        The notes.
    tokenizer : PreTrainedTokenizerBase
        A fast tokenizer.
    splits : sequence of str
        Splits to read; the texts of no other are tokenised.
    notes : int
        Number of notes in these splits.
    extras : Extras
        What to give beside the ids.
    show_progress : bool
        Show a bar.

    Returns
    -------
    Tokens, TokenFile or None
        The tokens, and the file they lie in if they are not in memory.
    """
    core, folder = untruncated(tokenizer), corpus.folder.resolve() / TOKENS
    # a file that holds more serves those who want less
    kinds = [extras, *(kind for kind in _KINDS if kind != extras and kind.serves(extras))]
    own, *larger = (_file(corpus, core, splits, notes, folder, extras=kind) for kind in kinds)
    found = _found([own, *larger], extras)
    try:
        if not found:
            with _alone(folder):
                found = _found([own, *larger], extras, tell=True)
                if not found:
                    _make(own, corpus, core, splits, show=show_progress)
                    found = _found([own], extras, tell=True)
    except (OSError, NotImplementedError, WardspaceError) as error:
        if isinstance(error, WardspaceError) and not isinstance(error.__cause__, OSError):
            raise
        _tell_unkept(folder, str(getattr(error, "what", None) or getattr(error, "strerror", None) or error))
    if found:
        return found
    with progress("tokenising notes", notes, show=show_progress) as advance:
        return Tokens.joined(tokenised(corpus, core, splits, advance, extras), extras), None


def _file(
    corpus: Corpus, core: Tokenizer, splits: Sequence[str], notes: int, folder: Path, *, extras: Extras
) -> TokenFile:
    depends = {
        "layout": LAYOUT,
        "corpus": corpus.content_hash,
        "splits": list(splits),
        "tokenizer": hashlib.sha256(core.to_str().encode()).hexdigest(),
        # a setting that the tokenizer does not write down
        "special_tokens_in_text": core.encode_special_tokens,
        "library": tokenizers.__version__,
        "extras": extras.names,
    }
    key = digest(depends)
    return TokenFile(folder / key, key, notes, extras)


def _found(files: Sequence[TokenFile], wanted: Extras, *, tell: bool = False) -> tuple[Tokens, TokenFile] | None:
    """The first file that is there and whole."""
    for file in files:
        try:
            tokens = file.open(wanted)
        except DamagedError:
            if tell:
                say(f"the tokens kept in {file.folder} are damaged and are made anew")
            continue
        if tokens:
            return tokens, file
    return None


def _make(file: TokenFile, corpus: Corpus, core: Tokenizer, splits: Sequence[str], *, show: bool) -> None:
    with whole_folder(file.folder) as scratch, progress("tokenising notes", file.notes, show=show) as advance:
        file.write(tokenised(corpus, core, splits, advance, file.extras), scratch)


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Hold the lock of a folder of tokens; the system lets go of it when the process dies."""
    folder.mkdir(exist_ok=True)
    lock = FileLock(folder / LOCK, mode=0o600)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        say("another process is tokenising notes of this corpus; waiting for it")
        lock.acquire()
    try:
        yield
    finally:
        lock.release()


@cache
def _tell_unkept(folder: Path, why: str) -> None:
    """Say it once, however many models are adapted."""
    say(f"the tokens cannot be kept in {folder} ({why}): the notes are tokenised in memory, at every run")
