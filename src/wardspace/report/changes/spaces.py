"""What changed in the shape of the spaces and in the cost."""

from __future__ import annotations

from dataclasses import dataclass

from wardspace.core.durations import duration
from wardspace.evaluation.results import ModelRecord
from wardspace.report.changes.sides import Change, Pair
from wardspace.report.numbers import MINUS, plain, tokens
from wardspace.report.spaces import ARROWS
from wardspace.report.words import measure_name


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
    """Measures that both runs took and that differ as printed."""
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
