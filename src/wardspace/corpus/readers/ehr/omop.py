"""OMOP Common Data Model: the NOTE table, with PERSON, VISIT_OCCURRENCE and CONCEPT where they are there.

Reference: OMOP CDM 5.4, https://ohdsi.github.io/CommonDataModel/cdm54.html. The source is a folder of the tables as
CSV (parted by comma or tab, names in upper or lower case) or Parquet, or the URL of a database.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from wardspace.config import ColumnsConfig, SourceConfig
from wardspace.config.corpus.cleaning import MissingConfig
from wardspace.core.files import file_digest
from wardspace.corpus.prepare.rejects import Fault
from wardspace.corpus.readers.derived import Check, Derived, DerivingReader
from wardspace.corpus.readers.ehr.omop_lookups import Lookups
from wardspace.corpus.readers.files import SourceFile
from wardspace.corpus.readers.row import Reader
from wardspace.corpus.readers.tables import Tables, has_column, opener
from wardspace.corpus.values.canonical import Keys

COLUMNS = ColumnsConfig(
    note_id="note_id", patient_id="person_id", time="note_time", text="note_text", metadata=["note_class"]
)
"""Roles of the columns of OMOP; `note_time` is note_datetime or, where that is empty, note_date."""

NO_PERSON = Fault("note without a person", "the note has no person_id")
UNKNOWN_PERSON = Fault("unknown person", "the note's person_id is not in PERSON")

CONCEPTS = {
    "note_type": "note_type_concept_id",
    "note_class": "note_class_concept_id",
    "language": "language_concept_id",
}
"""Columns of names: the name in CONCEPT of a concept id of the note; the id itself where there is none."""
OF_PERSON = ("gender", "year_of_birth")
"""Columns from PERSON."""
OF_VISIT = ("visit_type", "visit_start_date")
"""Columns from VISIT_OCCURRENCE."""

_TABLES = ("NOTE", "PERSON", "VISIT_OCCURRENCE", "CONCEPT")


def is_database(path: str) -> bool:
    """Whether a path is the URL of a database, or names the environment variable that holds it."""
    return "://" in path or path.startswith("env:")


def omop_files(config: SourceConfig) -> list[SourceFile]:
    """The files of the tables; none where the source is a database."""
    path = config.path or ""
    return [] if is_database(path) else Tables(path, _TABLES, "NOTE").files()


def omop_content(config: SourceConfig) -> list[tuple[str, str]]:
    """Name and digest of each file; of a database, the digest of everything that notes can be made of."""
    if is_database(config.path or ""):
        from wardspace.corpus.readers.ehr.omop_database import Database  # noqa: PLC0415  (an extra)

        return [Database(config).content((*CONCEPTS, *OF_PERSON, *OF_VISIT))]
    return [(file.name, file_digest(file.path)) for file in omop_files(config)]


def open_omop(config: SourceConfig, needed: tuple[str, ...], scratch: Path, missing: MissingConfig) -> list[Reader]:
    """A reader of the NOTE table, each row joined with what the columns ask for.

    Raises
    ------
    CorpusError
        If a table that is needed or a column of it is missing or damaged, or the database cannot be reached.
    """
    keys = Keys(missing)
    if is_database(config.path or ""):
        from wardspace.corpus.readers.ehr.omop_database import Database  # noqa: PLC0415  (an extra)

        database = Database(config)
        return [_reader(database.reader, needed, {}, _times(database.has_datetime, keys), _person_of_database)]
    tables = Tables(config.path or "", _TABLES, "NOTE", config.limits)
    notes = tables.need("NOTE", "it holds the notes of OMOP")
    lookups = Lookups(tables, config.encoding, scratch, keys)
    derived = _joined(lookups, needed)
    lookups.load(derived)
    person = Check(("person_id",), lookups.person_fault(NO_PERSON, UNKNOWN_PERSON))
    readers = []
    for file in notes:
        times = _times(has_column(file, "note_datetime", "note_id", config.encoding), keys)
        readers.append(_reader(opener(file, config.encoding, scratch), needed, derived, times, person))
    readers[0].warnings.extend(lookups.warnings)
    return readers


def _reader(
    opening: Callable[[tuple[str, ...]], Reader],
    needed: tuple[str, ...],
    derived: dict[str, Derived],
    times: Derived,
    person: Check,
) -> Reader:
    return DerivingReader(opening, needed, "omop", derived={"note_time": times, **derived}, check=person)


def _times(has_datetime: bool, keys: Keys) -> Derived:
    return Derived(("note_datetime", "note_date") if has_datetime else ("note_date",), keys.first)


def _joined(lookups: Lookups, needed: tuple[str, ...]) -> dict[str, Derived]:
    """The columns asked for that come from other tables than NOTE."""
    known = {name: Derived((column,), lookups.concept) for name, column in CONCEPTS.items()}
    known |= {name: Derived(("person_id",), lookups.of("PERSON", name)) for name in OF_PERSON}
    known |= {name: Derived(("visit_occurrence_id",), lookups.of("VISIT_OCCURRENCE", name)) for name in OF_VISIT}
    return {name: known[name.casefold()] for name in needed if name.casefold() in known}


def _fault_of_database(person: Any, found: Any) -> Fault | None:
    if person is None:
        return NO_PERSON
    return None if found else UNKNOWN_PERSON


_person_of_database = Check(("person_id", "person_found"), _fault_of_database)
