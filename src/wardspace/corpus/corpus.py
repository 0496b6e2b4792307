"""A corpus folder, opened for reading."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, Protocol

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from pydantic import BaseModel, ConfigDict, ValidationError

from wardspace.core.errors import CorpusError
from wardspace.core.files import read_json
from wardspace.corpus.schema import SCHEMA_VERSION, SPLITS


class Manifest(BaseModel):
    """What a corpus folder holds and how it came about. No text of any note is in it."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)

    schema_version: int = SCHEMA_VERSION
    """Version of the folder's layout."""
    wardspace: str
    """Version of the program that wrote it."""
    roles: dict[str, Any]
    """Source column of each role (null where there is none); `metadata`, `labels` and `spans` are lists."""
    counts: dict[str, Any]
    """`rows_read`, `notes`, `patients`, `patients_missing`, `spans_dropped`, `splits` (notes and patients of each),
    `rejects` (rows left out by kind of fault) and `categories` (values of each column by split)."""
    steps: list[dict[str, Any]]
    """What was done, in order, with how many notes each step changed or left out."""
    source: dict[str, Any]
    """`format`, `files` (names without the folders of the machine), `encoding` found or given."""
    synthetic: bool
    """True where the notes were made up: figures from them are no findings."""
    content_hash: str
    """SHA-256 over every value of every note, in order."""
    parts: list[str]
    """Files of `notes/`, in order."""
    seconds: dict[str, float] = {}
    """How long each step took; all else in this file depends on the notes and the study alone."""
    warnings: list[str] = []
    """What a reader must know before believing a figure."""
    statistics: dict[str, Any] = {}
    """`notes_per_patient`, `words` and `tokens` per note, `pieces_per_word`; `values`: in how many rows of a column
    another spelling was read, which words counted as missing, and what became of times;
    `mentions`: how many quote their words, were moved to them or left out, by column of spans, and where."""


MANIFEST = "corpus.json"
REJECTS = "rejects.parquet"
NOTES = "notes"

_AGAIN = "prepare the corpus again with `wardspace prepare`"


class Overlay(Protocol):
    """Columns that are made after a corpus was prepared: what people say of its notes."""

    def schema(self, schema: pa.Schema) -> pa.Schema:
        """The schema of the notes with these columns."""
        ...

    def reads(self, names: Iterable[str], stored: pa.Schema) -> list[str]:
        """Columns to read from the disk where these are wanted."""
        ...

    def filled(self, batch: pa.RecordBatch, names: Iterable[str], schema: pa.Schema) -> pa.RecordBatch:
        """The columns that are wanted, of a batch that was read."""
        ...

    def digest(self, columns: Iterable[str]) -> str | None:
        """Equal for equal values in these columns; None where there are none."""
        ...


