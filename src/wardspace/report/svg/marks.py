"""Marks that differ in shape as well as in colour."""

from __future__ import annotations

from markupsafe import Markup

from wardspace.report.style import ModelStyle
from wardspace.report.svg.element import tag

_PATHS = {
    "square": "M{l},{t}H{r}V{b}H{l}Z",
    "triangle": "M{x},{t}L{r},{b}H{l}Z",
    "diamond": "M{x},{u}L{s},{y}L{x},{v}L{q},{y}Z",
    "cross": "M{l},{t}L{r},{b}M{r},{t}L{l},{b}",
}


def mark(x: float, y: float, style: ModelStyle, size: float = 4.5) -> Markup:
    """A model's mark at a point; a thin edge in the page's colour keeps marks that overlap apart."""
    edge: dict[str, str | float] = {"fill": style.colour, "stroke": "var(--bg)", "stroke_width": 1}
    if style.shape == "circle":
        return tag("circle", cx=x, cy=y, r=size, **edge)
    if style.shape == "cross":
        edge = {"fill": "none", "stroke": style.colour, "stroke_width": 2}
        size *= 0.8
    wide = size * 1.25
    places = {"x": x, "y": y, "l": x - size, "r": x + size, "t": y - size, "b": y + size}
    places |= {"u": y - wide, "v": y + wide, "s": x + wide, "q": x - wide}
    rounded = {name: f"{value:.1f}" for name, value in places.items()}
    return tag("path", d=_PATHS[style.shape].format(**rounded), **edge)
