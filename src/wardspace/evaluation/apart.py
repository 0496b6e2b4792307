"""Settings whose comparisons with the base are corrected apart from those of the encoder alone."""

from __future__ import annotations

from typing import Literal

from wardspace.config import BESIDE
from wardspace.evaluation.noisy import is_noisy


def kin(setting: str) -> Literal["alone", "beside", "private"]:
    """What is corrected together: encoders alone, encoders beside word counts, or private probes."""
    if is_noisy(setting):
        return "private"
    return "beside" if setting == BESIDE else "alone"
