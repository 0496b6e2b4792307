"""Alignment against uniformity: one named mark a model."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

from wardspace.report.style import ModelStyle
from wardspace.report.svg.element import figure, tag, text
from wardspace.report.svg.marks import mark
from wardspace.report.svg.scale import Scale, scale

WIDTH, HEIGHT = 440, 360
LEFT, RIGHT, TOP, BOTTOM = 54, 22, 18, 48
LETTER, LINE = 6.3, 13
"""Width of a letter and height of a line, roughly: only used to keep names off each other."""

Box = tuple[float, float, float, float]


@dataclass(frozen=True)
class Spot:
    """A model's place."""

    name: str
    style: ModelStyle
    x: float
    y: float


def scatter(spots: list[Spot], x_title: str, y_title: str, description: str) -> Markup:
    """Draw the spots; names stand where they cover least."""
    x = scale([spot.x for spot in spots], LEFT, WIDTH - RIGHT, ticks=5)
    y = scale([spot.y for spot in spots], HEIGHT - BOTTOM, TOP, ticks=5)
    taken: list[Box] = [(x(s.x) - 6, y(s.y) - 6, x(s.x) + 6, y(s.y) + 6) for s in spots]
    drawn = []
    for spot in spots:
        px, py = x(spot.x), y(spot.y)
        left, baseline, box = _name_place(px, py, len(spot.name) * LETTER, taken)
        taken.append(box)
        leader = _leader(px, py, box)
        drawn.append(
            tag("g", leader, mark(px, py, spot.style, 5), text(left, baseline, spot.name, cls="name"), cls="series")
        )
    titles = [
        text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 8, x_title, anchor="middle", cls="axis"),
        text(4, 11, y_title, cls="axis"),
    ]
    return figure(WIDTH, HEIGHT, description, *_frame(x, y), *titles, *drawn, cls="scatter")


def _frame(x: Scale, y: Scale) -> list[Markup]:
    across = [tag("line", x1=LEFT, x2=WIDTH - RIGHT, y1=y(t), y2=y(t), cls="grid") for t in y.ticks]
    down = [tag("line", x1=x(t), x2=x(t), y1=TOP, y2=HEIGHT - BOTTOM, cls="grid") for t in x.ticks]
    values = [text(LEFT - 8, y(t) + 4, y.label(t), anchor="end", cls="tick") for t in y.ticks]
    below = [text(x(t), HEIGHT - BOTTOM + 17, x.label(t), anchor="middle", cls="tick") for t in x.ticks]
    return [*across, *down, *values, *below]


def _name_place(px: float, py: float, wide: float, taken: list[Box]) -> tuple[float, float, Box]:
    """Left end and baseline of a name, and the box it fills: the candidate that overlaps least, nearest first."""
    best: tuple[float, float, float, Box] | None = None
    for rank, (dx, dy) in enumerate(_candidates(wide)):
        left, baseline = px + dx, py + dy
        box = (left, baseline - LINE + 3, left + wide, baseline + 3)
        outside = (
            max(0, 2 - box[0])
            + max(0, box[2] - WIDTH + 2)
            + max(0, TOP - 6 - box[1])
            + max(0, box[3] - HEIGHT + BOTTOM)
        )
        cost = 20 * outside + sum(_overlap(box, other) for other in taken) + 0.5 * rank
        if best is None or cost < best[0]:
            best = (cost, left, baseline, box)
    if best is None:
        raise AssertionError("there is always a candidate")
    return best[1], best[2], best[3]


def _candidates(wide: float) -> list[tuple[float, float]]:
    sides = [(9.0, 4.0), (-9 - wide, 4.0), (-wide / 2, -9.0), (-wide / 2, 18.0)]
    return sides + [(dx, dy) for dy in (-18.0, 24.0, -32.0, 38.0, -46.0, 52.0) for dx in (9.0, -9 - wide, -wide / 2)]


def _overlap(a: Box, b: Box) -> float:
    return max(0.0, min(a[2], b[2]) - max(a[0], b[0])) * max(0.0, min(a[3], b[3]) - max(a[1], b[1]))


def _leader(px: float, py: float, box: Box) -> Markup:
    """A thin line to a name that had to move away."""
    nx, ny = min(max(px, box[0]), box[2]), min(max(py, box[1]), box[3])
    if (nx - px) ** 2 + (ny - py) ** 2 < 14**2:
        return Markup("")
    return tag("line", x1=px, y1=py, x2=nx, y2=ny, cls="leader")
