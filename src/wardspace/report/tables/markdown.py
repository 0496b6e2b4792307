"""The tables of the page as Markdown, for documentation."""

from __future__ import annotations

from wardspace.report.score_table import Board
from wardspace.report.tables.comparison import STARS, Cell, comparison
from wardspace.report.tables.costs import stage_rows
from wardspace.report.tables.spaces import SpaceCell, space_tables
from wardspace.report.wording import metric_name
from wardspace.results import Results


def comparison_markdown(results: Results, task: str, metric: str = "macro_f1") -> str:
    """The comparison table of a task.

    Raises
    ------
    ValueError
        If the results have no such task or metric.
    """
    board = Board(results)
    if task not in board.tasks:
        raise ValueError(f"no task {task!r}: {', '.join(board.tasks)}")
    if metric not in board.metrics(task):
        raise ValueError(f"no metric {metric!r} of {task}: {', '.join(board.metrics(task))}")
    table = comparison(board, task, metric)
    head = [metric_name(metric), *(f"{place.group[1]}: {place.short}" for place in table.places)]
    return markdown_table(head, [[f"**{row.model}**", *(_cell(cell) for cell in row.cells)] for row in table.rows])


def space_markdown(results: Results, column: str) -> str:
    """The measures of the spaces by one column, or (`*`) those without labels.

    Raises
    ------
    ValueError
        If the spaces were not measured by this column.
    """
    tables = {table.column: table for table in space_tables(results)}
    if column not in tables:
        raise ValueError(f"not measured by {column!r}: {', '.join(tables)}")
    table = tables[column]
    head = ["model", *(f"{measure.name} {measure.arrow}" for measure in table.measures)]
    rows = [
        [
            f"**{model}**",
            *(_space_cell(cell) for cell in cells),
        ]
        for model, cells in table.rows
    ]
    return markdown_table(head, rows)


def cost_markdown(results: Results) -> str:
    """What each objective of each adapted model read, took and updated."""
    head = ["model", "objective", "tokens", "time", "steps", "notes seen", "left out", "updated", "validation loss"]
    rows = [
        [
            f"**{r.model}**",
            r.objective,
            r.tokens,
            r.seconds,
            r.steps,
            r.notes_seen,
            r.notes_left_out,
            r.updated,
            r.losses,
        ]
        for r in stage_rows(results)
    ]
    return markdown_table(head, rows)


def markdown_table(head: list[str], rows: list[list[str]]) -> str:
    """A table in GitHub's Markdown; nothing in a cell can end it."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(map(_escaped, line))} |" for line in lines) + "\n"


def _cell(cell: Cell | None) -> str:
    if cell is None:
        return "–"
    value = f"**{cell.value}**" if cell.rank == "highest" else cell.value
    parts = [f"{value} {STARS[cell.rank]}".strip(), f"({cell.interval})" if cell.interval else "", cell.verdict]
    return "<br>".join(part for part in parts if part)


def _space_cell(cell: SpaceCell | None) -> str:
    if cell is None:
        return "–"
    value = f"**{cell.value}**" if cell.rank == "highest" else cell.value
    parts = [f"{value} {STARS[cell.rank]}".strip(), f"({cell.interval})" if cell.interval else "", cell.verdict]
    return "<br>".join(part for part in parts if part)


def _escaped(words: str) -> str:
    return words.replace("|", "\\|").replace("\n", " ")
