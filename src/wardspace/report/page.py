"""Results to one standalone HTML file: no network, no text of any note."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from wardspace.config import ReportConfig, StudyConfig
from wardspace.core.files import write_text
from wardspace.report import wording
from wardspace.report.figures.charts import Panel, difference_panels, few_shot_curves, interval_method, space_scatters
from wardspace.report.figures.style import DARK, LIGHT, variables
from wardspace.report.findings.findings import Finding, highest_findings, model_findings
from wardspace.report.findings.guidance import guidance
from wardspace.report.findings.headlines import headlines, opening
from wardspace.report.findings.limitations import not_shown
from wardspace.report.findings.next_steps import RULES as NEXT_RULES
from wardspace.report.findings.next_steps import next_steps
from wardspace.report.findings.plain_words import Mistakes, cautions, common_mistakes, plain_words
from wardspace.report.findings.privacy import private_lines
from wardspace.report.findings.space import cost_findings, space_findings
from wardspace.report.maps.maps import Map
from wardspace.report.maps.view import maps_view, notes_drawn
from wardspace.report.score_table import Board, cell_anchor
from wardspace.report.tables.comparison import STARS, Comparison, Matrix, comparison, matrices
from wardspace.report.tables.corpus import corpus_view
from wardspace.report.tables.costs import model_rows, stage_rows
from wardspace.report.tables.labels import LabelView, label_view
from wardspace.report.tables.shifts import shift_tables
from wardspace.report.tables.spaces import similarity_tables, space_tables
from wardspace.report.tables.study import provenance, study_setup
from wardspace.report.tables.subgroups import drift_views, subgroup_views
from wardspace.report.tables.trust import trust_views
from wardspace.report.tables.uncertainty import Sources, sources
from wardspace.report.wording.comparisons import RULES
from wardspace.report.wording.guidance import RULES as GUIDANCE_RULES
from wardspace.report.wording.plain_words import FROZEN, INTERVAL, mistake_predicted
from wardspace.results import Results
from wardspace.tasks import KINDS, TaskKind

SCRIPT = ("page", "data", "marks", "chosen", "view", "tip", "selection", "texts", "legend", "gestures", "keys", "maps")
"""Files of the page's script, in order; each may use names of those before it."""


def asset(name: str) -> str:
    """A file of the templates folder."""
    return resources.files("wardspace.report").joinpath("templates", name).read_text(encoding="utf-8")


def script_of(names: tuple[str, ...] = SCRIPT) -> str:
    """The page's script: all files in one scope, so that the page's policy can allow it by one hash."""
    joined = "\n".join(asset(f"script/{name}.js") for name in names)
    return f'"use strict";\n(() => {{\n{joined}\n}})();\n'


@dataclass(frozen=True)
class MetricView:
    """One metric of one task."""

    key: str
    name: str
    table: Comparison
    curves: list[Panel]


NAMED_CLASSES = 15
"""Classes that are named under the heading of a task."""


@dataclass(frozen=True)
class TaskView:
    """One task with its findings, tables and figures."""

    name: str
    classes: list[str]
    highest: list[Finding]
    against_base: list[Finding]
    panels: list[Panel]
    metrics: list[MetricView]
    n: int
    groups: int
    matrices: list[Matrix]
    sources: list[Sources]
    mistakes: Mistakes | None
    by_label: LabelView | None
    kind: str

    @property
    def size(self) -> str:
        """Size of the test set: classes and notes, types and notes with their mentions, or queries."""
        if all(place.search for place in self.metrics[0].table.places):
            return wording.counted(self.n, "test query", "test queries")
        words = wording.kind_words(self.kind)
        size = (
            f"{wording.counted(len(self.classes), words.label, words.labels)}, {wording.counted(self.n, 'test note')}"
        )
        if self.by_label is None or self.by_label.units == words.units:
            return size
        return f"{size} with {wording.thousands(self.by_label.total)} {self.by_label.units}"

    @property
    def labels(self) -> str:
        """What its classes are called."""
        return wording.capitalised(wording.kind_words(self.kind).labels)

    @property
    def terms(self) -> str:
        """What its first metric is."""
        metric = self.metrics[0]
        text = wording.explained(metric.key, self.kind)
        return f"{wording.capitalised(metric.name)}: {text}" if text else ""

    @property
    def class_names(self) -> str:
        """Its classes, cut short where they are many."""
        shown = self.classes[:NAMED_CLASSES]
        more = len(self.classes) - len(shown)
        return wording.listed([*shown, *([f"{more} more"] if more else [])])

    @property
    def few_shot(self) -> bool:
        """Whether there is a figure of scores by number of labels."""
        return any(metric.curves for metric in self.metrics)


def write_report(
    results: Results,
    maps: Mapping[str, Map],
    path: Path,
    config: ReportConfig,
    study: StudyConfig,
    *,
    texts: Sequence[str] | None = None,
) -> None:
    """Write the report.

    Parameters
    ----------
    results : Results
        The results.
    maps : mapping of str to Map
        Each model's space in two dimensions, with labels and metadata but no text.
    path : Path
        The HTML file; written atomically.
    config : ReportConfig
        Options of the report.
    study : StudyConfig
        The study file.
    texts : sequence of str, optional
        Beginnings of the notes on the maps, in the same order. The page then says that it contains text of notes, and
        only its owner can read the file.
    """
    write_text(path, page(results, maps, config, study, texts=texts))


