"""Curves over a continuous axis, with the name of each at its right end."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

from wardspace.report.figures.style import ModelStyle
from wardspace.report.figures.svg import Scale, axes, figure, mark, scale, spread, tag, text

WIDTH, HEIGHT = 760, 380
LEFT, RIGHT, TOP, BOTTOM = 46, 150, 32, 50


@dataclass(frozen=True)
class Curve:
    """A model's values, from left to right."""

    name: str
    style: ModelStyle
    points: list[tuple[float, float]]


def curve_chart(curves: list[Curve], x_title: str, y_title: str, description: str) -> Markup:
    """Draw the curves; both axes begin at zero."""
    every = [point for curve in curves for point in curve.points]
    x = scale([px for px, _ in every], LEFT, WIDTH - RIGHT, ticks=5, zero=True)
    y = scale([py for _, py in every], HEIGHT - BOTTOM, TOP, ticks=5, zero=True)
    labels = spread([y(curve.points[-1][1]) for curve in curves], 16, TOP + 4, HEIGHT - BOTTOM)
    drawn = [_curve(curve, x, y, label) for curve, label in zip(curves, labels, strict=True)]
    titles = [
        text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 8, x_title, anchor="middle", cls="axis"),
        text(2, 12, y_title, cls="axis"),
    ]
    return figure(WIDTH, HEIGHT, description, *axes(x, y, 19), *titles, *drawn, cls="lines")


def _curve(curve: Curve, x: Scale, y: Scale, label: float) -> Markup:
    style = curve.style
    path = " ".join(f"{x(px):.1f},{y(py):.1f}" for px, py in curve.points)
    line = tag(
        "polyline",
        points=path,
        fill="none",
        stroke=style.colour,
        stroke_width=1.8,
        stroke_dasharray=style.dash or None,
    )
    name_x = WIDTH - RIGHT + 22
    name = text(name_x, label + 4, curve.name, cls="name")
    return tag("g", line, mark(name_x - 10, label, style, 4), name, cls="series")
