"""Alignment against uniformity: one named mark a model."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

from wardspace.report.style import ModelStyle
from wardspace.report.svg.element import LETTER, figure, tag, text
from wardspace.report.svg.marks import mark
from wardspace.report.svg.scale import Scale, scale

WIDTH, HEIGHT = 370, 340
LEFT, RIGHT, TOP, BOTTOM = 40, 16, 32, 46
LINE = 13
"""Width of a letter and height of a line, roughly: only used to keep names off each other."""

Box = tuple[float, float, float, float]
Candidate = tuple[float, float, str]
CANDIDATES: list[Candidate] = [
    (9, 4, "start"),
    (-9, 4, "end"),
    (0, -10, "middle"),
    (0, 19, "middle"),
    *((dx, dy, anchor) for dy in (-18, 26, -32, 40, -46, 54) for dx, anchor in ((9, "start"), (-9, "end"))),
]
"""Places of a name beside its mark, the nearest first: shift to the right, shift down, and which end stands there."""


@dataclass(frozen=True)
class Spot:
    """A model's place."""

    name: str
    style: ModelStyle
    x: float
    y: float


def scatter(spots: list[Spot], x_title: str, y_title: str, description: str) -> Markup:
    """Draw the spots; names stand where they cover least."""
    x = scale(_padded([spot.x for spot in spots]), LEFT, WIDTH - RIGHT, ticks=4)
    y = scale(_padded([spot.y for spot in spots]), HEIGHT - BOTTOM, TOP, ticks=5)
    taken: list[Box] = [(x(s.x) - 6, y(s.y) - 6, x(s.x) + 6, y(s.y) + 6) for s in spots]
    drawn = []
    for spot in spots:
        px, py = x(spot.x), y(spot.y)
        (dx, dy, anchor), box = _name_place(px, py, len(spot.name) * LETTER, taken)
        taken.append(box)
        name = text(px + dx, py + dy, spot.name, anchor=anchor, cls="name")
        drawn.append(tag("g", _leader(px, py, box), mark(px, py, spot.style, 5), name, cls="series"))
    titles = [
        text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 8, x_title, anchor="middle", cls="axis"),
        text(2, 12, y_title, cls="axis"),
    ]
    return figure(WIDTH, HEIGHT, description, *_frame(x, y), *titles, *drawn, cls="scatter")


def _frame(x: Scale, y: Scale) -> list[Markup]:
    across = [tag("line", x1=LEFT, x2=WIDTH - RIGHT, y1=y(t), y2=y(t), cls="grid") for t in y.ticks]
    down = [tag("line", x1=x(t), x2=x(t), y1=TOP, y2=HEIGHT - BOTTOM, cls="grid") for t in x.ticks]
    values = [text(LEFT - 8, y(t) + 4, y.label(t), anchor="end", cls="tick") for t in y.ticks]
    below = [text(x(t), HEIGHT - BOTTOM + 17, x.label(t), anchor="middle", cls="tick") for t in x.ticks]
    return [*across, *down, *values, *below]


def _name_place(px: float, py: float, wide: float, taken: list[Box]) -> tuple[Candidate, Box]:
    """Where a name stands beside its mark, and the box it fills: least overlap first, then nearest."""
    placed = [(candidate, _box(px, py, wide, candidate)) for candidate in CANDIDATES]
    costs = [
        20 * _outside(box) + sum(_overlap(box, other) for other in taken) + 0.5 * rank
        for rank, (_, box) in enumerate(placed)
    ]
    return placed[costs.index(min(costs))]


def _box(px: float, py: float, wide: float, candidate: Candidate) -> Box:
    dx, dy, anchor = candidate
    left = px + dx - {"start": 0.0, "middle": wide / 2, "end": wide}[anchor]
    return left - 2, py + dy - LINE + 2, left + wide + 2, py + dy + 4


def _outside(box: Box) -> float:
    """How far a box reaches out of the figure."""
    beyond = (LEFT - box[0], box[2] - WIDTH, TOP - 8 - box[1], box[3] - (HEIGHT - BOTTOM))
    return sum(max(0.0, far) for far in beyond)


def _padded(values: list[float]) -> list[float]:
    """The values with a margin, so that no mark lies on the edge."""
    margin = 0.06 * (max(values) - min(values)) if values else 0.0
    return [*values, min(values) - margin, max(values) + margin] if values else []


def _overlap(a: Box, b: Box) -> float:
    return max(0.0, min(a[2], b[2]) - max(a[0], b[0])) * max(0.0, min(a[3], b[3]) - max(a[1], b[1]))


def _leader(px: float, py: float, box: Box) -> Markup:
    """A thin line to a name that had to move away."""
    nx, ny = min(max(px, box[0]), box[2]), min(max(py, box[1]), box[3])
    if (nx - px) ** 2 + (ny - py) ** 2 < 14**2:
        return Markup("")
    return tag("line", x1=px, y1=py, x2=nx, y2=ny, cls="leader")
