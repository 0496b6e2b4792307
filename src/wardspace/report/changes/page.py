"""The comparison of runs as one standalone HTML file: no network, no script, no text of any note."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from wardspace.core.files import write_text
from wardspace.core.version import __version__
from wardspace.report.changes.scores import Lone, ScoreTable, SpaceRow, cost_changes, lone, score_tables, space_rows
from wardspace.report.changes.sides import Change, Pair
from wardspace.report.changes.study import environment_changes, notes_changes, same_content, study_changes
from wardspace.report.page import stylesheet
from wardspace.report.wording import counted, listed, metric_name


@dataclass(frozen=True)
class PairView:
    """Everything the page shows of two runs."""

    first: str
    second: str
    summary: list[str]
    asked: list[Change]
    environment: list[Change]
    notes: list[Change]
    lone: list[Lone]
    tables: list[ScoreTable]
    spaces: list[SpaceRow]
    cost: list[Change]
    synthetic: bool


def write_changes(pairs: Sequence[Pair], path: Path) -> None:
    """Write the comparison; whole or not at all."""
    write_text(path, changes_page(pairs))


def changes_page(pairs: Sequence[Pair]) -> str:
    """The comparison of runs as HTML."""
    environment = Environment(
        loader=PackageLoader("wardspace.report", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"metric_name": metric_name, "listed": listed}
    views = [pair_view(pair) for pair in pairs]
    return environment.get_template("changes.html.j2").render(
        pairs=views, css=Markup(stylesheet()), version=__version__, first=views[0].first
    )


def pair_view(pair: Pair) -> PairView:
    """One pair in words; the terminal shows the same."""
    tables, asked = score_tables(pair), study_changes(pair)
    return PairView(
        first=pair.first.name,
        second=pair.second.name,
        summary=_summary(pair, tables, asked),
        asked=asked,
        environment=environment_changes(pair),
        notes=notes_changes(pair),
        lone=lone(pair),
        tables=tables,
        spaces=space_rows(pair),
        cost=cost_changes(pair),
        synthetic=pair.first.results.synthetic or pair.second.results.synthetic,
    )


def _summary(pair: Pair, tables: list[ScoreTable], asked: list[Change]) -> list[str]:
    rows = [row for table in tables for row in table.rows]
    marks = [row.mark for row in rows]
    found = [
        "The studies ask for the same."
        if not asked
        else f"{counted(len(asked), 'key')} of the study differ{'s' if len(asked) == 1 else ''}.",
        "The prepared notes are the same." if same_content(pair) else "The prepared notes are not the same.",
    ]
    if not rows:
        return [*found, "No score stands in both runs."]
    if paired := len(marks) - marks.count("unpaired"):
        found.append(
            f"Of {counted(paired, 'score')} on the same test notes, {marks.count('above')} are higher in "
            f"{pair.second.name}, {marks.count('below')} lower, and of {marks.count('tie')} no change was shown."
        )
    if unpaired := marks.count("unpaired"):
        found.append(f"{counted(unpaired, 'score')} cannot be compared in pairs: their gaps say nothing certain.")
    return found
