"""Telling which columns are missing, without telling what is no column name."""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Iterator, Sequence

from wardspace.core.errors import CorpusError
from wardspace.corpus.prepare.rejects import Fault
from wardspace.corpus.readers.files import SourceFile
from wardspace.corpus.readers.row import Reader, Row


class EmptyReader:
    """Reads an empty file.

    Parameters
    ----------
    file : SourceFile
        The file.
    """

    encoding: str | None = None
    size = 0

    def __init__(self, file: SourceFile) -> None:
        self.name, self.format = file.name, file.format
        self.warnings: list[str] = [f"{file.name}: the file is empty"]

    def rows(self) -> Iterator[Row]:
        """Yield what is wrong."""
        yield Row(1, None, Fault("empty file", "the file is empty"))

    def position(self) -> int:
        """Nothing is read."""
        return 0


def no_rows(readers: Sequence[Reader]) -> str:
    """What is wrong with sources of which none has a row."""
    tables = all(reader.format in ("csv", "tsv") for reader in readers)
    if len(readers) == 1:
        return "the file holds a header and no rows" if tables else "there is no note in it"
    return "the files hold headers and no rows" if tables else "there is no note in them"


_LONGEST_NAME = 64
_MOST_NAMES = 40


class MissingColumnsError(CorpusError):
    """Columns that are not there, and that can be named otherwise: in corpus.columns, where there is a study."""


def check_columns(existing: Sequence[str], needed: Sequence[str], where: str, *, fix: str = "") -> None:
    """Check that the columns needed are there, once each.

    Raises
    ------
    CorpusError
        Naming every missing column with the nearest that exists, and those that exist.
    """
    missing = [name for name in needed if name not in existing]
    if missing:
        named = "; ".join(f"{name!r}{_nearest(name, existing)}" for name in missing)
        plural = "s" if len(missing) > 1 else ""
        what = f"missing column{plural}: {named}\n  {_listed(existing)}"
        if fix:
            raise CorpusError(what, where=where, fix=fix)
        raise MissingColumnsError(what, where=where, fix="name the columns in corpus.columns")
    twice = sorted(name for name, count in Counter(existing).items() if count > 1 and name in needed)
    if twice:
        raise CorpusError(f"two columns of the same name: {', '.join(twice)}", where=where, fix="rename one of them")


def stored_names(existing: Sequence[str], needed: Sequence[str]) -> tuple[str, ...]:
    """The columns needed under the names that the source gives them, where those differ in case or outer blanks only.

    Formats that publish the names of their columns are found in the wild in upper and in lower case. A name that is
    there as it is wins; one that is not there at all stays as it is, for `check_columns` to tell.
    """
    folded: dict[str, str] = {}
    for name in existing:
        folded.setdefault(_folded(name), name)
    return tuple(name if name in existing else folded.get(_folded(name), name) for name in needed)


def _folded(name: str) -> str:
    return name.casefold().strip()


def _nearest(name: str, existing: Sequence[str]) -> str:
    if not is_header(existing):
        return ""
    folded = {other.casefold().strip(): other for other in existing}
    near = difflib.get_close_matches(name.casefold(), folded, n=1)
    return f" (did you mean {folded[near[0]]!r}?)" if near else ""


def is_header(names: Sequence[str]) -> bool:
    """Whether these look like names of columns; the first line of a file without a header is somebody's note."""
    return all(len(name) <= _LONGEST_NAME and "\n" not in name and name.isprintable() for name in names)


def _listed(existing: Sequence[str]) -> str:
    if not is_header(existing):
        return f"the first line has {len(existing)} fields that do not look like column names: is there a header?"
    more = f" and {len(existing) - _MOST_NAMES} more" if len(existing) > _MOST_NAMES else ""
    return f"there are: {', '.join(existing[:_MOST_NAMES])}{more}"
