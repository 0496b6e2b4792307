"""`wardspace search`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from wardspace.cli.options import Out, Overrides, StudyFile
from wardspace.core.progress import say

if TYPE_CHECKING:
    from rich.table import Table

    from wardspace.study.search import SearchResults


def search(
    study: StudyFile,
    overrides: Overrides = None,
    out: Out = None,
    fresh: Annotated[bool, typer.Option("--fresh", help="Throw away the search that lies in the run folder.")] = False,
) -> None:
    """Find the best recipe of a study's `search` section on its validation notes (pip install 'wardspace[search]').

    Test is left alone. Writes search.json, search.md and best.yaml, which `wardspace run` takes.
    """
    from wardspace.config import load_study

    config = load_study(study, overrides or ())
    say(f"study {config.name}: reading the libraries …")

    from wardspace.core.terminal import Terminal
    from wardspace.study import Study
    from wardspace.study.search import search as searched
    from wardspace.study.search.table import remarks, verdict

    asked = Study(config, out)
    results = searched(asked, fresh=fresh)
    console = Terminal()
    console.print(_table(results))
    console.print()
    for sentence in (verdict(results), *remarks(results)):
        console.print(sentence, soft_wrap=True)
    folder = asked.folder.path / "search"
    say(f"✓ {folder / 'search.json'}, search.md" + (", best.yaml too" if results.best else ""))


def _table(results: SearchResults) -> Table:
    """The base, then trainings of the highest rung first, best first."""
    from rich.table import Table

    from wardspace.study.search.table import HEADS, row

    table = Table(box=None, pad_edge=False)
    for head in HEADS:
        table.add_column(head, justify="left" if head == HEADS[-1] else "right", no_wrap=head != HEADS[-1])
    for trial in (results.base, *results.ranked):
        table.add_row(*row(trial))
    return table
