"""Which figures no second run can give again: those of private probes, whose noise has no seed."""

from __future__ import annotations

_PRIVATE = "private_"


def is_noisy(setting: str | None) -> bool:
    """Whether a setting is a private probe."""
    return setting is not None and setting.startswith(_PRIVATE)
