"""Numbers, times and lists in words, for messages, reports and cards alike."""

from __future__ import annotations

from collections.abc import Sequence

MINUS = "\N{MINUS SIGN}"


def thousands(value: float) -> str:
    """A count: `1,204`."""
    return minus(f"{value:,.0f}")


def share(value: float) -> str:
    """A share: `7%`."""
    if 0 < value < 0.0005:
        return "under 0.1%"
    text = f"{100 * value:.0f}" if value >= 0.095 else f"{100 * value:.1f}"
    return f"{text.removesuffix('.0')}%"


def listed(names: Sequence[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}" if names else "none"


def counted(number: int, noun: str, plural: str | None = None) -> str:
    """`1 setting`, `6 settings`."""
    return f"{thousands(number)} {noun if number == 1 else plural or noun + 's'}"


def minus(text: str) -> str:
    """A number with the typographic minus sign."""
    return text.replace("-", MINUS)


def duration(seconds: float) -> str:
    """A time: `6 min 52 s`."""
    if seconds < 10:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    hours, minutes, rest = whole // 3600, whole % 3600 // 60, whole % 60
    if hours:
        return f"{hours} h {minutes:02d} min"
    return f"{minutes} min {rest:02d} s" if minutes else f"{rest} s"
