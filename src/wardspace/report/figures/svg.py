"""SVG elements with everything from the user's data escaped."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from markupsafe import Markup, escape

from wardspace.report.figures.style import ModelStyle


@dataclass(frozen=True)
class Scale:
    """A linear scale with round ticks."""

    low: float
    high: float
    start: float
    end: float
    step: float

    def __call__(self, value: float) -> float:
        """Place of a value."""
        return self.start + (value - self.low) / (self.high - self.low) * (self.end - self.start)

    @property
    def ticks(self) -> list[float]:
        """Round values from low to high."""
        count = round((self.high - self.low) / self.step)
        return [self.low + i * self.step for i in range(count + 1)]

    def label(self, tick: float) -> str:
        """A tick in as many digits as the step needs."""
        digits = max(0, -math.floor(math.log10(self.step) + 1e-9))
        shown = f"{tick:,.{digits}f}"
        return (shown[1:] if shown.strip("-0.,") == "" and shown.startswith("-") else shown).replace("-", "−")


def scale(values: Iterable[float], start: float, end: float, *, ticks: int = 5, zero: bool = False) -> Scale:
    """A scale that holds all values between round ends; `zero` takes in zero."""
    found = [value for value in values if math.isfinite(value)] + ([0.0] if zero else [])
    low, high = (min(found), max(found)) if found else (0.0, 1.0)
    if high - low < 1e-9:
        low, high = low - 0.5, high + 0.5
    step = _round_step((high - low) / ticks)
    return Scale(math.floor(low / step + 1e-9) * step, math.ceil(high / step - 1e-9) * step, start, end, step)


def _round_step(raw: float) -> float:
    power = 10 ** math.floor(math.log10(raw))
    return float(next(power * factor for factor in (1, 2, 5, 10) if power * factor >= raw * (1 - 1e-9)))


def spread(places: list[float], gap: float, low: float, high: float) -> list[float]:
    """Move places apart to at least `gap`, keeping their order and staying between `low` and `high` where that fits."""
    order = sorted(range(len(places)), key=lambda i: places[i])
    moved = [min(max(places[i], low), high) for i in order]
    for _ in range(200):
        shifted = False
        for a in range(len(moved) - 1):
            short = gap - (moved[a + 1] - moved[a])
            if short > 0.01:
                moved[a] -= short / 2
                moved[a + 1] += short / 2
                shifted = True
        moved = [min(max(place, low), high) for place in moved]
        if not shifted:
            break
    back = [0.0] * len(places)
    for place, i in zip(moved, order, strict=True):
        back[i] = place
    return back


LETTER = 7.4
"""Room for a letter of a name, in the widest of the usual fonts."""


def tag(name: str, *children: str, **attributes: str | float | None) -> Markup:
    """An element.

    Parameters
    ----------
    name : str
        Name of the element.
    *children : str
        Content; plain strings are escaped, Markup is not.
    **attributes : str, float or None
        Attributes: `_` becomes `-` (`cls` becomes `class`), numbers are rounded to a tenth, None is left out.
    """
    written = Markup("").join(
        Markup(' {}="{}"').format(_name(key), _value(value)) for key, value in attributes.items() if value is not None
    )
    body = Markup("").join(escape(child) for child in children)
    return (
        Markup("<{0}{1}>{2}</{0}>").format(name, written, body) if body else Markup("<{0}{1}/>").format(name, written)
    )


def text(x: float, y: float, words: str, *, anchor: str = "start", cls: str = "", **attributes: str | float) -> Markup:
    """Words at a point."""
    return tag("text", words, x=x, y=y, text_anchor=anchor, cls=cls or None, **attributes)


def axes(x: Scale, y: Scale, drop: float) -> list[Markup]:
    """Lines across at the ticks of `y`, and the values at both axes; those below are `drop` under the axis."""
    grid = [tag("line", x1=x.start, x2=x.end, y1=y(tick), y2=y(tick), cls="grid") for tick in y.ticks]
    values = [text(x.start - 8, y(tick) + 4, y.label(tick), anchor="end", cls="tick") for tick in y.ticks]
    below = [text(x(tick), y.start + drop, x.label(tick), anchor="middle", cls="tick") for tick in x.ticks]
    return [*grid, *values, *below]


def figure(width: float, height: float, description: str, *children: str, cls: str = "") -> Markup:
    """The outer element; `description` is what a screen reader says."""
    inner = Markup("").join(escape(child) for child in children)
    return tag(
        "svg",
        inner,
        xmlns="http://www.w3.org/2000/svg",
        viewBox=f"0 0 {width:g} {height:g}",
        width=width,
        height=height,
        role="img",
        aria_label=description,
        cls=f"chart {cls}".strip(),
    )


def _name(key: str) -> str:
    return "class" if key == "cls" else key.replace("_", "-")


def _value(value: str | float) -> str:
    return value if isinstance(value, str) else f"{value:.1f}".removesuffix(".0")


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
