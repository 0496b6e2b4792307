"""Points: alignment against uniformity, and maps as static pictures for readers without scripts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from markupsafe import Markup
from numpy.typing import NDArray

from wardspace.report.figures.style import COLOURS, SHAPES, ModelStyle
from wardspace.report.figures.svg import LETTER, axes, figure, mark, scale, tag, text

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
"""Positions of a name around its mark, nearest first: shift right, shift down, and the text anchor."""


@dataclass(frozen=True)
class Spot:
    """A model's place."""

    name: str
    style: ModelStyle
    x: float
    y: float


def scatter(spots: list[Spot], x_title: str, y_title: str, description: str) -> Markup:
    """Draw the spots, with names where they overlap least."""
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
    down = [tag("line", x1=x(t), x2=x(t), y1=TOP, y2=HEIGHT - BOTTOM, cls="grid") for t in x.ticks]
    return figure(WIDTH, HEIGHT, description, *down, *axes(x, y, 17), *titles, *drawn, cls="scatter")


def _name_place(px: float, py: float, wide: float, taken: list[Box]) -> tuple[Candidate, Box]:
    """Position of a name near its mark, and its box: least overlap first, then nearest."""
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


SIDE, EDGE = 320, 10
MOST = 600
"""Most notes drawn, evenly over all: enough to see the shape, and small in the file."""
_SHAPES = ("h0", "h0", "m0-3l3 5h-6z", "m0-3l3 3-3 3-3-3z", "m0 3l3-5h-6z", "m-3 0h6m-3-3v6")
"""How each shape is drawn from its middle; the first two are the round and the square end of a line without length."""


Tone = tuple[str, int]
"""Colour (CSS) and number of the shape of a value."""


def tones(values: int, *, ordered: bool) -> list[Tone]:
    """Colour and shape of each value of a column: a ramp of round marks where the values have an order."""
    if ordered:
        return [(f"var(--s{code})", 0) for code in range(values)]
    return [(f"var(--c{code % COLOURS})", code % SHAPES) for code in range(values)]


def dots(places: NDArray[np.float64], codes: Sequence[int], tones: Sequence[Tone], description: str) -> Markup:
    """Draw notes.

    Parameters
    ----------
    places : array of shape (n, 2)
        Coordinates from 0 to 1, y downwards.
    codes : sequence of int
        Value of each note; codes beyond `tones` are drawn small and grey.
    tones : sequence of Tone
        Colour and shape of each code.
    description : str
        What a screen reader says.
    """
    chosen = np.linspace(0, len(places) - 1, min(MOST, len(places))).astype(int)
    xy = np.rint(EDGE + places[chosen] * (SIDE - 2 * EDGE)).astype(int)
    groups: dict[int, list[str]] = {}
    for note, (x, y) in zip(chosen.tolist(), xy.tolist(), strict=True):
        code = codes[note]
        named = code < len(tones)
        shape = _SHAPES[tones[code][1]] if named else _SHAPES[0]
        groups.setdefault(code if named else -1, []).append(f"M{x} {y}{shape}")
    drawn = [_marks("".join(found), tones[code] if code >= 0 else None) for code, found in sorted(groups.items())]
    return figure(SIDE, SIDE, description, *drawn, cls="dots")


def swatch(tone: Tone) -> Markup:
    """The mark of a value, for a legend; its value follows in words."""
    inner = _marks(f"M7 7{_SHAPES[tone[1]]}", tone)
    return tag("svg", inner, viewBox="0 0 14 14", width=14, height=14, aria_hidden="true", cls="swatch")


def _marks(path: str, tone: Tone | None) -> Markup:
    """Marks of one value in one path; None is a value without a colour of its own."""
    if tone is None:
        return tag("path", d=path, stroke="var(--soft)", stroke_width=2.5, stroke_linecap="round", fill="none")
    colour, shape = tone
    if shape < 2:
        end, wide = (("round", 6.0), ("square", 5.0))[shape]
        return tag("path", d=path, stroke=colour, stroke_width=wide, stroke_linecap=end, fill="none")
    if shape == SHAPES - 1:
        return tag("path", d=path, stroke=colour, stroke_width=2, fill="none")
    return tag("path", d=path, fill=colour)
