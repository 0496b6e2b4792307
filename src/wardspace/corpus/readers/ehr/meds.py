"""MEDS data sets: events in `data/**/*.parquet`, of which those with a text are notes.

Reference: the Medical Event Data Standard, https://medical-event-data-standard.github.io: `subject_id`, `time`, `code`,
`numeric_value`, `text_value`; the splits of the subjects are in `metadata/subject_splits.parquet`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from wardspace.config import ColumnsConfig, SourceConfig
from wardspace.config.corpus.cleaning import MissingConfig
from wardspace.config.corpus.source import LimitsConfig
from wardspace.core.errors import CorpusError
from wardspace.corpus.readers.arrow_values import lengths, rows_of_batch
from wardspace.corpus.readers.columns import check_columns
from wardspace.corpus.readers.files import SourceFile, find_files, source_file
from wardspace.corpus.readers.parquet import ArrowFaults, check_sizes, opened_bit_by_bit, shared_texts
from wardspace.corpus.readers.row import Reader, Row


def check_subjects(schema: pa.Schema, name: str) -> None:
    """Check that subjects are named by integers, as MEDS wants it.

    Raises
    ------
    CorpusError
        If they are not.
    """
    found = schema.field("subject_id").type
    if not pa.types.is_integer(found):
        raise CorpusError(
            f"subject_id is {found}, not the 64-bit integer of MEDS",
            where=name,
            fix="convert the column, or read the file with corpus.source.format: parquet",
        )


class SubjectSplits:
    """Split by subject: 10 bytes a subject.

    Parameters
    ----------
    subjects : int64 array
        Ids, ascending, each once.
    codes : int16 array
        Place of each subject's split in `names`.
    names : list of str
        Names of splits as the data set writes them.
    """

    def __init__(self, subjects: npt.NDArray[np.int64], codes: npt.NDArray[np.int16], names: list[str]) -> None:
        self._subjects, self._codes = subjects, codes
        self._names = pa.array(names, pa.string())

    @classmethod
    def none(cls) -> SubjectSplits:
        """Splits of a data set that gives none."""
        return cls(np.zeros(0, np.int64), np.zeros(0, np.int16), [])

    @classmethod
    def read(cls, path: Path, name: str) -> SubjectSplits:
        """Read `subject_splits.parquet`.

        Raises
        ------
        CorpusError
            If the file is damaged, lacks a column, or gives a subject two splits.
        """
        with ArrowFaults(name), pq.ParquetFile(path) as opened:
            check_columns(opened.schema_arrow.names, ("subject_id", "split"), name, fix="rename them to those of MEDS")
            check_subjects(opened.schema_arrow, name)
            table = opened.read(["subject_id", "split"]).drop_null()
        subjects = pc.cast(table["subject_id"], pa.int64()).to_numpy()
        encoded = table["split"].combine_chunks().dictionary_encode()
        encoded = encoded.combine_chunks() if isinstance(encoded, pa.ChunkedArray) else encoded
        names = encoded.dictionary.to_pylist()
        codes = encoded.indices.to_numpy().astype(np.int16)
        order = np.argsort(subjects, kind="stable")
        subjects, codes = subjects[order], codes[order]
        again = subjects[1:] == subjects[:-1]
        if np.any(again & (codes[1:] != codes[:-1])):
            first = int(subjects[1:][again & (codes[1:] != codes[:-1])][0])
            raise CorpusError(f"a subject is in two splits: {first}", where=name, fix="give each subject one split")
        once = np.concatenate(([True], ~again)) if len(subjects) else np.zeros(0, bool)
        return cls(subjects[once], codes[once], names)

    def of(self, subjects: pa.Array) -> pa.Array:
        """The split of each of these subjects; null for one that has none."""
        asked = pc.cast(subjects, pa.int64())
        ids = pc.fill_null(asked, 0).to_numpy(zero_copy_only=False)
        if not len(self._subjects):
            return pa.nulls(len(ids), pa.string())
        places = np.minimum(np.searchsorted(self._subjects, ids), len(self._subjects) - 1)
        found = (self._subjects[places] == ids) & asked.is_valid().to_numpy(zero_copy_only=False)
        return pc.take(self._names, pa.array(self._codes[places], mask=~found))


COLUMNS = ColumnsConfig(
    note_id=None, patient_id="subject_id", time="time", text="text_value", metadata=["code"], split="split"
)
"""Roles of the columns of MEDS; `split` is the subject's, and notes are named by file and row."""

_SPLITS = Path("metadata") / "subject_splits.parquet"
_ROWS = 4096
_MOST_CODES = 1000
_MOST_NAMED = 5


@dataclass
class _Tally:
    """What was met in all files of a data set."""

    codes: tuple[str, ...]
    files: int
    """Files of the data set."""
    opened: int = 0
    read: dict[str, tuple[int, Counter[str]]] = field(default_factory=dict)
    """Notes of each file that was read to its end, and events with a text whose code marks no note, by code."""
    warnings: list[str] = field(default_factory=list)

    def opens_first(self) -> bool:
        """Whether the asking file is the first of the data set."""
        self.opened += 1
        return self.opened == 1

    def close_file(self, where: str, notes: int, others: Counter[str]) -> None:
        """Judge the outcome once every file is read; one that is read again counts once."""
        self.read[where] = notes, others
        if len(self.read) < self.files or not self.codes:
            return
        passed = sum((found for _, found in self.read.values()), Counter())
        met = ", ".join(f"{code} ({count})" for code, count in passed.most_common(_MOST_NAMED)) or "none"
        begins = " or ".join(self.codes)
        if not any(count for count, _ in self.read.values()):
            raise CorpusError(
                f"no event with a text has a code that begins with {begins}; codes with a text: {met}",
                where=where,
                fix="see to corpus.source.meds.codes",
            )
        if passed:
            told = f"{passed.total()} events have a text but no code that begins with {begins}: {met}"
            self.warnings[:] = [told]


