"""A validation loss in the size of a word."""

from __future__ import annotations

from markupsafe import Markup

from wardspace.report.figures.svg import figure, scale, tag
from wardspace.results import LossPoint

WIDTH, HEIGHT, EDGE = 110, 34, 5


def loss_curve(losses: list[LossPoint], description: str) -> Markup:
    """Loss over tokens read; the point marks the weights that were kept. Empty where there are fewer than two."""
    if len(losses) < 2:
        return Markup("")
    x = scale([point.tokens for point in losses], EDGE, WIDTH - EDGE)
    y = scale([point.loss for point in losses], HEIGHT - EDGE, EDGE)
    path = " ".join(f"{x(point.tokens):.1f},{y(point.loss):.1f}" for point in losses)
    best = min(losses, key=lambda point: point.loss)
    line = tag("polyline", points=path, fill="none", stroke="var(--accent)", stroke_width=1.8)
    kept = tag("circle", cx=x(best.tokens), cy=y(best.loss), r=3.2, fill="var(--accent)")
    return figure(WIDTH, HEIGHT, description, line, kept, cls="spark")
