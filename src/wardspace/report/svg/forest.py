"""Differences to the base: a dot with its interval beside a line at zero."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

from wardspace.report.numbers import gap
from wardspace.report.style import ModelStyle
from wardspace.report.svg.element import figure, tag, text
from wardspace.report.svg.marks import mark
from wardspace.report.svg.scale import Scale, scale

WIDTH, ROW, TOP, BOTTOM = 350, 25, 8, 40
LEFT, RIGHT = 128, 70


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
    sign: str


def forest(bars: list[Bar], description: str, ends: tuple[float, float]) -> Markup:
    """Draw one panel; `ends` (points) are shared by the panels of a figure so that they can be compared."""
    height = TOP + ROW * len(bars) + BOTTOM
    x = scale(ends, LEFT, WIDTH - RIGHT, ticks=4, zero=True)
    bottom = height - BOTTOM
    grid = [tag("line", x1=x(tick), x2=x(tick), y1=TOP, y2=bottom, cls="grid") for tick in x.ticks]
    zero = tag("line", x1=x(0), x2=x(0), y1=TOP - 4, y2=bottom + 4, cls="zero")
    ticks = [text(x(tick), bottom + 17, x.label(tick), anchor="middle", cls="tick") for tick in x.ticks]
    title = text((LEFT + WIDTH - RIGHT) / 2, height - 5, "points above or below the base", anchor="middle", cls="axis")
    rows = [_row(bar, TOP + ROW * (i + 0.5), x) for i, bar in enumerate(bars)]
    return figure(WIDTH, height, description, *grid, zero, *ticks, title, *rows, cls="forest")


def _row(bar: Bar, y: float, x: Scale) -> Markup:
    verdict = f"{bar.sign} {gap(bar.value / 100)}"
    cls = "value" if bar.plain else f"value {'good' if bar.value > 0 else 'bad'}"
    return tag(
        "g",
        text(0, y + 4, bar.name, cls="name"),
        *_interval(bar, y, x),
        text(WIDTH, y + 4, verdict, anchor="end", cls=cls),
        cls="series",
    )


def _interval(bar: Bar, y: float, x: Scale) -> list[Markup]:
    """Dot and interval, or an arrow at the edge where the dot lies beyond the scale."""
    if bar.value < x.low:
        return [text(x.start, y + 4, "◂", anchor="middle", fill=bar.style.colour)]
    if bar.value > x.high:
        return [text(x.end, y + 4, "▸", anchor="middle", fill=bar.style.colour)]
    low, high = max(bar.low, x.low), min(bar.high, x.high)
    ends = [end for end in (bar.low, bar.high) if low <= end <= high]
    line = tag("line", x1=x(low), x2=x(high), y1=y, y2=y, stroke=bar.style.colour, stroke_width=2.2)
    caps = [
        tag("line", x1=x(end), x2=x(end), y1=y - 4, y2=y + 4, stroke=bar.style.colour, stroke_width=1.6) for end in ends
    ]
    return [line, *caps, mark(x(bar.value), y, bar.style)]
