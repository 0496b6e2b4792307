"""Colours and marks that differ in shape too, for light and dark pages and colour-blind readers."""

from __future__ import annotations

import re
from dataclasses import dataclass
from math import lcm

from wardspace.results import ModelRecord

COLOURS = 8
"""Categorical colours."""
SHAPES = 6
"""Shapes of a map's marks, drawn by the page's script and by `svg.dots`."""
CATEGORIES = lcm(COLOURS, SHAPES)
"""Values that differ in a map: colour and shape both go on with each value, so that neighbours differ in grey too."""
RAMP = 6
"""Colours of an ordered column, from little to much."""

LIGHT = {
    "bg": "#ffffff",
    "panel": "#f5f6f8",
    "line": "#d5dae1",
    "ink": "#17202b",
    "edge": "#757f8b",
    "soft": "#55606e",
    "accent": "#1f5f8b",
    "good": "#1f6b45",
    "bad": "#a3291f",
    "warn": "#fff4d6",
    "c0": "#0091c8",
    "c1": "#956211",
    "c2": "#720caf",
    "c3": "#037465",
    "c4": "#e440a3",
    "c5": "#303e72",
    "c6": "#781d00",
    "c7": "#91904d",
    "s0": "#d36a0a",
    "s1": "#b9542b",
    "s2": "#9c3a52",
    "s3": "#76286b",
    "s4": "#4d1d66",
    "s5": "#1d1038",
}
"""Named colours of the light page.

c0 to c7 were chosen to lie far apart in OKLab for full and colour-blind sight; s0 to s5 go from little to much and gain
contrast at each step, so that they keep their order in grey; `edge` outlines what can be pressed."""
DARK = {
    "bg": "#14181e",
    "panel": "#1c2229",
    "line": "#38424e",
    "ink": "#e9edf2",
    "edge": "#7d8996",
    "soft": "#a4afbc",
    "accent": "#7cc4f0",
    "good": "#6fd3a0",
    "bad": "#ff9d8f",
    "warn": "#3d3218",
    "c0": "#56b6b9",
    "c1": "#e38f23",
    "c2": "#b688fe",
    "c3": "#5ef1a1",
    "c4": "#9c658f",
    "c5": "#4c75d2",
    "c6": "#cb4838",
    "c7": "#e1cd20",
    "s0": "#7f6bc4",
    "s1": "#a36fc9",
    "s2": "#d07ab0",
    "s3": "#ee9485",
    "s4": "#f8bd6b",
    "s5": "#fdf0a8",
}
"""Named colours of the dark page: the same hues, lighter."""


@dataclass(frozen=True)
class ModelStyle:
    """How a model is drawn in every figure."""

    colour: str
    """A CSS value."""
    shape: str
    """One of `MARKS`."""
    dash: str
    """SVG dash pattern; empty for a full line."""


MARKS = ("circle", "square", "triangle", "diamond", "cross")
"""Shapes of marks."""


def model_styles(models: list[ModelRecord]) -> dict[str, ModelStyle]:
    """One style a model: the baselines in greys, the adapted models in colours, the same in every figure."""
    styles: dict[str, ModelStyle] = {}
    adapted = 0
    for model in models:
        if model.kind == "base":
            styles[model.name] = ModelStyle("var(--ink)", "circle", "")
        elif model.kind in ("tfidf", "baseline"):
            styles[model.name] = ModelStyle("var(--soft)", "cross", "2 4")
        else:
            # colours repeat after eight models, shapes after four: 8 and 4 together would repeat in step, so shift
            shape = MARKS[(adapted + adapted // COLOURS) % 4]
            styles[model.name] = ModelStyle(f"var(--c{adapted % COLOURS})", shape, ("", "7 3")[adapted // COLOURS % 2])
            adapted += 1
    return styles


def variables(colours: dict[str, str]) -> str:
    """CSS custom properties."""
    return "".join(f"--{name}:{value};" for name, value in colours.items())


def explicit(text: str, colours: dict[str, str] = LIGHT) -> str:
    """`text` with each `var(--name)` replaced by its colour, for places that know no custom properties."""
    return re.sub(r"var\(--([a-z0-9]+)\)", lambda match: colours[match[1]], text)
