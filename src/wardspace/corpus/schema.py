"""The columns of a corpus: which roles there are, and the Arrow schema that follows from them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pyarrow as pa

from wardspace.config import ColumnsConfig
from wardspace.core.errors import CorpusError

SCHEMA_VERSION = 1
"""Version of the corpus folder; raised when an older reader would misread it."""
SPLITS = ("train", "validation", "test")
"""Names of the splits."""
FIXED = ("note_id", "patient_id", "time", "text", "split")
"""Columns every corpus has, in their order; the user's own follow."""


SPLIT = "wardspace:split"
"""Column of our own of a source that is given split by split: the split that each file is of."""
TOKENS, FILE, ROW = "wardspace:tokens", "wardspace:file", "wardspace:row"
"""Columns of our own between the two passes, named so that no column of a study has their names."""


@dataclass(frozen=True)
class Roles:
    """Which source column plays which role."""

    note_id: str | None
    patient_id: str | None
    time: str | None
    text: str
    metadata: tuple[str, ...]
    labels: tuple[str, ...]
    spans: tuple[str, ...]
    stratify: str | None
    split: str | None = None
    auxiliary: tuple[str, ...] = ()
    """Columns that are read but not kept: what tells versions of a note."""
    names: tuple[str, ...] = ()
    """Columns that are read but not kept: names of the patient."""
    time_format: str | None = None
    """How times are written, where the study says so."""
    auxiliary_times: tuple[str, ...] = ()
    """Which of the auxiliary columns are times."""
    texts: tuple[str, ...] = ()
    """Which of metadata and labels hold text."""
    paired: tuple[str, ...] = ()
    """Which of these make a pair with the note."""

    @property
    def categories(self) -> tuple[str, ...]:
        """Metadata and labels, each once."""
        return tuple(dict.fromkeys((*self.metadata, *self.labels)))

    @property
    def times(self) -> tuple[str, ...]:
        """Columns that are read as times, each once."""
        return tuple(dict.fromkeys(name for name in (self.time, *self.auxiliary_times) if name))

    @property
    def needed(self) -> tuple[str, ...]:
        """Source columns that are read, each once."""
        single = (self.note_id, self.patient_id, self.time, self.text, self.stratify, self.split)
        return tuple(
            dict.fromkeys(
                name for name in (*single, *self.categories, *self.spans, *self.auxiliary, *self.names) if name
            )
        )


def resolve_roles(
    columns: ColumnsConfig,
    stratify: str | None,
    auxiliary: tuple[str, ...] = (),
    names: tuple[str, ...] = (),
    auxiliary_times: tuple[str, ...] = (),
) -> Roles:
    """Check the roles of a study.

    Raises
    ------
    CorpusError
        If a metadata, label or span column bears a name that every corpus gives to something else, or has two roles
        that exclude each other.
    """
    own = (*columns.metadata, *columns.labels, *columns.spans)
    for name in own:
        if name in FIXED:
            raise CorpusError(
                f"the column name {name!r} is taken: every corpus has a column of that name",
                where="corpus.columns",
                fix=f"rename the column in the source; taken are {', '.join(FIXED)}",
            )
    texts = tuple(dict.fromkeys((*columns.texts, *columns.paired)))
    if unread := [name for name in texts if name not in (*columns.metadata, *columns.labels)]:
        raise CorpusError(
            f"{', '.join(unread)}: a column of texts is metadata or a label too",
            where="corpus.columns.texts",
            fix="add it to corpus.columns.metadata or labels",
        )
    both = set(columns.spans) & {*columns.metadata, *columns.labels}
    if both:
        raise CorpusError(
            f"{', '.join(sorted(both))}: a column of spans cannot be metadata or a label too", where="corpus.columns"
        )
    return Roles(
        note_id=columns.note_id,
        patient_id=columns.patient_id,
        time=columns.time,
        text=columns.text,
        metadata=tuple(dict.fromkeys(columns.metadata)),
        labels=tuple(dict.fromkeys(columns.labels)),
        spans=tuple(dict.fromkeys(columns.spans)),
        stratify=stratify or next((name for name in columns.labels if name not in texts), None),
        split=columns.split,
        auxiliary=auxiliary,
        names=tuple(dict.fromkeys(names)),
        time_format=columns.time_format,
        auxiliary_times=auxiliary_times,
        texts=texts,
        paired=tuple(dict.fromkeys(columns.paired)),
    )


def note_schema(roles: Roles, span_types: Mapping[str, pa.DataType]) -> pa.Schema:
    """Arrow schema of `notes/part-*.parquet`: the fixed columns, metadata, labels, spans."""
    required = {"note_id", "patient_id", "text", "split"}
    fixed = [pa.field(name, pa.string(), nullable=name not in required) for name in FIXED]
    own = [pa.field(name, pa.string()) for name in roles.categories]
    return pa.schema([*fixed, *own, *(pa.field(name, span_types[name]) for name in roles.spans)])


def spool_schema(roles: Roles) -> pa.Schema:
    """Arrow schema of the notes between the two passes: no split yet, spans as JSON, and the place of each row."""
    names = ["note_id", "patient_id", "time", "text", *roles.categories, *roles.spans]
    own = [pa.field(name, pa.string()) for name in names]
    return pa.schema([*own, (TOKENS, pa.int64()), (FILE, pa.string()), (ROW, pa.int64())])
