"""How a model scored, for its card: every task and setting, with intervals and ties."""

from __future__ import annotations

from wardspace.report.board import Board
from wardspace.report.charts import interval_words
from wardspace.report.comparison import STARS, comparison
from wardspace.report.markdown import markdown_table
from wardspace.report.private import private_lines
from wardspace.report.words import metric_name

HEAD = ["task", "setting", "metric", "score (interval)", "against the base"]


def evaluation(board: Board, model: str) -> str:
    """One table of all tasks by their first metric."""
    rows = [row for task in board.tasks for row in _task_scores(board, task, model)]
    if not rows:
        return "It was not scored.\n"
    return (
        f"Points of 100 on the test notes, with {interval_words(board.results)}; against the base in pairs over the "
        f"same notes, where an interval that spans zero is a tie. ★ highest of the study, ☆ a tie with it.\n\n"
        f"{markdown_table(HEAD, rows)}" + "".join(f"\n- {line}" for line in private_lines(board.results, model))
    ).rstrip("\n") + "\n"


def _task_scores(board: Board, task: str, model: str) -> list[list[str]]:
    metrics = board.metrics(task)
    if not metrics:
        return []
    table = comparison(board, task, metrics[0])
    row = next((row for row in table.rows if row.model == model), None)
    if row is None:
        return []
    return [
        [
            task,
            place.name,
            metric_name(metrics[0]),
            f"{cell.value} ({cell.interval or 'no interval'}) {STARS[cell.rank]}".strip(),
            "; ".join(part for part in (cell.verdict, cell.detail) if part),
        ]
        for place, cell in zip(table.places, row.cells, strict=True)
        if cell is not None
    ]
