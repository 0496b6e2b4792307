"""What a kept model must be to fill fields, or to say what notes say of their mentions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple, Protocol, runtime_checkable

from wardspace.config.fields import SourceKey
from wardspace.tasks.assertions.context import Assertion, Stretch
from wardspace.tasks.fields.values import Value


class ReadNote(NamedTuple):
    """A note whose fields are filled."""

    text: str
    mentions: Sequence[Value]
    """What models of entities have found in it, where they were asked before."""


class Filler(Protocol):
    """A kept model that finds values in notes."""

    @property
    def source(self) -> SourceKey:
        """The key of `from` by which a field asks for what it finds."""
        ...

    @property
    def names(self) -> Sequence[str] | None:
        """What that key may name: types, labels; None where the model does not say."""
        ...

    @property
    def scripts(self) -> tuple[str, ...]:
        """Scripts of the texts that it was calibrated on: notes in others are not given to it."""
        ...

    def found(self, notes: Sequence[ReadNote], asked: Sequence[str]) -> Iterable[list[Value]]:
        """All values in each note; `asked` is what fields name by its key, which is the `type` of the values."""
        ...


@runtime_checkable
class Judge(Protocol):
    """A kept model that says what notes say of their mentions."""

    def assertions(self, texts: Sequence[str], mentions: Sequence[Sequence[Stretch]]) -> Sequence[Sequence[Assertion]]:
        """What each text says of each mention in it."""
        ...


@runtime_checkable
class Opener(Protocol):
    """A kind of task that opens what its settings have kept."""

    def load(self, folder: Path) -> Filler | Judge:
        """Open a folder; see `wardspace.tasks.kept`.

        Raises
        ------
        ModelError
            If a file is absent, damaged, or of another kind of task.
        """
        ...