def meds_files(config: SourceConfig) -> list[SourceFile]:
    """The files of events, and that of the splits where there is one."""
    splits = _splits_file(config.path or "")
    return [*_events(config.path or "", config.limits), *([splits] if splits else [])]


def open_meds(config: SourceConfig, needed: tuple[str, ...], scratch: Path, missing: MissingConfig) -> list[Reader]:
    """One reader for each file of events.

    Raises
    ------
    CorpusError
        If there is none, a column of one is missing, or the splits contradict each other.
    """
    path = config.path or ""
    events = _events(path, config.limits)
    splits_file = _splits_file(path) if "split" in needed else None
    splits = SubjectSplits.read(splits_file.path, splits_file.name) if splits_file else SubjectSplits.none()
    tally = _Tally(tuple(config.meds.codes), len(events))
    return [MedsReader(file, needed, splits, tally) for file in events]


class MedsReader:
    """Reads one file of events; rows without a text, or with another code than a note's, are no notes.

    Parameters
    ----------
    file : SourceFile
        The file.
    needed : tuple of str
        Columns to read; `split` is the subject's, unless the file has such a column itself.
    splits : SubjectSplits
        Splits of the subjects.
    tally : _Tally
        Shared by the files of a data set.
    """

    format = "meds"
    encoding: str | None = None

    def __init__(self, file: SourceFile, needed: tuple[str, ...], splits: SubjectSplits, tally: _Tally) -> None:
        self.name, self.size = file.name, file.size
        # reported once for the data set, not once a file
        self.warnings = tally.warnings if tally.opens_first() else []
        self._path, self._needed, self._splits, self._tally = file.path, needed, splits, tally
        self._share = 0.0
        self._notes, self._others = 0, Counter[str]()
        with ArrowFaults(self.name), pq.ParquetFile(file.path) as opened:
            schema, metadata = opened.schema_arrow, opened.metadata
        existing = schema.names
        self._joined = "split" in needed and "split" not in existing
        stored = [name for name in needed if not (name == "split" and self._joined)]
        self._stored = tuple(dict.fromkeys((*stored, "code", *(["subject_id"] if self._joined else []))))
        check_columns(existing, self._stored, self.name)
        check_sizes(metadata, self._stored, file)
        self._shared = shared_texts(metadata, self._stored)
        self._most = file.limits.row_characters
        if self._joined:
            check_subjects(schema, self.name)

    def position(self) -> int:
        """Bytes read so far, judged by the rows."""
        return int(self._share * self.size)

    def rows(self) -> Iterator[Row]:
        """Yield the notes, numbered by their rows in the file."""
        seen = 0
        self._notes, self._others = 0, Counter[str]()
        with ArrowFaults(self.name), opened_bit_by_bit(self._path, self._shared) as opened:
            total = max(1, opened.metadata.num_rows)
            for batch in opened.iter_batches(batch_size=_ROWS, columns=list(self._stored)):
                wanted = self._notes_of(batch)
                notes = self._completed(batch.filter(wanted))
                numbers = [seen + place + 1 for place in pc.indices_nonzero(wanted).to_pylist()]
                yield from rows_of_batch(notes, self._needed, numbers, most=self._most)
                seen += batch.num_rows
                self._share = seen / total
        self._tally.close_file(self.name, self._notes, self._others)

    def _notes_of(self, batch: pa.RecordBatch) -> pa.Array:
        """Which rows are notes: those with a text, if a text is read, and with a note's code."""
        text = _filled(batch["text_value"]) if "text_value" in self._stored else None
        wanted = pa.array([True] * batch.num_rows) if text is None else text
        if not self._tally.codes:
            return wanted
        code = pc.fill_null(pc.cast(batch["code"], pa.string()), "")
        marks = pc.starts_with(code, self._tally.codes[0])
        for beginning in self._tally.codes[1:]:
            marks = pc.or_(marks, pc.starts_with(code, beginning))
        others = code.filter(pc.and_(wanted, pc.invert(marks)))
        for counted in pc.value_counts(others).to_pylist():
            if len(self._others) < _MOST_CODES or counted["values"] in self._others:
                self._others[counted["values"]] += counted["counts"]
        wanted = pc.and_(wanted, marks)
        self._notes += wanted.true_count
        return wanted

    def _completed(self, notes: pa.RecordBatch) -> pa.RecordBatch:
        if not self._joined:
            return notes
        return notes.append_column("split", self._splits.of(notes["subject_id"]))


def _filled(text: pa.Array) -> pa.Array:
    return pc.fill_null(pc.greater(lengths(text), 0), False)


def _events(path: str, limits: LimitsConfig) -> list[SourceFile]:
    place = Path(path).expanduser()
    if place.is_dir() and (place / _SPLITS.parent).is_dir() and not (place / "data").is_dir():
        raise CorpusError(
            "no folder data in this MEDS data set",
            where=path,
            fix="see to corpus.source.path: the events are in data/**/*.parquet",
        )
    return find_files(str(place / "data") if (place / "data").is_dir() else path, "parquet", limits)


def _splits_file(path: str) -> SourceFile | None:
    """The splits of the data set that a path leads to or into (`data/train/0.parquet` is three folders deep)."""
    place = Path(path).expanduser()
    for root in (place, *list(place.parents)[:3]):
        if (root / _SPLITS).is_file():
            return source_file(root / _SPLITS, root, "parquet")
    return None
