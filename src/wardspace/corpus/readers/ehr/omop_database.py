"""OMOP notes from a database, through SQLAlchemy: joined by the database, streamed a few hundred rows at a time."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from wardspace.config import SourceConfig
from wardspace.core.errors import CorpusError
from wardspace.corpus.readers.columns import check_columns, stored_names
from wardspace.corpus.readers.row import Reader, Row
from wardspace.corpus.values.canonical import canonical

if TYPE_CHECKING:
    import sqlalchemy as sa


def database_url(path: str) -> sa.URL:
    """The URL in a study file, or in the environment variable that it names as `env:NAME`.

    Raises
    ------
    CorpusError
        If SQLAlchemy is missing, it is no URL, or the study file holds a password.
    """
    try:
        from sqlalchemy.engine import make_url  # noqa: PLC0415  (an extra)
        from sqlalchemy.exc import ArgumentError  # noqa: PLC0415
    except ModuleNotFoundError as error:
        raise CorpusError(
            "reading a database needs SQLAlchemy", where="corpus.source.path", fix="pip install 'wardspace[omop]'"
        ) from error
    named = path.startswith("env:")
    text = os.environ.get(path.removeprefix("env:"), "") if named else path
    try:
        url = make_url(text)
    except ArgumentError as error:
        what = f"the environment variable {path.removeprefix('env:')} holds" if named else "this is"
        raise CorpusError(
            f"{what} no URL of a database", where="corpus.source.path", fix="such as postgresql+psycopg://host/name"
        ) from error
    harmless = " ".join(_HARMLESS.values()).split()
    unknown = [key for key in url.query if key.casefold() not in harmless]
    if not named and (url.password or unknown or ";" in f"{url.username}{url.host}{url.database}"):
        raise CorpusError(
            "a password in the study file would be copied into the run folder"
            + (f", and {', '.join(unknown)} may hold one" if unknown else ""),
            where="corpus.source.path",
            fix="put the URL into an environment variable and write env:NAME, or let the driver find the password: by"
            " ?passfile=FILE or ?service=NAME of PostgreSQL, ?read_default_file=FILE of MySQL, an ODBC data source",
        )
    return url


_HARMLESS = {
    "PostgreSQL": "host hostaddr port service servicefile passfile sslmode sslrootcert sslcert sslkey sslcrl"
    " application_name connect_timeout client_encoding options target_session_attrs load_balance_hosts keepalives"
    " keepalives_idle channel_binding require_auth gssencmode krbsrvname",
    "MySQL": "charset unix_socket read_default_file read_default_group ssl_ca ssl_cert ssl_key ssl_disabled",
    "ODBC": "driver encrypt trustservercertificate trusted_connection applicationintent multisubnetfailover timeout",
    "Oracle": "service_name config_dir wallet_location mode",
    "SQLite, DuckDB": "uri cache immutable nolock read_only access_mode",
    "Snowflake, Databricks, Trino": "warehouse role schema catalog http_path",
}
"""Parameters of addresses that hold no secret; any other may."""


def open_engine(url: sa.URL) -> sa.Engine:
    """An engine for a URL; a database file that is not there is not made.

    Raises
    ------
    CorpusError
        If there is no such file.
    """
    import sqlalchemy as sa  # noqa: PLC0415  (an extra)

    if url.get_backend_name() == "sqlite" and url.database and not Path(url.database).is_file():
        raise CorpusError("no such database file", where=url.database, fix="see to corpus.source.path")
    return sa.create_engine(url)


_ROWS = 500
_JOINS = {
    "PERSON": "person_id",
    "VISIT_OCCURRENCE": "visit_occurrence_id",
}
_OF_OTHERS = {
    "year_of_birth": ("PERSON", "year_of_birth"),
    "visit_start_date": ("VISIT_OCCURRENCE", "visit_start_date"),
}
_NAMES = {
    "note_type": ("NOTE", "note_type_concept_id"),
    "note_class": ("NOTE", "note_class_concept_id"),
    "language": ("NOTE", "language_concept_id"),
    "gender": ("PERSON", "gender_concept_id"),
    "visit_type": ("VISIT_OCCURRENCE", "visit_concept_id"),
}
"""Columns of names of concepts, by table and column of the concept's id."""


