"""Figures as files, for documentation: the page's own, with their colours written out."""

from __future__ import annotations

import re
from pathlib import Path

from wardspace.core.files import write_text
from wardspace.report.figures.charts import few_shot_curves, space_scatters
from wardspace.report.figures.style import LIGHT, explicit
from wardspace.report.page import asset
from wardspace.report.score_table import Board
from wardspace.results import Results


def write_figures(results: Results, folder: Path, metric: str = "macro_f1") -> list[Path]:
    """Write few-shot curves of each task and alignment against uniformity by each column, as SVG.

    Colours are written out and the ground is white, so that any viewer shows them, GitHub's too.

    Returns
    -------
    list of Path
        `few-shot-TASK.svg` of the first setting, `few-shot-TASK-SETTING.svg` of others, and
        `alignment-uniformity-COLUMN.svg`.
    """
    board = Board(results)
    written = []
    for task in board.tasks:
        for number, panel in enumerate(few_shot_curves(board, task, metric)):
            name = _file_name(task) if not number else f"{_file_name(task)}-{_file_name(panel.title)}"
            written.append(_write(folder / f"few-shot-{name}.svg", panel.svg))
    return written + [
        _write(folder / f"alignment-uniformity-{_file_name(panel.title)}.svg", panel.svg)
        for panel in space_scatters(results)
    ]


def standalone(svg: str) -> str:
    """An SVG of the page as a file of its own."""
    style = f"<style>{asset('figure.css')}</style>"
    ground = '<rect width="100%" height="100%" fill="var(--bg)"/>'
    return explicit(re.sub(r"(<svg[^>]*>)", lambda match: match[1] + style + ground, svg, count=1), LIGHT) + "\n"


def _write(path: Path, svg: str) -> Path:
    write_text(path, standalone(svg))
    return path


def _file_name(name: str) -> str:
    """A column's name as part of a file name: columns are the user's and may hold anything."""
    return re.sub(r"[^A-Za-z0-9._-]+", "-", name).strip("-.") or "column"
