"""The figures of the page: which results each one shows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from markupsafe import Markup

from wardspace.config import IntervalMethod
from wardspace.report.figures.forest import Bar, forest
from wardspace.report.figures.lines import Line, Point, line_chart
from wardspace.report.figures.points import Spot, scatter
from wardspace.report.figures.style import model_styles
from wardspace.report.score_table import Board, Place
from wardspace.report.wording import INTERVALS, between, capitalised, gap, kind_words, metric_name, points, thousands
from wardspace.results import Difference, Results, Score


@dataclass(frozen=True)
class Panel:
    """A figure with its heading."""

    title: str
    svg: Markup


def few_shot_curves(board: Board, task: str, metric: str) -> list[Panel]:
    """Scores by label budget, one figure for each setting that was tried with several, baselines in each of them."""
    places = [place for place in board.places(task, metric) if place.family != "hybrid"]
    alone = [place for place in places if place.family == "baseline"]
    settings = dict.fromkeys(
        place.setting for place in places if place.shots is not None and place.family != "baseline"
    )
    return [
        _curves(board, task, metric, [place for place in places if place.setting == name], alone) for name in settings
    ]


def _curves(board: Board, task: str, metric: str, places: list[Place], alone: list[Place]) -> Panel:
    """The figure of one setting; `alone` are the places of baselines with settings of their own."""
    styles, axis = model_styles(board.results.models), kind_words(places[0].kind).budget.axis
    sizes = [place.shots for place in places]
    at = [(sizes.index(place.shots), place) for place in [*places, *alone] if place.shots in sizes]
    lines = [
        Line(model, styles[model], found)
        for model in board.models(task)
        if (found := _points((tick, board.score(task, model, place, metric)) for tick, place in at))
    ]
    ticks = [_tick(place) for place in places]
    said = "; ".join(f"{line.name} " + ", ".join(f"{p.value:.1f}" for p in line.points) for line in lines)
    description = f"{metric_name(metric)} on {task} by {axis} ({', '.join(ticks)}), in points: {said}"
    title = capitalised(places[0].setting_name)
    return Panel(title, line_chart(lines, ticks, axis, f"{metric_name(metric)}, points", description))


def _tick(place: Place) -> str:
    if place.shots is not None:
        return str(place.shots)
    return "all" if place.notes is None else f"{thousands(place.notes)} in all"


def _points(scores: Iterable[tuple[int, Score | None]]) -> list[Point]:
    """Points of the scores that there are, each with its tick."""
    return [
        Point(tick, 100 * s.value, None if s.low is None else 100 * s.low, None if s.high is None else 100 * s.high)
        for tick, s in scores
        if s is not None
    ]


def difference_panels(board: Board, task: str, metric: str) -> list[Panel]:
    """Differences to the base, one panel for each setting, all on one scale."""
    found = {
        place: [
            difference
            for model in board.models(task)
            if (difference := board.difference(task, model, place, metric)) is not None
        ]
        for place in board.places(task, metric)
    }
    every = [difference for differences in found.values() for difference in differences]
    if not every:
        return []
    # TF-IDF may be so far off that the models would overlap on a scale that includes it
    every = [d for d in every if board.records[d.model].kind != "tfidf"] or every
    ends = (100 * min(d.low for d in every), 100 * max(d.high for d in every))
    return [Panel(place.name, _forest(board, place, some, ends)) for place, some in found.items() if some]


def _forest(board: Board, place: Place, differences: list[Difference], ends: tuple[float, float]) -> Markup:
    styles = model_styles(board.results.models)
    bars = [
        Bar(d.model, styles[d.model], 100 * d.value, 100 * d.low, 100 * d.high, not d.clear, bool(d.clear))
        for d in differences
    ]
    said = "; ".join(f"{d.model} {gap(d.value)} ({between(d.low, d.high, signed=True)})" for d in differences)
    description = f"Difference to {board.base} in points of {metric_name(differences[0].metric)}, {place.name}: {said}"
    return forest(bars, description, ends)


def space_scatters(results: Results) -> list[Panel]:
    """Alignment against uniformity, one panel for each label and metadata column."""
    spread = {score.model: score.value for score in results.space if score.measure == "uniformity"}
    styles = model_styles(results.models)
    aligned: dict[str, dict[str, float]] = {}
    for score in results.space:
        if score.measure == "alignment" and score.model in spread and score.model in styles:
            aligned.setdefault(score.column, {})[score.model] = score.value
    return [_scatter(column, values, spread, results) for column, values in aligned.items()]


def _scatter(column: str, aligned: dict[str, float], spread: dict[str, float], results: Results) -> Panel:
    styles = model_styles(results.models)
    spots = [Spot(model, styles[model], spread[model], value) for model, value in aligned.items()]
    said = "; ".join(f"{spot.name} {spot.y:.2f}, {spot.x:.2f}" for spot in spots)
    description = f"Alignment by {column} and uniformity of each model, lower is better in both: {said}"
    x_title, y_title = "uniformity (← more even)", f"alignment by {column} (↓ closer)"
    return Panel(column, scatter(spots, x_title, y_title, description))


def interval_method(results: Results, method: IntervalMethod | None = None) -> str:
    """How intervals were made, for captions; by default those of scores and differences."""
    by_patient = results.corpus.get("roles", {}).get("patient_id") is not None
    unit = "patients" if by_patient else "notes (there is no patient column)"
    level = points(results.confidence).removesuffix(".0")
    return f"{level}% intervals ({INTERVALS[method or results.interval]}) from resampling the test {unit}"
