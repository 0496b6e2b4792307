"""Telling which columns are missing, without telling what is no column name."""

from __future__ import annotations

import difflib
import re
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

    def __init__(self, what: str, names: Sequence[str], *, where: str, fix: str) -> None:
        super().__init__(what, where=where, fix=fix)
        self.names = tuple(names)


_NAME_WORDS = (
    "age author body category class code content date datetime day department diagnosis doc document encounter gender"
    " hadm icd id ids key kind label language name no note notes nr number patient person pid report row sex source"
    " specialty split status subject text time title type version visit year"
)
"""Words that names of columns are made of."""


def check_columns(
    existing: Sequence[str], needed: Sequence[str], where: str, *, fix: str = "", first_line: bool = False
) -> None:
    """Check that the columns needed are there, once each.

    Parameters
    ----------
    existing, needed : sequence of str
        Names of columns.
    where : str
        The file.
    fix : str
        What to do; by default, to name the columns in corpus.columns.
    first_line : bool
        Whether the existing ones are the first line of a file, which has no header perhaps: then they are a note.

    Raises
    ------
    CorpusError
        Naming every missing column with the nearest that exists, and those that exist. What may be a note is not shown.
    """
    missing = [name for name in needed if name not in existing]
    if missing:
        shown = is_header(existing) and (not first_line or _shows_names(existing, needed))
        named = "; ".join(f"{name!r}{_nearest(name, existing) if shown else ''}" for name in missing)
        plural = "s" if len(missing) > 1 else ""
        what = f"missing column{plural}: {named}\n  {_listed(existing) if shown else _counted(existing)}"
        if fix:
            raise CorpusError(what, where=where, fix=fix)
        raise MissingColumnsError(what, missing, where=where, fix="name the columns in corpus.columns")
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
    folded = {other.casefold().strip(): other for other in existing}
    near = difflib.get_close_matches(name.casefold(), folded, n=1)
    return f" (did you mean {folded[near[0]]!r}?)" if near else ""


def is_header(names: Sequence[str]) -> bool:
    """Whether these look like names of columns; the first line of a file without a header is somebody's note."""
    return all(len(name) <= _LONGEST_NAME and "\n" not in name and name.isprintable() for name in names)


def _shows_names(fields: Sequence[str], needed: Sequence[str]) -> bool:
    """Whether a first line is surely a header: it holds a column needed, or half of it is made of words for columns.

    A field of three digits is an id, a date or a number of a patient.
    """
    if any(sum(sign.isdigit() for sign in field) >= 3 or field.strip().isdigit() for field in fields):
        return False
    folded = [_folded(field) for field in fields]
    if any(difflib.get_close_matches(_folded(name), folded, n=1, cutoff=0.8) for name in needed):
        return True
    known = set(_NAME_WORDS.split())
    words = [re.findall(r"[^\W\d_]+", field) for field in folded]
    return 2 * sum(bool(some) and known.issuperset(some) for some in words) >= len(fields)


def _counted(fields: Sequence[str]) -> str:
    return f"the first line has {len(fields)} fields that do not look like column names: is there a header?"


def _listed(existing: Sequence[str]) -> str:
    more = f" and {len(existing) - _MOST_NAMES} more" if len(existing) > _MOST_NAMES else ""
    return f"there are: {', '.join(existing[:_MOST_NAMES])}{more}"
