"""Notes that belong to no study: their columns, the readers of their files, and rows of them that are no notes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple, Protocol

from wardspace.config import ColumnsConfig, SourceConfig
from wardspace.config.corpus.cleaning import MissingConfig
from wardspace.core.errors import CorpusError
from wardspace.corpus.prepare.rejects import Rejects
from wardspace.corpus.readers import FORMATS, Reader, open_readers
from wardspace.corpus.readers.columns import MissingColumnsError, no_rows
from wardspace.corpus.schema import Roles, resolve_roles


class Asked(Protocol):
    """What is said of a source, such as `OwnColumns`."""

    @property
    def source(self) -> SourceConfig:
        """A source of any format that has a path."""
        ...

    @property
    def text(self) -> str | None:
        """Column of the text; None for that of the format, as for the next."""
        ...

    @property
    def note_id(self) -> str | None:
        """Column of the id."""
        ...

    @property
    def patient_id(self) -> str | None:
        """Column of the patient; None for none."""
        ...

    @property
    def missing(self) -> MissingConfig:
        """Words for missing values."""
        ...

    @property
    def patient_optional(self) -> bool:
        """Whether notes may lack the column of patients."""
        ...


class OpenSource(NamedTuple):
    """A source that is being read."""

    roles: Roles
    readers: list[Reader]
    warnings: list[str]
    """That patients are not known, where they should be."""


def open_source(
    asked: Asked, work: Path, without_patients: str, *, time: str | None = None, metadata: Sequence[str] = ()
) -> OpenSource:
    """Open the files of a source with the columns that are read.

    Parameters
    ----------
    asked : Asked
        The source and its columns.
    work : Path
        A folder for what is unpacked.
    without_patients : str
        What follows where an optional column of patients is not there, for a warning.
    time : str, optional
        Column of the time.
    metadata : sequence of str
        Further columns.

    Raises
    ------
    MissingColumnsError
        If there is no such column.
    """

    def opened(patient_id: str | None, warnings: list[str]) -> OpenSource:
        roles = roles_of(asked.source, asked.text, asked.note_id, patient_id, time=time, metadata=metadata)
        return OpenSource(roles, open_readers(asked.source, roles.needed, work, asked.missing), warnings)

    try:
        return opened(asked.patient_id, [])
    except MissingColumnsError as error:
        if not asked.patient_optional or error.names != (asked.patient_id,):
            raise
    return opened(None, [f"there is no column {asked.patient_id!r}, as in the model's study: {without_patients}"])


def roles_of(
    source: SourceConfig,
    text: str | None,
    note_id: str | None,
    patient_id: str | None = None,
    *,
    time: str | None = None,
    metadata: Sequence[str] = (),
) -> Roles:
    """Which columns are read: those that are named, else the format's own."""
    known = FORMATS.get(source.format)
    columns = known.columns(ColumnsConfig()) if known and known.columns else ColumnsConfig()
    named = ColumnsConfig(
        note_id=note_id or columns.note_id,
        patient_id=patient_id,
        time=time,
        text=text or columns.text,
        metadata=list(metadata),
    )
    return resolve_roles(named, None)


@contextmanager
def options_named(options: str) -> Iterator[None]:
    """There is no study here to name columns in: options of the command line do."""
    try:
        yield
    except MissingColumnsError as error:
        raise CorpusError(error.what, where=error.where, fix=f"name the columns with {options}") from error


def nothing_read(
    source: SourceConfig, readers: Sequence[Reader], rejects: Rejects, lacking: str = "no row is a note"
) -> CorpusError:
    """What is wrong with a source of which no row can be used; `lacking` says what none is."""
    if not rejects.counts:
        return CorpusError(no_rows(readers), where=source.path, fix="export the notes again")
    reasons = ", ".join(f"{count} {kind}" for kind, count in rejects.counts.most_common())
    return CorpusError(f"{lacking} ({reasons})", where=source.path, fix="name --id and --text")


def keep_rejects(counts: Counter[str], written: Path, target: Path) -> None:
    """Put the file of rows that were left out in its place, or take an older one away where there are none."""
    if counts:
        written.replace(target)
    else:
        target.unlink(missing_ok=True)
