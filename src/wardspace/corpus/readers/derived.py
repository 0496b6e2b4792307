"""Rows of a table with more columns, worked out from those of the file."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from operator import itemgetter
from typing import Any, NamedTuple

from wardspace.corpus.prepare.rejects import Fault
from wardspace.corpus.readers.row import Reader, Row


class Derived(NamedTuple):
    """A column worked out from others of the same row."""

    inputs: tuple[str, ...]
    """Columns of the file."""
    value: Callable[..., Any]
    """Gives the value from those of the inputs."""


class Check(NamedTuple):
    """Which rows a format itself marks as not to be used."""

    inputs: tuple[str, ...]
    """Columns of the file."""
    fault: Callable[..., Fault | None]
    """Gives what is wrong, from the values of the inputs."""


class DerivingReader:
    """Reads a file through another reader and completes its rows; a reader like any other.

    Parameters
    ----------
    opening : function
        Opens the reader of the file for the columns it is asked for.
    needed : tuple of str
        Columns to read, of the file or derived (those in whatever case).
    format_ : str
        Name of the format.
    derived : mapping of Derived
        Columns that can be worked out, by their name.
    check : Check, optional
        Rows to leave out.
    """

    def __init__(
        self,
        opening: Callable[[tuple[str, ...]], Reader],
        needed: tuple[str, ...],
        format_: str,
        *,
        derived: Mapping[str, Derived] | None = None,
        check: Check | None = None,
    ) -> None:
        known = {name.casefold(): column for name, column in (derived or {}).items()}
        asked = [known.get(name.casefold()) or Derived((name,), _same) for name in needed]
        inputs = [name for column in asked for name in column.inputs]
        columns = tuple(dict.fromkeys((*inputs, *(check.inputs if check else ()))))
        self._inner = opening(columns)
        self._getters = [_getter(column.value, columns, column.inputs) for column in asked]
        self._fault = _getter(check.fault, columns, check.inputs) if check else None
        self.format = format_
        self.name, self.size, self.encoding = self._inner.name, self._inner.size, self._inner.encoding

    @property
    def warnings(self) -> list[str]:
        """What a reader of the results must know about how this file was read."""
        return self._inner.warnings

    def position(self) -> int:
        """How much of `size` is read."""
        return self._inner.position()

    def rows(self) -> Iterator[Row]:
        """Yield the rows; one that the format marks as not to be used has values and a fault."""
        getters, check = self._getters, self._fault
        for number, values, fault, _ in self._inner.rows():
            if values is None:
                yield Row(number, None, fault)
                continue
            completed = tuple([getter(values) for getter in getters])
            yield Row(number, completed, fault or (check(values) if check else None))


def _same(value: Any) -> Any:
    return value


def _getter(
    value: Callable[..., Any], columns: tuple[str, ...], inputs: tuple[str, ...]
) -> Callable[[tuple[Any, ...]], Any]:
    """A function of the row's values that works out one value of it."""
    places = [columns.index(name) for name in inputs]
    if value is _same:
        return itemgetter(places[0])
    return lambda row: value(*[row[i] for i in places])
