"""`wardspace ls`."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer
from rich.table import Table

from wardspace.core.terminal import Terminal


class Kind(StrEnum):
    """What can be listed."""

    objectives = "objectives"
    readers = "readers"
    tasks = "tasks"
    models = "models"
    options = "options"


def ls(kind: Annotated[Kind | None, typer.Argument(help="What to list; all if not given.")] = None) -> None:
    """List objectives, readers, tasks, models, and the options that a search can vary."""
    console = Terminal()
    listings = {
        Kind.objectives: _objectives,
        Kind.readers: _readers,
        Kind.tasks: _tasks,
        Kind.models: _models,
        Kind.options: _options,
    }
    for name, listing in listings.items():
        if kind in (None, name):
            table = Table(name.value, "", box=None, pad_edge=False)
            for row in listing().items():
                table.add_row(*row)
            console.print(table)
            console.print()


def _first_line(text: str | None) -> str:
    return (text or "").strip().splitlines()[0]


def _objectives() -> dict[str, str]:
    from wardspace.config import OBJECTIVES

    return {kind: _first_line(section.__doc__) for kind, section in OBJECTIVES.sections.items()}


def _tasks() -> dict[str, str]:
    from wardspace.tasks import KINDS

    return {
        name: f"{_first_line(kind.config.__doc__)} Settings: {', '.join(kind.words.settings)}."
        for name, kind in KINDS.items()
    }


def _readers() -> dict[str, str]:
    from wardspace.corpus import READERS

    return dict(READERS)


def _models() -> dict[str, str]:
    from wardspace.models.files.bases import BASES

    return {name: base.about for name, base in BASES.items()}


def _options() -> dict[str, str]:
    from wardspace.config import study_keys
    from wardspace.config.search.section import VARIED

    entry = "adapt.N."
    below = [(key.place.removeprefix(entry), key.help) for key in study_keys() if key.place.startswith(entry)]
    return {
        place.replace(".N", ""): told
        for place, told in below
        if place.split(".")[0] in VARIED and not place.endswith(".kind")
    }
