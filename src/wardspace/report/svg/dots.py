"""A map as a still picture, for pages whose script does not run."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from markupsafe import Markup
from numpy.typing import NDArray

from wardspace.report.style import COLOURS, SHAPES
from wardspace.report.svg.element import figure, tag

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
    """The mark of a value, for a legend; the words beside it say what it is."""
    inner = _marks(f"M7 7{_SHAPES[tone[1]]}", tone)
    return tag("svg", inner, viewBox="0 0 14 14", width=14, height=14, aria_hidden="true", cls="swatch")


def _marks(path: str, tone: Tone | None) -> Markup:
    """Marks of one value in one path; None is a value that is not told apart."""
    if tone is None:
        return tag("path", d=path, stroke="var(--soft)", stroke_width=2.5, stroke_linecap="round", fill="none")
    colour, shape = tone
    if shape < 2:
        end, wide = (("round", 6.0), ("square", 5.0))[shape]
        return tag("path", d=path, stroke=colour, stroke_width=wide, stroke_linecap=end, fill="none")
    if shape == SHAPES - 1:
        return tag("path", d=path, stroke=colour, stroke_width=2, fill="none")
    return tag("path", d=path, fill=colour)
