"""Colours and marks: told apart by shape as well, in light, in dark and by colour-blind eyes."""

from __future__ import annotations

import re
from dataclasses import dataclass

from wardspace.evaluation.results import ModelRecord

COLOURS = 8
"""Categorical colours."""
SHAPES = 3
"""Shapes a colour comes in, so that 24 categories differ."""

LIGHT = {
    "bg": "#ffffff",
    "panel": "#f5f6f8",
    "line": "#d5dae1",
    "ink": "#17202b",
    "soft": "#55606e",
    "accent": "#1f5f8b",
    "good": "#1f6b45",
    "bad": "#a3291f",
    "warn": "#fff4d6",
    "c0": "#1787ba",
    "c1": "#733804",
    "c2": "#7f3ab6",
    "c3": "#28744a",
    "c4": "#d8656c",
    "c5": "#2e3d77",
    "c6": "#b0478e",
    "c7": "#87840e",
}
"""Named colours of the light page."""
DARK = {
    "bg": "#14181e",
    "panel": "#1c2229",
    "line": "#38424e",
    "ink": "#e9edf2",
    "soft": "#a4afbc",
    "accent": "#7cc4f0",
    "good": "#6fd3a0",
    "bad": "#ff9d8f",
    "warn": "#3d3218",
    "c0": "#52f0ff",
    "c1": "#f9a726",
    "c2": "#ae84f2",
    "c3": "#3cc198",
    "c4": "#db6241",
    "c5": "#5f86e0",
    "c6": "#b0719f",
    "c7": "#d6df9a",
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
        elif model.kind == "tfidf":
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
