"""From values to places on a figure."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Scale:
    """A linear scale with round ticks."""

    low: float
    high: float
    start: float
    end: float
    step: float

    def __call__(self, value: float) -> float:
        """Place of a value."""
        return self.start + (value - self.low) / (self.high - self.low) * (self.end - self.start)

    @property
    def ticks(self) -> list[float]:
        """Round values from low to high."""
        count = round((self.high - self.low) / self.step)
        return [self.low + i * self.step for i in range(count + 1)]

    def label(self, tick: float) -> str:
        """A tick in as many digits as the step needs."""
        digits = max(0, -math.floor(math.log10(self.step) + 1e-9))
        shown = f"{tick:,.{digits}f}"
        return (shown[1:] if shown.strip("-0.,") == "" and shown.startswith("-") else shown).replace("-", "−")


def scale(values: Iterable[float], start: float, end: float, *, ticks: int = 5, zero: bool = False) -> Scale:
    """A scale that holds all values between round ends; `zero` takes in zero."""
    found = [value for value in values if math.isfinite(value)] + ([0.0] if zero else [])
    low, high = (min(found), max(found)) if found else (0.0, 1.0)
    if high - low < 1e-9:
        low, high = low - 0.5, high + 0.5
    step = _round_step((high - low) / ticks)
    return Scale(math.floor(low / step + 1e-9) * step, math.ceil(high / step - 1e-9) * step, start, end, step)


def _round_step(raw: float) -> float:
    power = 10 ** math.floor(math.log10(raw))
    return float(next(power * factor for factor in (1, 2, 5, 10) if power * factor >= raw * (1 - 1e-9)))


def spread(places: list[float], gap: float, low: float, high: float) -> list[float]:
    """Move places apart to at least `gap`, keeping their order and staying between `low` and `high` where that fits."""
    order = sorted(range(len(places)), key=lambda i: places[i])
    moved = [min(max(places[i], low), high) for i in order]
    for _ in range(200):
        shifted = False
        for a in range(len(moved) - 1):
            short = gap - (moved[a + 1] - moved[a])
            if short > 0.01:
                moved[a] -= short / 2
                moved[a + 1] += short / 2
                shifted = True
        moved = [min(max(place, low), high) for place in moved]
        if not shifted:
            break
    back = [0.0] * len(places)
    for place, i in zip(moved, order, strict=True):
        back[i] = place
    return back