class Database:
    """The OMOP tables of a database.

    Parameters
    ----------
    config : SourceConfig
        `path` is the URL, or `env:NAME` for the environment variable that holds it; `omop.cdm_schema` the schema.

    Raises
    ------
    CorpusError
        If SQLAlchemy is missing, the database cannot be reached or has no table NOTE.
    """

    def __init__(self, config: SourceConfig) -> None:
        self._schema = config.omop.cdm_schema
        url = database_url(config.path or "")
        self.name = f"{url.get_backend_name()}:note"
        with self._faults():
            self._engine = open_engine(url)
            self._tables = self._find_tables()
        if "NOTE" not in self._tables:
            raise CorpusError(
                "no table note in this database" + (f", schema {self._schema}" if self._schema else ""),
                where=self.name,
                fix="name the schema of the tables in corpus.source.omop.cdm_schema",
            )
        self.has_datetime = self._has("NOTE", "note_datetime")

    def reader(self, columns: tuple[str, ...]) -> Reader:
        """A reader of notes with these columns, of NOTE or joined to it."""
        query = self._query(columns)
        with self._faults(), self._engine.connect() as connection:
            count = int(connection.execute(self._count()).scalar_one())
        return QueryReader(self, query, count)

    def content(self, joined: tuple[str, ...]) -> tuple[str, str]:
        """Name and SHA-256 of every note with every column of NOTE, and of the joined columns that there are."""
        others = [name for name in joined if self._home(name)[0] in self._tables]
        reader = self.reader((*(c.name for c in self._tables["NOTE"].columns), *others))
        hasher = hashlib.sha256()
        for row in reader.rows():
            hasher.update((json.dumps(row.values, ensure_ascii=False) + "\n").encode("utf-8", "surrogatepass"))
        return self.name, hasher.hexdigest()

    def stream(self, query: sa.Select[Any]) -> Iterator[Any]:
        """Rows of a query by a cursor on the server's side, where the database has such."""
        options = {"stream_results": True, "yield_per": _ROWS}
        with self._faults():
            try:
                with self._engine.connect().execution_options(**options) as connection:
                    yield from connection.execute(query)
            finally:
                self._engine.dispose()

    def _find_tables(self) -> dict[str, sa.TableClause]:
        import sqlalchemy as sa  # noqa: PLC0415  (an extra)

        inspector = sa.inspect(self._engine)
        names = [*inspector.get_table_names(self._schema), *inspector.get_view_names(self._schema)]
        stored = {name.upper(): name for name in names}
        return {
            table: sa.table(
                stored[table],
                *(sa.column(c["name"]) for c in inspector.get_columns(stored[table], self._schema)),
                schema=self._schema,
            )
            for table in ("NOTE", *_JOINS, "CONCEPT")
            if table in stored
        }

    def _query(self, columns: tuple[str, ...]) -> sa.Select[Any]:
        import sqlalchemy as sa  # noqa: PLC0415  (an extra)

        note = self._tables["NOTE"]
        origin: Any = note
        for table, link in _JOINS.items():
            # PERSON is joined for the check of every note; a visit only where a column of it is asked for
            if table in self._tables and (table == "PERSON" or any(self._home(c)[0] == table for c in columns)):
                other = self._tables[table]
                origin = origin.outerjoin(other, self._column("NOTE", link) == self._column(table, link))
        chosen = []
        for name in columns:
            column, origin = self._chosen(name, origin)
            chosen.append(column.label(name))
        return sa.select(*chosen).select_from(origin).order_by(self._column("NOTE", "note_id"))

    def _chosen(self, name: str, origin: Any) -> tuple[Any, Any]:
        """The expression of a column, and what it is selected from."""
        import sqlalchemy as sa  # noqa: PLC0415  (an extra)

        if name == "person_found":
            return self._column("PERSON" if "PERSON" in self._tables else "NOTE", "person_id"), origin
        table, column = self._home(name)
        found = self._column(table, column)
        if name.casefold() not in _NAMES or "CONCEPT" not in self._tables:
            return found, origin
        concept = self._tables["CONCEPT"].alias(f"concept_{name.casefold()}")
        key, label = (_by_name(concept.c, part) for part in ("concept_id", "concept_name"))
        return sa.func.coalesce(label, sa.cast(found, sa.String)), origin.outerjoin(concept, found == key)

    def _home(self, name: str) -> tuple[str, str]:
        """Table and column that a column of ours comes from; NOTE has those that no other has."""
        own = name.casefold()
        return _NAMES.get(own) or _OF_OTHERS.get(own) or ("NOTE", name)

    def _column(self, table: str, name: str) -> Any:
        if table not in self._tables:
            raise CorpusError(
                f"no table {table.lower()} in this database", where=self.name, fix="leave its columns out"
            )
        columns = self._tables[table].columns
        check_columns(
            columns.keys(), stored_names(columns.keys(), (name,)), f"{self.name.split(':')[0]}:{table.lower()}"
        )
        return _by_name(columns, name)

    def _has(self, table: str, name: str) -> bool:
        existing = self._tables[table].columns.keys()
        return stored_names(existing, (name,))[0] in existing

    def _count(self) -> sa.Select[Any]:
        import sqlalchemy as sa  # noqa: PLC0415  (an extra)

        return sa.select(sa.func.count()).select_from(self._tables["NOTE"])

    @contextmanager
    def _faults(self) -> Iterator[None]:
        from sqlalchemy.exc import SQLAlchemyError  # noqa: PLC0415  (an extra)

        try:
            yield
        except (SQLAlchemyError, ModuleNotFoundError) as error:
            # the database's own message may quote values, and the address may hold a user's name
            kind = type(getattr(error, "orig", None) or error).__name__
            driver = f"; install the driver {error.name}" if isinstance(error, ModuleNotFoundError) else ""
            raise CorpusError(
                f"the database cannot be read ({kind})",
                where=self.name,
                fix=f"see to the URL in corpus.source.path, and to the right to read the tables{driver}",
            ) from error


class QueryReader:
    """Reads the rows of a query; `size` counts rows.

    Parameters
    ----------
    database : Database
        Where to ask.
    query : Select
        What to ask.
    count : int
        How many rows there are.
    """

    format = "omop"
    encoding: str | None = None

    def __init__(self, database: Database, query: sa.Select[Any], count: int) -> None:
        self.name, self.size = database.name, count
        self.warnings: list[str] = []
        self._database, self._query = database, query
        self._number = 0

    def position(self) -> int:
        """Rows read so far."""
        return min(self._number, self.size)

    def rows(self) -> Iterator[Row]:
        """Yield the rows in the order of note_id."""
        for number, values in enumerate(self._database.stream(self._query), 1):
            self._number = number
            yield Row(number, tuple([_as_stored(value) for value in values]))


def _as_stored(value: Any) -> str | None:
    if isinstance(value, float | Decimal):
        return canonical(value)
    return value if value is None or isinstance(value, str) else str(value)


def _by_name(columns: Any, name: str) -> Any:
    return columns[stored_names(columns.keys(), (name,))[0]]