class Corpus:
    """Notes as they were prepared: read, cleaned, without copies, split by patient.

    Parameters
    ----------
    folder : Path
        The corpus folder.
    manifest : Manifest
        Its corpus.json.
    overlay : Overlay, optional
        Columns that are not stored with the notes.

    Examples
    --------
    >>> corpus = Corpus.open(Path("runs/demo/corpus"))  # doctest: +SKIP
    >>> corpus.table(["note_id", "text"], splits=["train"]).num_rows  # doctest: +SKIP
    4213
    """

    def __init__(self, folder: Path, manifest: Manifest, overlay: Overlay | None = None) -> None:
        self.folder, self.manifest, self.overlay = folder, manifest, overlay
        self._parts = [folder / NOTES / name for name in manifest.parts]

    @classmethod
    def open(cls, folder: Path) -> Corpus:
        """Open a corpus folder.

        Raises
        ------
        CorpusError
            If there is none, it is damaged, or its layout is of another version.
        """
        folder = Path(folder)
        path = folder / MANIFEST
        if not path.is_file():
            raise CorpusError("no corpus in this folder", where=folder, fix=_AGAIN)
        try:
            raw = read_json(path)
            version = raw.get("schema_version") if isinstance(raw, dict) else None
            if version != SCHEMA_VERSION:
                problem = f"a corpus of schema version {version}; this wardspace reads {SCHEMA_VERSION}"
                raise CorpusError(problem, where=path, fix=_AGAIN)
            corpus = cls(folder, Manifest.model_validate(raw))
            found = sum(pq.read_metadata(part).num_rows for part in corpus._parts)
        except (ValidationError, ValueError, OSError) as error:
            raise CorpusError("the corpus is damaged", where=folder, fix=_AGAIN) from error
        if found != len(corpus):
            raise CorpusError(f"{found} notes where corpus.json says {len(corpus)}", where=folder, fix=_AGAIN)
        return corpus

    def __len__(self) -> int:
        """Notes of all splits."""
        return int(self.manifest.counts["notes"])

    @property
    def content_hash(self) -> str:
        """SHA-256 over every value of every note."""
        return self.manifest.content_hash

    @property
    def schema(self) -> pa.Schema:
        """Arrow schema of the notes."""
        stored = pq.read_schema(self._parts[0])
        return stored if self.overlay is None else self.overlay.schema(stored)

    def with_overlay(self, overlay: Overlay) -> Corpus:
        """The same notes with other columns besides, or in place of those of the same name."""
        return Corpus(self.folder, self.manifest, overlay)

    def overlaid(self, columns: Iterable[str]) -> str | None:
        """Digest of what is in these columns that the content hash does not cover; None where there is nothing."""
        return None if self.overlay is None else self.overlay.digest(columns)

    def batches(
        self,
        columns: Sequence[str] | None = None,
        splits: Sequence[str] | None = None,
        rows: int = 4096,
        *,
        parts: Sequence[str] | None = None,
    ) -> Iterator[pa.RecordBatch]:
        """Yield notes in their fixed order, in batches of at most `rows`.

        Parameters
        ----------
        columns : sequence of str, optional
            Columns in the order wanted; None gives all.
        splits : sequence of str, optional
            Of train, validation, test; None gives all.
        rows : int
            Most notes of a batch; none has notes of two parts.
        parts : sequence of str, optional
            Of `manifest.parts`; None gives all.

        Raises
        ------
        CorpusError
            If there is no such column or split.
        """
        names = list(self.schema.names if columns is None else columns)
        self._check(names, self.schema.names, "column")
        self._check(list(splits or ()), list(SPLITS), "split")
        shown = self._shown(splits)
        wanted = None if shown is None else pa.array(list(shown), pa.string())
        return self._read([path for path in self._parts if parts is None or path.name in parts], names, wanted, rows)

    def _shown(self, splits: Sequence[str] | None) -> Sequence[str] | None:
        """The splits to read of those asked for; None for all."""
        return splits

    def _read(
        self, paths: list[Path], names: list[str], splits: pa.Array | None, rows: int
    ) -> Iterator[pa.RecordBatch]:
        read = names if splits is None or "split" in names else [*names, "split"]
        schema = self.schema
        for path in paths:
            with pq.ParquetFile(path) as part:
                stored = read if self.overlay is None else self.overlay.reads(read, part.schema_arrow)
                for batch in part.iter_batches(batch_size=rows, columns=stored):
                    kept = batch if splits is None else batch.filter(pc.is_in(batch["split"], splits))
                    if not kept.num_rows:
                        continue
                    yield kept.select(names) if self.overlay is None else self.overlay.filled(kept, names, schema)

    def table(self, columns: Sequence[str] | None = None, splits: Sequence[str] | None = None) -> pa.Table:
        """Notes as one table; see `batches`."""
        batches = list(self.batches(columns, splits, rows=1 << 16))
        names = self.schema.names if columns is None else columns
        return pa.Table.from_batches(batches, pa.schema([self.schema.field(name) for name in names]))

    def rejects(self) -> pa.Table:
        """Rows left out: file, row, note_id, kind and reason."""
        return pq.read_table(self.folder / REJECTS)

    def _check(self, given: list[str], known: list[str], kind: str) -> None:
        unknown = [name for name in given if name not in known]
        if unknown:
            raise CorpusError(
                f"no such {kind} in the corpus: {', '.join(unknown)}",
                where=self.folder,
                fix=f"there are {', '.join(known)}",
            )


class SplitView(Corpus):
    """A corpus that gives the notes of some splits and none of the others, whatever is asked of it.

    Parameters
    ----------
    corpus : Corpus
        The whole corpus; tokens made of the part lie in its folder.
    shown : sequence of str
        The splits that can be read.
    """

    def __init__(self, corpus: Corpus, shown: Sequence[str]) -> None:
        super().__init__(corpus.folder, corpus.manifest, corpus.overlay)
        self._check(list(shown), list(SPLITS), "split")
        self.shown = tuple(shown)

    def _shown(self, splits: Sequence[str] | None) -> Sequence[str]:
        return [split for split in self.shown if splits is None or split in splits]
