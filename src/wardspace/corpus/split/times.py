"""Time zones of the times of notes: times stay as they are, and a mixture gives a warning."""

from __future__ import annotations

import re
from collections import Counter

_ZONE = re.compile(r":\d\d(?:[.,]\d+)? ?(Z|UTC|[+-]\d\d:?(?:\d\d)?)$", re.IGNORECASE)
_SHORTEST = len("2024-05-01T10:00Z")
_MOST_NAMED = 5


class Zones:
    """Counts times by the zone they name; a date without a time of day names none and counts for nothing."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()

    def see(self, time: str) -> None:
        """Count one time, as it is stored."""
        if ":" not in time:
            return
        found = _ZONE.search(time) if len(time) >= _SHORTEST else None
        self.counts[_offset(found[1]) if found else "none"] += 1

    def warning(self) -> str | None:
        """A warning if times are in several zones."""
        if len(self.counts) < 2:
            return None
        named = ", ".join(f"{zone} ({count})" for zone, count in self.counts.most_common(_MOST_NAMED))
        more = ", …" if len(self.counts) > _MOST_NAMED else ""
        return f"times in several time zones are left as they are: {named}{more}"


def _offset(zone: str) -> str:
    """A zone as an offset in hours and minutes: `Z` and `+0000` are the same as `+00:00`."""
    if zone.upper() in ("Z", "UTC"):
        return "+00:00"
    digits = zone[1:].replace(":", "").ljust(4, "0")
    return f"{zone[0]}{digits[:2]}:{digits[2:]}".replace("-00:00", "+00:00")
