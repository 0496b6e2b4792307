"""What changed in the scores, with intervals where both runs scored the same test notes."""

from __future__ import annotations

from dataclasses import dataclass

from wardspace.core.wording import duration
from wardspace.evaluation.between_runs import Between
from wardspace.evaluation.prediction_set import Series
from wardspace.report.changes.sides import Change, Pair
from wardspace.report.score_table import Board
from wardspace.report.tables.comparison import Mark
from wardspace.report.tables.spaces import ARROWS
from wardspace.report.wording import MINUS, gap, measure_name, plain, points, tokens
from wardspace.report.wording import between as ends
from wardspace.report.wording.comparisons import NO_DIFFERENCE
from wardspace.results import ModelRecord


@dataclass(frozen=True)
class SpaceRow:
    """One measure of one model's space, in both runs."""

    model: str
    column: str
    measure: str
    first: str
    second: str
    change: str
    better: bool
    """Whether it moved in the better direction."""


def space_rows(pair: Pair) -> list[SpaceRow]:
    """Measures that both runs have and that differ as printed."""
    theirs = {(one.model, one.column, one.measure): one for one in pair.second.results.space}
    found = []
    for ours in pair.first.results.space:
        other = theirs.get((ours.model, ours.column, ours.measure))
        if other is None:
            continue
        first, second = plain(ours.value, [other.value]), plain(other.value, [ours.value])
        if first == second:
            continue
        change = other.value - ours.value
        shown = plain(change, [ours.value, other.value])
        better = (change > 0) == (ours.better == "higher")
        name = f"{measure_name(ours.measure)} {ARROWS[ours.better]}"
        column = "all notes" if ours.column == "*" else ours.column
        sign = "" if shown.startswith(MINUS) else "+"
        found.append(SpaceRow(ours.model, column, name, first, second, f"{sign}{shown}", better))
    return found


def cost_changes(pair: Pair) -> list[Change]:
    """Time and tokens of every adapted model that both runs trained."""
    theirs = {model.name: model for model in pair.second.results.models}
    return [
        Change(model.name, _cost(model), _cost(theirs[model.name]))
        for model in pair.first.results.models
        if model.stages and model.name in theirs
    ]


def _cost(model: ModelRecord) -> str:
    seconds, read = sum(one.seconds for one in model.stages), sum(one.tokens for one in model.stages)
    return f"{duration(seconds)}, {tokens(read)} tokens"


@dataclass(frozen=True)
class ScoreRow:
    """One model in one setting, in both runs."""

    model: str
    order: int
    """Position of its setting in the table."""
    place: str
    first: str
    second: str
    change: str
    interval: str
    mark: Mark
    verdict: str


@dataclass(frozen=True)
class ScoreTable:
    """A task by its first metric."""

    task: str
    metric: str
    rows: list[ScoreRow]
    unpaired: str | None
    """Why there are no intervals."""


@dataclass(frozen=True)
class Lone:
    """Models or tasks that only one run has."""

    what: str
    first: list[str]
    second: list[str]


def score_tables(pair: Pair) -> list[ScoreTable]:
    """Tasks that both runs scored by the same metric."""
    first, second = Board(pair.first.results), Board(pair.second.results)
    shared = [task for task in first.tasks if task in second.tasks and first.metrics(task) and second.metrics(task)]
    return [_table(pair, first, second, task) for task in shared]


def lone(pair: Pair) -> list[Lone]:
    """Models and tasks that only one run has."""
    first, second = Board(pair.first.results), Board(pair.second.results)
    every = [("models", list(first.records), list(second.records)), ("tasks", first.tasks, second.tasks)]
    found = [Lone(what, _without(ours, theirs), _without(theirs, ours)) for what, ours, theirs in every]
    return [one for one in found if one.first or one.second]


def _without(names: list[str], others: list[str]) -> list[str]:
    return [name for name in names if name not in others]


def _table(pair: Pair, first: Board, second: Board, task: str) -> ScoreTable:
    metric = first.metrics(task)[0]
    known = {(one.series, one.metric): one for one in pair.between.get(task, [])}
    rows = []
    for order, place in enumerate(first.places(task, metric)):
        for model in first.models(task):
            ours = first.score(task, model, place, metric)
            theirs = second.score(task, model, place, metric)
            if ours is not None and theirs is not None:
                other = second.place(task, place.setting, place.shots)
                name = place.name if other == place else f"{place.name}; then {other.labels}"
                paired = known.get((Series(model, place.setting, place.shots), metric))
                rows.append(_row((order, name), model, (ours.value, theirs.value), paired))
    return ScoreTable(task, metric, rows, pair.unpaired.get(task))


def _row(where: tuple[int, str], model: str, values: tuple[float, float], paired: Between | None) -> ScoreRow:
    order, name = where
    ours, theirs = values
    mark: Mark = "unpaired"
    if paired is not None:
        mark = "tie" if paired.gap.tie else "above" if paired.gap.value > 0 else "below"
    words: dict[Mark, str] = {"tie": NO_DIFFERENCE, "above": "higher", "below": "lower", "unpaired": "not paired"}
    return ScoreRow(
        model=model,
        order=order,
        place=name,
        first=points(ours),
        second=points(theirs),
        change=gap(theirs - ours),
        interval="" if paired is None else ends(paired.gap.low, paired.gap.high, signed=True),
        mark=mark,
        verdict=words[mark],
    )
