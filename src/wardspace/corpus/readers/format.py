"""What a format is: how it is opened, and which roles its columns have by themselves."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from wardspace.config import ColumnsConfig, SourceConfig
from wardspace.config.corpus.cleaning import MissingConfig
from wardspace.corpus.readers.files import SourceFile
from wardspace.corpus.readers.row import Reader

Columns = tuple[str, ...]


@dataclass(frozen=True)
class Format:
    """One way in which notes are stored.

    Parameters
    ----------
    about : str
        A line for people.
    open : function
        Readers of a source, each checked to have the columns that are needed; the folder is for files that live only as
        long as the reading, and joins read ids with the study's words for missing values.
    columns : function, optional
        Fills in the roles that a study leaves open, where the format itself says what its columns mean.
    files : function, optional
        Files that the notes and what is joined to them are read from; by default those behind the path.
    content : function, optional
        Name and digest of each thing that the notes are read from; by default those of the files.
    suffixes : tuple of str
        Endings of its files, where other files cannot be of the format.
    """

    about: str
    open: Callable[[SourceConfig, Columns, Path, MissingConfig], list[Reader]]
    columns: Callable[[ColumnsConfig], ColumnsConfig] | None = None
    files: Callable[[SourceConfig], list[SourceFile]] | None = None
    content: Callable[[SourceConfig], list[tuple[str, str]]] | None = None
    suffixes: tuple[str, ...] = ()


def filled(columns: ColumnsConfig, own: ColumnsConfig) -> ColumnsConfig:
    """The roles of a study, with a format's own in the place of those that the study leaves at their defaults.

    A default that is written out counts as left open too: the study.yaml of a run folder holds every default, and
    must mean the same as the study file that it came from.
    """
    defaults = ColumnsConfig()
    open_ = {name: value for name, value in own if getattr(columns, name) == getattr(defaults, name)}
    return columns.model_copy(update=open_)


def own_columns(columns: ColumnsConfig) -> Callable[[ColumnsConfig], ColumnsConfig]:
    """Fills a study's open roles with these."""
    return partial(filled, own=columns)
