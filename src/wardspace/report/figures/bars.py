"""How many notes have how many tokens."""

from __future__ import annotations

from markupsafe import Markup

from wardspace.report.figures.svg import figure, scale, tag, text
from wardspace.report.wording import thousands

WIDTH, HEIGHT = 760, 260
LEFT, RIGHT, TOP, BOTTOM = 50, 16, 30, 46


def histogram(edges: list[float], counts: list[int], x_title: str, y_title: str, description: str) -> Markup:
    """Bars between edges (one more edge than counts), each as wide as the others whatever the edges are."""
    if len(edges) != len(counts) + 1:
        raise ValueError(f"{len(edges)} edges for {len(counts)} bars")
    y = scale([float(count) for count in counts], HEIGHT - BOTTOM, TOP, ticks=4, zero=True)
    wide = (WIDTH - LEFT - RIGHT) / max(len(counts), 1)
    grid = [tag("line", x1=LEFT, x2=WIDTH - RIGHT, y1=y(tick), y2=y(tick), cls="grid") for tick in y.ticks]
    values = [text(LEFT - 8, y(tick) + 4, y.label(tick), anchor="end", cls="tick") for tick in y.ticks]
    bars = [
        tag(
            "rect",
            tag("title", f"{thousands(edges[i])} to {thousands(edges[i + 1])}: {thousands(count)}"),
            x=LEFT + wide * i + 1,
            y=y(count),
            width=max(wide - 2, 0.5),
            height=max(y(0) - y(count), 0),
            fill="var(--c0)",
        )
        for i, count in enumerate(counts)
    ]
    every = max(1, round(len(edges) / 10))
    names = [
        text(LEFT + wide * i, HEIGHT - BOTTOM + 18, thousands(edge), anchor="middle", cls="tick")
        for i, edge in enumerate(edges)
        if i % every == 0
    ]
    titles = [
        text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 6, x_title, anchor="middle", cls="axis"),
        text(2, 12, y_title, cls="axis"),
    ]
    return figure(WIDTH, HEIGHT, description, *grid, *values, *bars, *names, *titles, cls="bars")
