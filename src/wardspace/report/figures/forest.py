"""Differences to the base: a dot with its interval, and a line at zero."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

from wardspace.report.figures.style import ModelStyle
from wardspace.report.figures.svg import LETTER, Scale, figure, mark, scale, tag, text
from wardspace.report.tables.comparison import starred
from wardspace.report.wording import gap

PLOT, ROW, TOP, BOTTOM = 152, 25, 8, 40
LEFT, RIGHT = 128, 70
HEAD = 7
"""Length of the arrow head that ends a line which goes on beyond the scale."""


@dataclass(frozen=True)
class Bar:
    """One model's difference, in points."""

    name: str
    style: ModelStyle
    value: float
    low: float
    high: float
    plain: bool
    """Without colour: a tie, or a gap that does not hold after correction."""
    significant: bool = False
    """After Holm correction."""


def forest(bars: list[Bar], description: str, ends: tuple[float, float]) -> Markup:
    """Draw one panel; `ends` (points) are shared by the panels of a figure so that they can be compared.

    What goes on beyond the scale ends in an arrow head at its edge, and the description names it.
    """
    height = TOP + ROW * len(bars) + BOTTOM
    left = max([LEFT, *(LETTER * len(bar.name) + HEAD for bar in bars)])
    x = scale(ends, left, left + PLOT, ticks=4, zero=True)
    bottom = height - BOTTOM
    grid = [tag("line", x1=x(tick), x2=x(tick), y1=TOP, y2=bottom, cls="grid") for tick in x.ticks]
    zero = tag("line", x1=x(0), x2=x(0), y1=TOP - 4, y2=bottom + 4, cls="zero")
    ticks = [text(x(tick), bottom + 17, x.label(tick), anchor="middle", cls="tick") for tick in x.ticks]
    title = text(left + PLOT / 2, height - 5, "points above or below the base", anchor="middle", cls="axis")
    rows = [_row(bar, TOP + ROW * (i + 0.5), x) for i, bar in enumerate(bars)]
    beyond = [bar.name for bar in bars if bar.low < x.low or bar.high > x.high]
    said = f"{description}. Beyond the scale: {', '.join(beyond)}" if beyond else description
    return figure(left + PLOT + RIGHT, height, said, *grid, zero, *ticks, title, *rows, cls="forest")


def _row(bar: Bar, y: float, x: Scale) -> Markup:
    verdict = starred(gap(bar.value / 100), "above" if bar.significant else "tie")
    cls = "value" if bar.plain else f"value {'good' if bar.value > 0 else 'bad'}"
    return tag(
        "g",
        text(0, y + 4, bar.name, cls="name"),
        *_interval(bar, y, x),
        text(x.end + RIGHT, y + 4, verdict, anchor="end", cls=cls),
        cls="series",
    )


def _interval(bar: Bar, y: float, x: Scale) -> list[Markup]:
    """What of the dot and the interval lies on the scale; an arrow head at the edge where more lies beyond it."""
    colour = bar.style.colour
    low, high = max(bar.low, x.low), min(bar.high, x.high)
    drawn = []
    if low <= high:
        drawn.append(tag("line", x1=x(low), x2=x(high), y1=y, y2=y, stroke=colour, stroke_width=2.2))
    drawn += [
        tag("line", x1=x(end), x2=x(end), y1=y - 4, y2=y + 4, stroke=colour, stroke_width=1.6)
        for end in (bar.low, bar.high)
        if x.low <= end <= x.high
    ]
    drawn += [_head(x.start, y, -1, colour)] if bar.low < x.low else []
    drawn += [_head(x.end, y, 1, colour)] if bar.high > x.high else []
    return [*drawn, mark(x(bar.value), y, bar.style)] if x.low <= bar.value <= x.high else drawn


def _head(x: float, y: float, way: int, colour: str) -> Markup:
    """An arrow head whose tip lies just beyond the edge; `way` is 1 to the right and -1 to the left."""
    tip, back = x + way * HEAD / 2, x - way * HEAD / 2
    return tag("path", d=f"M{tip:.1f},{y:.1f}L{back:.1f},{y - 5:.1f}V{y + 5:.1f}Z", fill=colour, cls="beyond")
