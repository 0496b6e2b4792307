"""Confidence against accuracy: dots with intervals, and the line on which the two are equal."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

from wardspace.report.figures.style import ModelStyle
from wardspace.report.figures.svg import Scale, axes, figure, mark, scale, tag, text

WIDTH, HEIGHT = 330, 300
LEFT, RIGHT, TOP, BOTTOM = 40, 14, 28, 44


@dataclass(frozen=True)
class Dot:
    """One bin, in points."""

    confidence: float
    accuracy: float
    low: float
    high: float


def reliability_chart(dots: list[Dot], style: ModelStyle, low: float, description: str) -> Markup:
    """Draw one model's curve; both axes run from `low`, the least of all panels, to 100 points."""
    x = scale([low, 100.0], LEFT, WIDTH - RIGHT, ticks=4)
    y = scale([low, 100.0], HEIGHT - BOTTOM, TOP, ticks=4)
    equal = tag("line", x1=x(x.low), y1=y(x.low), x2=x(x.high), y2=y(x.high), cls="zero", stroke_dasharray="4 3")
    path = " ".join(f"{x(dot.confidence):.1f},{y(dot.accuracy):.1f}" for dot in dots)
    joined = tag("polyline", points=path, fill="none", stroke=style.colour, stroke_width=1.6)
    titles = [
        text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 6, "confidence, points", anchor="middle", cls="axis"),
        text(2, 12, "accuracy, points", cls="axis"),
    ]
    drawn = [_dot(dot, x, y, style) for dot in dots]
    return figure(WIDTH, HEIGHT, description, *axes(x, y, 17), equal, *titles, joined, *drawn, cls="scatter")


def _dot(dot: Dot, x: Scale, y: Scale, style: ModelStyle) -> Markup:
    place = x(dot.confidence)
    line = tag("line", x1=place, x2=place, y1=y(dot.low), y2=y(dot.high), stroke=style.colour, cls="interval")
    return tag("g", line, mark(place, y(dot.accuracy), style, 4))
