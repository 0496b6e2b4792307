"""Faults that a user can mend, told as what went wrong, where, and what to do."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class WardspaceError(Exception):
    """A fault of the input, the study or the machine; never a bug of the program.

    The command line prints it without a traceback and exits with code 2.

    Parameters
    ----------
    what : str
        What went wrong, in one sentence. Never any text of a note.
    where : str, optional
        The file, row, column or key at fault.
    fix : str, optional
        What the user can do about it.
    """

    exit_code = 2

    def __init__(self, what: str, *, where: str | Path | None = None, fix: str | None = None) -> None:
        super().__init__(what)
        self.what = what
        self.where = None if where is None else str(where)
        self.fix = fix

    def __str__(self) -> str:
        parts = [self.what]
        if self.where:
            parts.append(f"  where: {self.where}".replace("\n", "\\n"))  # a name of a file may hold one
        if self.fix:
            parts.append(f"  to do: {self.fix}")
        return "\n".join(parts)


class StudyError(WardspaceError):
    """One or more mistakes in a study file or in an override."""


class CorpusError(WardspaceError):
    """The notes cannot be read or used as the study asks."""


class ModelError(WardspaceError):
    """A model folder or name cannot be opened."""


class RecipeError(WardspaceError):
    """A model cannot be trained with these options on these notes; with others it may."""


class RunError(WardspaceError):
    """A run folder cannot be used."""


_FIXES = {
    errno.ENOSPC: "free some space or choose another folder with --out; what was there is untouched",
    errno.EACCES: "choose a folder you may write to with --out",
    errno.EPERM: "choose a folder you may write to with --out",
    errno.EROFS: "the disk is read-only; choose another folder with --out",
    errno.EDQUOT: "your quota is used up; free some space or choose another folder with --out",
    errno.ENOTDIR: "there is a file in the place of a folder; choose another folder with --out",
}


@contextmanager
def machine_faults(where: str | Path) -> Iterator[None]:
    """Turn a full disk or an unwritable folder into a `WardspaceError`; anything else passes through."""
    try:
        yield
    except OSError as error:
        if error.errno not in _FIXES:
            raise
        raise WardspaceError(
            f"cannot write: {error.strerror}", where=error.filename or where, fix=_FIXES[error.errno]
        ) from error
