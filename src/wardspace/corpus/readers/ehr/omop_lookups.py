"""What OMOP notes are joined with, in a scratch SQLite file: persons and visits are millions, memory stays small."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

from wardspace.core.errors import CorpusError
from wardspace.corpus.note.encoding import choose_encoding
from wardspace.corpus.prepare.rejects import DAMAGED, UNCLOSED, Fault
from wardspace.corpus.readers.columns import check_columns, stored_names
from wardspace.corpus.readers.files import SourceFile, read_faults
from wardspace.corpus.readers.scratch import scratch_database
from wardspace.corpus.readers.tables import Tables, open_table
from wardspace.corpus.values.canonical import Keys

_COLUMNS = {
    "PERSON": ("person_id", "gender_concept_id", "year_of_birth"),
    "VISIT_OCCURRENCE": ("visit_occurrence_id", "visit_concept_id", "visit_start_date"),
    "CONCEPT": ("concept_id", "concept_name"),
}
"""Columns kept of each table: its key first."""
_PLACES = {"gender": 1, "year_of_birth": 2, "visit_type": 1, "visit_start_date": 2}
_NAMED = ("gender", "visit_type")


class Lookups:
    """Rows of PERSON, VISIT_OCCURRENCE and CONCEPT by their key.

    Parameters
    ----------
    tables : Tables
        Where the tables are.
    encoding : str
        Text encoding, or `auto`.
    scratch : Path
        Folder for the SQLite file, which lives only as long as the reading.
    keys : Keys
        Reads ids.
    """

    def __init__(self, tables: Tables, encoding: str, scratch: Path, keys: Keys) -> None:
        self._key = keys.key
        self.warnings: list[str] = []
        self._tables, self._encoding, self._scratch = tables, encoding, scratch
        self._named = bool(tables.get("CONCEPT"))
        self._connection = scratch_database(scratch, "omop.sqlite")
        self._name_of = lru_cache(maxsize=4096)(self._find_name)

    def load(self, columns: Iterable[str]) -> None:
        """Read the tables that these columns need, and PERSON where it is there.

        Raises
        ------
        CorpusError
            If a table or a column of it is missing.
        """
        asked = {name.casefold() for name in columns}
        if asked & {"gender", "year_of_birth"}:
            self._tables.need("PERSON", "gender and year_of_birth are in it")
        if asked & {"visit_type", "visit_start_date"}:
            self._tables.need("VISIT_OCCURRENCE", "visit_type and visit_start_date are in it")
            self._fill("VISIT_OCCURRENCE")
        self._fill("PERSON")
        named = sorted(asked - {"year_of_birth", "visit_start_date"})
        if named:
            self._fill("CONCEPT")
            if not self._named:
                self.warnings.append(f"no table CONCEPT: {', '.join(named)} hold concept ids in place of names")

    def concept(self, identity: Any) -> str | None:
        """Name of a concept; its id where it has none here."""
        known = self._key(identity)
        return None if known is None else self._name_of(known)

    def of(self, table: str, column: str) -> Callable[[Any], Any]:
        """A function from a table's key to the value of a column of ours."""
        place, named = _PLACES[column], column in _NAMED

        def value(identity: Any) -> Any:
            row = self._find(table, identity)
            found = row[place] if row else None
            return self.concept(found) if named else found

        return value

    def person_fault(self, none: Fault, unknown: Fault) -> Callable[[Any], Fault | None]:
        """A function that says what is wrong with a note's person."""
        known = bool(self._tables.get("PERSON"))

        def fault(identity: Any) -> Fault | None:
            if self._key(identity) is None:
                return none
            return unknown if known and self._find("PERSON", identity) is None else None

        return fault

    def _find(self, table: str, identity: Any) -> tuple[Any, ...] | None:
        query = f"SELECT * FROM {table} WHERE {_COLUMNS[table][0]} = ?"
        found: tuple[Any, ...] | None = self._connection.execute(query, (self._key(identity),)).fetchone()
        return found

    def _find_name(self, identity: str) -> str:
        if not self._named:
            return identity
        row = self._find("CONCEPT", identity)
        return str(row[1]) if row and row[1] else identity

    def _fill(self, table: str) -> None:
        columns = _COLUMNS[table]
        defined = ", ".join(f"{name} TEXT" for name in columns)
        self._connection.execute(f"CREATE TABLE {table} ({defined}, PRIMARY KEY ({columns[0]})) WITHOUT ROWID")
        self._connection.execute("BEGIN")
        marks = ", ".join("?" * len(columns))
        for file in self._tables.get(table):
            rows = ((self._key(row[0]), *row[1:]) for row in self._rows(file, columns) if self._key(row[0]))
            self._connection.executemany(f"INSERT OR IGNORE INTO {table} VALUES ({marks})", rows)
        self._connection.execute("COMMIT")

    def _rows(self, file: SourceFile, columns: tuple[str, ...]) -> Iterator[tuple[Any, ...]]:
        if columns == _COLUMNS["CONCEPT"] and file.format != "parquet":
            plain = _unquoted_rows(file, columns, self._encoding)
            if plain is not None:
                yield from plain
                return
        damaged = 0
        for row in open_table(file, columns, self._encoding, self._scratch).rows():
            if row.fault and row.fault.kind in (DAMAGED, UNCLOSED):
                raise CorpusError(
                    f"a table that notes are joined with is damaged: {row.fault.reason}",
                    where=f"{file.name}, line {row.number}",
                    fix="export the file again",
                )
            if row.values is None:
                damaged += 1
            else:
                yield row.values
        if damaged:
            self.warnings.append(f"{file.name}: {damaged} rows could not be read")


def _unquoted_rows(file: SourceFile, columns: tuple[str, ...], encoding: str) -> Iterator[tuple[str, ...]] | None:
    """Rows of a vocabulary file as Athena gives it: parted by tabs, quotes being signs like any other."""
    with read_faults(str(file.path)):
        chosen = choose_encoding(encoding, file.sample(), where=file.name).name
        with file.open_text(chosen, "\n") as (handle, _):
            header = handle.readline().removeprefix("\ufeff").rstrip("\r\n").split("\t")
    if len(header) == 1:
        return None
    stored = stored_names(header, columns)
    check_columns(header, stored, file.name, fix="take the file as Athena gives it")
    return _split_lines(file, [header.index(name) for name in stored], chosen)


def _split_lines(file: SourceFile, places: list[int], encoding: str) -> Iterator[tuple[str, ...]]:
    with read_faults(str(file.path)), file.open_text(encoding, "\n") as (handle, _):
        handle.readline()
        for number, line in enumerate(handle, 2):
            fields = line.rstrip("\r\n").split("\t")
            if len(fields) <= max(places):
                raise CorpusError(
                    "a row of the vocabulary with too few fields",
                    where=f"{file.name}, line {number}",
                    fix="take the file as Athena gives it",
                )
            yield tuple([fields[i] for i in places])
