"""Line charts: scores by number of labels, and the validation loss as a sparkline."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

from wardspace.report.figures.style import ModelStyle
from wardspace.report.figures.svg import Scale, figure, mark, scale, spread, tag, text
from wardspace.results import LossPoint, kept_point

WIDTH, HEIGHT = 760, 440
LEFT, RIGHT, TOP, BOTTOM = 46, 150, 32, 50
DODGE = 56
"""Width over which the models of one tick are set side by side, so that intervals stay apart."""


@dataclass(frozen=True)
class Point:
    """A score at one tick; `tick` counts from the left."""

    tick: int
    value: float
    low: float | None
    high: float | None


@dataclass(frozen=True)
class Line:
    """A model's scores."""

    name: str
    style: ModelStyle
    points: list[Point]


def line_chart(lines: list[Line], ticks: list[str], x_title: str, y_title: str, description: str) -> Markup:
    """Draw the lines over evenly set ticks."""
    ends = [end for line in lines for p in line.points for end in (p.value, p.low, p.high) if end is not None]
    y = scale(ends, HEIGHT - BOTTOM, TOP, ticks=6)
    gap = (WIDTH - LEFT - RIGHT) / max(len(ticks), 1)
    centres = [LEFT + gap * (i + 0.5) for i in range(len(ticks))]
    wide = min(DODGE, gap * 0.7)
    offsets = [wide * (i / max(len(lines) - 1, 1) - 0.5) for i in range(len(lines))]
    labels = spread([y(line.points[-1].value) for line in lines], 16, TOP + 4, HEIGHT - BOTTOM)
    drawn = [
        _series(line, [centres[p.tick] + offset for p in line.points], y, place)
        for line, offset, place in zip(lines, offsets, labels, strict=True)
    ]
    frame = [
        *_frame(y, centres, ticks),
        text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 8, x_title, anchor="middle", cls="axis"),
    ]
    return figure(WIDTH, HEIGHT, description, *frame, text(2, 12, y_title, cls="axis"), *drawn, cls="lines")


def _frame(y: Scale, centres: list[float], ticks: list[str]) -> list[Markup]:
    grid = [tag("line", x1=LEFT, x2=WIDTH - RIGHT, y1=y(tick), y2=y(tick), cls="grid") for tick in y.ticks]
    values = [text(LEFT - 8, y(tick) + 4, y.label(tick), anchor="end", cls="tick") for tick in y.ticks]
    names = [
        text(x, HEIGHT - BOTTOM + 19, name, anchor="middle", cls="tick") for x, name in zip(centres, ticks, strict=True)
    ]
    return grid + values + names


def _series(line: Line, places: list[float], y: Scale, label: float) -> Markup:
    pairs = list(zip(places, line.points, strict=True))
    colour = line.style.colour
    bars = [
        tag("line", x1=x, x2=x, y1=y(p.low), y2=y(p.high), stroke=colour, cls="interval")
        for x, p in pairs
        if p.low is not None and p.high is not None
    ]
    path = " ".join(f"{x:.1f},{y(p.value):.1f}" for x, p in pairs)
    dash = line.style.dash or None
    joined = tag("polyline", points=path, fill="none", stroke=colour, stroke_width=1.8, stroke_dasharray=dash)
    marks = [mark(x, y(p.value), line.style) for x, p in pairs]
    name_x = WIDTH - RIGHT + 22
    name = text(name_x, label + 4, line.name, cls="name")
    return tag("g", *bars, joined, *marks, mark(name_x - 10, label, line.style, 4), name, cls="series")


SPARK_WIDTH, SPARK_HEIGHT, SPARK_EDGE = 110, 34, 5


def loss_curve(losses: list[LossPoint], description: str) -> Markup:
    """Loss over tokens read; the point marks the weights that were kept. Empty where there are fewer than two."""
    kept = kept_point(losses)
    if kept is None:
        return Markup("")
    x = scale([point.tokens for point in losses], SPARK_EDGE, SPARK_WIDTH - SPARK_EDGE)
    y = scale([point.loss for point in losses], SPARK_HEIGHT - SPARK_EDGE, SPARK_EDGE)
    path = " ".join(f"{x(point.tokens):.1f},{y(point.loss):.1f}" for point in losses)
    line = tag("polyline", points=path, fill="none", stroke="var(--accent)", stroke_width=1.8)
    dot = tag("circle", cx=x(kept.tokens), cy=y(kept.loss), r=3.2, fill="var(--accent)")
    return figure(SPARK_WIDTH, SPARK_HEIGHT, description, line, dot, cls="spark")