def page(
    results: Results,
    maps: Mapping[str, Map],
    config: ReportConfig,
    study: StudyConfig,
    *,
    texts: Sequence[str] | None = None,
) -> str:
    """The report as HTML; see `write_report`."""
    script = script_of()
    shown = maps_view(maps, texts)
    return (
        templates()
        .get_template("report.html.j2")
        .render(
            **view(results, config, study),
            maps=shown,
            maps_drawn=notes_drawn(shown, results.corpus, study.space.split),
            map_data=embedded_json(shown.data),
            with_text=texts is not None,
            css=Markup(stylesheet()),
            script=Markup(script),
            script_hash=_csp_hash(script),
        )
    )


def view(results: Results, config: ReportConfig, study: StudyConfig) -> dict[str, Any]:
    """Everything the template shows."""
    board = Board(results)
    return {
        "title": config.title or results.study,
        "opening": opening(results),
        "results": results,
        "board": board,
        "tasks": [task_view(board, task) for task in board.tasks if board.metrics(task)],
        "plain_words": plain_words(board),
        "cautions": cautions(board),
        "terms": (FROZEN, INTERVAL),
        "headlines": headlines(board),
        "guidance": guidance(board),
        "guidance_rules": (*GUIDANCE_RULES, *NEXT_RULES),
        "next_steps": next_steps(board),
        "space_findings": space_findings(board),
        "private": private_lines(results),
        "cost_findings": cost_findings(board),
        "not_shown": not_shown(board),
        "rules": RULES,
        "setup": study_setup(study, results.corpus.get("roles")),
        "data": corpus_view(results.corpus),
        "models": model_rows(results),
        "stages": stage_rows(results),
        "scatters": space_scatters(results),
        "spaces": space_tables(results),
        "trust": trust_views(board),
        "subgroups": subgroup_views(board),
        "drift": drift_views(board),
        "sampled": any(score.error is not None for score in results.space),
        "shifts": shift_tables(results),
        "similarities": similarity_tables(results),
        "provenance": provenance(results, study),
        "stars": STARS,
        "glossary": [one for kind in _kinds(study) for one in kind.words.glossary],
        "intervals": interval_method(results),
        "percentiles": interval_method(results, "percentile"),
    }


def task_view(board: Board, task: str) -> TaskView:
    """One task: findings by its first metric, a table and curves for each metric."""
    keys = board.metrics(task)
    metrics = [
        MetricView(key, wording.metric_name(key), comparison(board, task, key), few_shot_curves(board, task, key))
        for key in keys
    ]
    scores = [score for score in board.results.scores if (score.task, score.split, score.label) == (task, "test", None)]
    return TaskView(
        name=task,
        classes=board.results.classes.get(task, []),
        highest=highest_findings(board, task, keys[0]),
        against_base=model_findings(board, task, keys[0]),
        panels=difference_panels(board, task, keys[0]),
        metrics=metrics,
        n=max((score.n for score in scores), default=0),
        groups=max((score.groups for score in scores), default=0),
        matrices=matrices(board, task, keys[0]),
        sources=sources(board, task, keys[0]),
        mistakes=common_mistakes(board, task),
        by_label=label_view(board, task),
        kind=board.results.kinds.get(task, ""),
    )


def templates() -> Environment:
    """The templates, with the words and numbers that they format themselves."""
    environment = Environment(
        loader=PackageLoader("wardspace.report", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"points": wording.points, "thousands": wording.thousands, "share": wording.share}
    environment.filters |= {"metric_name": wording.metric_name, "listed": wording.listed, "counted": wording.counted}
    environment.filters["capitalised"] = wording.capitalised
    environment.filters["mistake_predicted"] = mistake_predicted
    environment.globals["cell_anchor"] = cell_anchor
    return environment


def stylesheet() -> str:
    """The page's CSS with the colours of both themes."""
    themes = (
        f":root{{{variables(LIGHT)}color-scheme:light}}"
        f"@media screen and (prefers-color-scheme:dark){{:root{{{variables(DARK)}color-scheme:dark}}}}"
    )
    return f"{themes}\n{asset('figure.css')}\n{asset('report.css')}\n{asset('evidence.css')}"


def embedded_json(value: Any) -> Markup:
    """JSON that cannot end its script element, whatever the labels contain."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    for letter in "<>&\u2028\u2029":
        text = text.replace(letter, f"\\u{ord(letter):04x}")
    return Markup(text)


def _csp_hash(script: str) -> str:
    """The hash by which the page's policy allows this script and no other."""
    return "sha256-" + base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()


def _kinds(study: StudyConfig) -> list[TaskKind[Any, Any]]:
    """The kinds of task of a study, in the order of the registry."""
    asked = {task.kind for task in study.tasks}
    return [kind for name, kind in KINDS.items() if name in asked]
