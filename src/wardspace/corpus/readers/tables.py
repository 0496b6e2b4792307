"""The tables of a published format: which files of a folder hold them, and opening one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import pyarrow.parquet as pq

from wardspace.config.corpus.source import LimitsConfig
from wardspace.core.errors import CorpusError
from wardspace.corpus.readers.columns import stored_names
from wardspace.corpus.readers.csv.reader import DelimitedReader
from wardspace.corpus.readers.files import SourceFile, format_of, paths_behind, source_file
from wardspace.corpus.readers.parquet import ArrowFaults, ParquetReader
from wardspace.corpus.readers.row import Reader

KINDS = ("csv", "tsv", "parquet")
"""Formats a table may be stored in."""

_MOST_NAMED = 8


class Tables:
    """The tables behind a path: each a file of its name (in whatever case), or the files of a folder of its name.

    Parameters
    ----------
    path : str
        A folder, searched with its subfolders, or the file of `main`; then others are searched in its folder.
    names : sequence of str
        Tables to look for.
    main : str
        The table that a file given as `path` is, whatever its name.
    limits : LimitsConfig
        How large a file may be.

    Raises
    ------
    CorpusError
        If there is no such path.
    """

    def __init__(self, path: str, names: Sequence[str], main: str, limits: LimitsConfig | None = None) -> None:
        self._path, self._limits = path, limits or LimitsConfig()
        self._found: dict[str, list[Path]] = {}
        place = Path(path).expanduser()
        if place.is_file():
            self._found[main] = [place]
            names = [name for name in names if name != main]
            paths, self._root = sorted(p for p in place.parent.iterdir() if p.is_file()), place.parent
        else:
            paths, self._root = paths_behind(path)
        self.seen = [p.relative_to(self._root).as_posix() for p in paths]
        for name in names:
            own = [p for p in paths if _is_table(p, self._root, name)]
            if own:
                self._found[name] = own

    def get(self, name: str) -> list[SourceFile]:
        """Files of a table; none if it is not there.

        Raises
        ------
        CorpusError
            If several files claim to be the table, or one of them is empty or cannot be read.
        """
        own = self._found.get(name, [])
        self._check_alone(name, own)
        return self._files(own)

    def need(self, name: str, why: str) -> list[SourceFile]:
        """Files of a table that must be there.

        Raises
        ------
        CorpusError
            If it is not, with what the folder holds instead.
        """
        if name not in self._found:
            held = ", ".join(self.seen[:_MOST_NAMED]) + (" …" if len(self.seen) > _MOST_NAMED else "")
            raise CorpusError(
                f"no table {name}: {why}",
                where=self._path,
                fix=f"put {name}.csv (or .csv.gz, .tsv, .parquet) there; the folder holds {held or 'no files'}",
            )
        return self.get(name)

    def files(self) -> list[SourceFile]:
        """All files found, in the order of the tables, needed or not."""
        return [file for own in self._found.values() for file in self._files(own)]

    def _files(self, paths: list[Path]) -> list[SourceFile]:
        return [source_file(p, self._root, format_of(p) or "csv", self._limits) for p in paths]

    def _check_alone(self, name: str, own: list[Path]) -> None:
        if len(own) > 1 and any(_stem(p) == name.casefold() for p in own):
            raise CorpusError(
                f"several files for table {name}: {', '.join(p.name for p in own)}",
                where=self._path,
                fix="leave one of them there, or name the file itself in corpus.source.path",
            )


def open_table(file: SourceFile, needed: tuple[str, ...], encoding: str, scratch: Path) -> Reader:
    """A reader of one file of a table; columns are found in whatever case their names are written."""
    if file.format == "parquet":
        return ParquetReader(file, needed, scratch, encoding, any_case=True)
    return DelimitedReader(file, needed, encoding, any_case=True)


def has_column(file: SourceFile, name: str, known: str, encoding: str) -> bool:
    """Whether a file of a table has a column, in whatever case; `known` is one that it must have."""
    if file.format == "parquet":
        with ArrowFaults(file.name), pq.ParquetFile(file.path) as opened:
            existing = opened.schema_arrow.names
    else:
        existing = DelimitedReader(file, (known,), encoding, any_case=True).columns
    return stored_names(existing, (name,))[0] in existing


def opener(file: SourceFile, encoding: str, scratch: Path) -> Callable[[tuple[str, ...]], Reader]:
    """What opens this file for the columns it is asked for."""
    return lambda columns: open_table(file, columns, encoding, scratch)


def _is_table(path: Path, root: Path, name: str) -> bool:
    if format_of(path) not in KINDS:
        return False
    folded = name.casefold()
    return _stem(path) == folded or (path.parent != root and path.parent.name.casefold() == folded)


def _stem(path: Path) -> str:
    bare = path.with_suffix("") if path.suffix.lower() == ".gz" else path
    return bare.stem.casefold()
