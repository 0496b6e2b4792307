"""What changed between finished runs: a table on the terminal and one page."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from wardspace.core.progress import say

if TYPE_CHECKING:
    from rich.table import Table

    from wardspace.core.terminal import Terminal
    from wardspace.report.changes.page import PairView
    from wardspace.report.changes.scores import ScoreTable


def changes(given: list[Path], to: Path) -> None:
    """Compare the first run with each of the others."""
    from wardspace.core.terminal import Terminal
    from wardspace.report.changes import write_changes
    from wardspace.report.changes.page import pair_view
    from wardspace.study.commands.compare import OpenedRun, compared

    pairs = compared([OpenedRun(path) for path in given])
    console = Terminal()
    for pair in pairs:
        _print(console, pair_view(pair))
    write_changes(pairs, to)
    say(f"✓ {to}")


def _print(console: Terminal, view: PairView) -> None:
    console.print(f"{view.second} against {view.first}", style="bold")
    for sentence in view.summary:
        console.print(f"  {sentence}", soft_wrap=True)
    for one in view.lone:
        for side, names in ((view.first, one.first), (view.second, one.second)):
            if names:
                console.print(f"  only in {side}: {one.what} {', '.join(names)}", soft_wrap=True)
    for change in [*view.keys, *view.notes]:
        console.print(f"  {change.what}: {change.first} → {change.second}", soft_wrap=True)
    for table in view.tables:
        console.print(_table(table, view))
        if table.unpaired:
            console.print(f"  not paired: {table.unpaired}", soft_wrap=True)
    console.print()


def _table(scores: ScoreTable, view: PairView) -> Table:
    from rich.table import Table

    from wardspace.report.wording import metric_name

    table = Table(box=None, pad_edge=False)
    for head in (f"{scores.task}, {metric_name(scores.metric)}", "with"):
        table.add_column(head)
    for head in (view.first, view.second, "change"):
        table.add_column(head, justify="right")
    for head in ("interval", "result"):
        table.add_column(head)
    for row in scores.rows:
        cells = (row.model, row.place, row.first, row.second, row.change, row.interval or "–", row.verdict)
        table.add_row(*cells)
    return table
