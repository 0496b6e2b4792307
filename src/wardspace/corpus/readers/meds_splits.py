"""The splits of a MEDS data set's subjects, held as two arrays so that millions of them stay small."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from wardspace.core.errors import CorpusError
from wardspace.corpus.readers.columns import check_columns
from wardspace.corpus.readers.parquet import ArrowFaults


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
            raise CorpusError(f"a subject stands in two splits: {first}", where=name, fix="give each subject one split")
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
