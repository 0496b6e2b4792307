"""Numbers as a reader says them."""

from __future__ import annotations

import math
from collections.abc import Iterable

MINUS = "\N{MINUS SIGN}"


def points(value: float) -> str:
    """A score between 0 and 1 in points of 100: 0.742 is 74.2."""
    return _signless(100 * value)


def gap(value: float) -> str:
    """A difference in points, always with its sign; 0.0 has none."""
    text = _signless(100 * value)
    return text if text == "0.0" or text.startswith(MINUS) else f"+{text}"


def between(low: float, high: float, *, signed: bool = False) -> str:
    """An interval in points: `71.9 to 76.4`."""
    show = gap if signed else points
    return f"{show(low)} to {show(high)}"


def plain(value: float, beside: Iterable[float] = ()) -> str:
    """A measure on its own scale: three figures of the largest of it and the values it stands beside."""
    largest = max((abs(other) for other in (value, *beside) if math.isfinite(other)), default=0.0)
    if largest == 0 or not math.isfinite(value):
        return _minus(f"{value:g}")
    digits = min(max(0, 2 - math.floor(math.log10(largest))), 3)
    text = f"{value:,.{digits}f}"
    return text.removeprefix("-") if float(text.replace(",", "")) == 0 else _minus(text)


def p_value(value: float) -> str:
    """A p with two figures: `p 0.034`, `p < 0.001`."""
    return "p < 0.001" if value < 0.001 else f"p {value:.2f}" if value >= 0.0995 else f"p {value:.3f}"


def signed(value: float, beside: Iterable[float] = ()) -> str:
    """A difference on its own scale, always with its sign; 0 has none. See `plain`."""
    text = plain(value, beside)
    return text if value <= 0 or not text.strip("0.,") else f"+{text}"


def thousands(value: float) -> str:
    """A count: `1,204`."""
    return _minus(f"{value:,.0f}")


def tokens(value: float) -> str:
    """A count of tokens, in words of the field: `1.0 M`."""
    for size, letter in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if value >= size * 0.9995:
            return f"{value / size:.1f} {letter}"
    return thousands(value)


def duration(seconds: float) -> str:
    """A time: `6 min 52 s`."""
    if seconds < 10:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    hours, minutes, rest = whole // 3600, whole % 3600 // 60, whole % 60
    if hours:
        return f"{hours} h {minutes:02d} min"
    return f"{minutes} min {rest:02d} s" if minutes else f"{rest} s"


def share(value: float) -> str:
    """A share: `7%`."""
    if 0 < value < 0.0005:
        return "under 0.1%"
    text = f"{100 * value:.0f}" if value >= 0.095 else f"{100 * value:.1f}"
    return f"{text.removesuffix('.0')}%"


def listed(names: list[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}" if names else "none"


def counted(number: int, noun: str, plural: str | None = None) -> str:
    """`1 setting`, `6 settings`."""
    return f"{thousands(number)} {noun if number == 1 else plural or noun + 's'}"


def _signless(value: float) -> str:
    text = f"{value:.1f}"
    return "0.0" if text == "-0.0" else _minus(text)


def _minus(text: str) -> str:
    return text.replace("-", MINUS)
