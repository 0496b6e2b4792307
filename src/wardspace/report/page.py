"""Results to one standalone HTML file: no network, no text of any note."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from wardspace.config import ReportConfig, StudyConfig
from wardspace.core.files import write_text
from wardspace.evaluation.results import Results
from wardspace.report import numbers, words
from wardspace.report.asked import asked
from wardspace.report.board import Board
from wardspace.report.caveats import not_shown
from wardspace.report.charts import Panel, difference_panels, few_shot_curves, interval_words, space_scatters
from wardspace.report.comparison import STARS, Comparison, comparison
from wardspace.report.costs import model_rows, stage_rows
from wardspace.report.data import corpus_view
from wardspace.report.findings import RULES, Finding, highest_findings, model_findings
from wardspace.report.made import made
from wardspace.report.maps import Map, compact
from wardspace.report.shifts import shift_tables
from wardspace.report.similarity import similarity_tables
from wardspace.report.space_findings import cost_findings, space_findings
from wardspace.report.spaces import space_tables
from wardspace.report.style import DARK, LIGHT, variables


@dataclass(frozen=True)
class MetricView:
    """One metric of one task."""

    key: str
    name: str
    table: Comparison
    curves: Markup | None


@dataclass(frozen=True)
class TaskView:
    """One task with what was found, its tables and its figures."""

    name: str
    classes: list[str]
    highest: list[Finding]
    against_base: list[Finding]
    panels: list[Panel]
    metrics: list[MetricView]
    n: int
    groups: int

    @property
    def few_shot(self) -> bool:
        """Whether there is a figure of scores by number of labels."""
        return any(metric.curves is not None for metric in self.metrics)


def write_report(
    results: Results, maps: Mapping[str, Map], path: Path, config: ReportConfig, study: StudyConfig
) -> None:
    """Write the report.

    Parameters
    ----------
    results : Results
        What was found.
    maps : mapping of str to Map
        Model to its space in two dimensions; labels and metadata only.
    path : Path
        The HTML file; written whole or not at all.
    config : ReportConfig
        Names the title.
    study : StudyConfig
        What was asked.
    """
    write_text(path, page(results, maps, config, study))


def page(results: Results, maps: Mapping[str, Map], config: ReportConfig, study: StudyConfig) -> str:
    """The report as HTML; see `write_report`."""
    script = asset("report.js")
    environment = Environment(
        loader=PackageLoader("wardspace.report", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"points": numbers.points, "thousands": numbers.thousands, "share": numbers.share}
    environment.filters |= {"metric_name": words.metric_name, "listed": numbers.listed, "counted": numbers.counted}
    return environment.get_template("report.html.j2").render(
        **view(results, maps, config, study),
        css=Markup(stylesheet()),
        script=Markup(script),
        script_hash=_csp_hash(script),
    )


def view(results: Results, maps: Mapping[str, Map], config: ReportConfig, study: StudyConfig) -> dict[str, Any]:
    """Everything the template shows, as plain values."""
    board = Board(results)
    return {
        "title": config.title or results.study,
        "results": results,
        "board": board,
        "tasks": [task_view(board, task) for task in board.tasks if board.metrics(task)],
        "space_findings": space_findings(board),
        "cost_findings": cost_findings(board),
        "not_shown": not_shown(board),
        "rules": RULES,
        "asked": asked(study, results.corpus.get("roles")),
        "data": corpus_view(results.corpus),
        "models": model_rows(results),
        "stages": stage_rows(results),
        "scatters": space_scatters(results),
        "spaces": space_tables(results),
        "sampled": any(score.error is not None for score in results.space),
        "shifts": shift_tables(results),
        "similarities": similarity_tables(results),
        "made": made(results, study),
        "maps": list(maps.items()),
        "map_columns": list(dict.fromkeys(name for one in maps.values() for name in one.columns)),
        "map_data": embedded_json({**compact(maps), "light": LIGHT}),
        "stars": STARS,
        "intervals": interval_words(results),
    }


def task_view(board: Board, task: str) -> TaskView:
    """One task: findings by its first metric, a table and curves for each."""
    keys = board.metrics(task)
    metrics = [
        MetricView(key, words.metric_name(key), comparison(board, task, key), few_shot_curves(board, task, key))
        for key in keys
    ]
    scores = [score for score in board.results.scores if score.task == task and score.split == "test"]
    return TaskView(
        name=task,
        classes=board.results.classes.get(task, []),
        highest=highest_findings(board, task, keys[0]),
        against_base=model_findings(board, task, keys[0]),
        panels=difference_panels(board, task, keys[0]),
        metrics=metrics,
        n=max((score.n for score in scores), default=0),
        groups=max((score.groups for score in scores), default=0),
    )


def asset(name: str) -> str:
    """A file of the templates folder."""
    return resources.files("wardspace.report").joinpath("templates", name).read_text(encoding="utf-8")


def stylesheet() -> str:
    """The page's CSS with the colours of both themes."""
    themes = (
        f":root{{{variables(LIGHT)}color-scheme:light}}"
        f"@media screen and (prefers-color-scheme:dark){{:root{{{variables(DARK)}color-scheme:dark}}}}"
    )
    return f"{themes}\n{asset('figure.css')}\n{asset('report.css')}"


def embedded_json(value: Any) -> Markup:
    """JSON that cannot end the script element it stands in, whatever labels hold."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    for letter in "<>&\u2028\u2029":
        text = text.replace(letter, f"\\u{ord(letter):04x}")
    return Markup(text)


def _csp_hash(script: str) -> str:
    """The hash by which the page's policy lets this script run and no other."""
    return "sha256-" + base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
