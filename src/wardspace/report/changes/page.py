"""The comparison of runs as one standalone HTML file: no network, no script, no text of any note."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from markupsafe import Markup

from wardspace.core.files import write_text
from wardspace.core.version import __version__
from wardspace.report.changes.scores import Lone, ScoreTable, SpaceRow, cost_changes, lone, score_tables, space_rows
from wardspace.report.changes.sides import Change, Pair
from wardspace.report.changes.study import environment_changes, notes_changes, same_content, study_changes
from wardspace.report.page import stylesheet, templates
from wardspace.report.wording import comparisons as say


@dataclass(frozen=True)
class PairView:
    """Everything the page shows about two runs."""

    first: str
    second: str
    summary: list[str]
    keys: list[Change]
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
    views = [pair_view(pair) for pair in pairs]
    return (
        templates()
        .get_template("changes.html.j2")
        .render(pairs=views, css=Markup(stylesheet()), version=__version__, first=views[0].first)
    )


def pair_view(pair: Pair) -> PairView:
    """One pair, formatted; the terminal shows the same."""
    tables, keys = score_tables(pair), study_changes(pair)
    return PairView(
        first=pair.first.name,
        second=pair.second.name,
        summary=_summary(pair, tables, keys),
        keys=keys,
        environment=environment_changes(pair),
        notes=notes_changes(pair),
        lone=lone(pair),
        tables=tables,
        spaces=space_rows(pair),
        cost=cost_changes(pair),
        synthetic=pair.first.results.synthetic or pair.second.results.synthetic,
    )


def _summary(pair: Pair, tables: list[ScoreTable], keys: list[Change]) -> list[str]:
    rows = [row for table in tables for row in table.rows]
    marks = [row.mark for row in rows]
    found = [
        say.same_study(len(keys)),
        say.SAME_NOTES if same_content(pair) else say.OTHER_NOTES,
    ]
    if not rows:
        return [*found, say.NO_SHARED_SCORE]
    if paired := len(marks) - marks.count("unpaired"):
        found.append(say.paired_scores(paired, pair.second.name, marks.count("above"), marks.count("below")))
    if unpaired := marks.count("unpaired"):
        found.append(say.unpaired_scores(unpaired))
    return found
