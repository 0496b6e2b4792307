"""Whether one run gave again what another had given."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from wardspace.core.files import read_json
from wardspace.evaluation.sameness import TOLERANCE, Unlike, unlike
from wardspace.study.opened import OpenedRun

DECISIVE = ("wardspace", "system", "device", "instructions", "threads", "processes", "packages")
"""What must be equal for equal bits to be expected."""


@dataclass(frozen=True)
class Sameness:
    """What was compared, how strictly, and what differs."""

    tolerance: float
    environment: list[Unlike]
    results: list[Unlike]

    @property
    def same(self) -> bool:
        """Whether the results are the same within the tolerance."""
        return not self.results


def same(first: OpenedRun, second: OpenedRun, tolerance: float | None = None) -> Sameness:
    """Compare the results of two runs.

    Parameters
    ----------
    first, second : OpenedRun
        The runs.
    tolerance : float, optional
        See `wardspace.evaluation.sameness.unlike`. By default equal bits are asked for where both ran on a CPU with
        the same packages, instructions and threads, else `TOLERANCE`.
    """
    machines = unlike(_decisive(first.environment), _decisive(second.environment))
    if tolerance is None:
        on_cpu = all(str(run.environment.get("device", "")).startswith("cpu") for run in (first, second))
        tolerance = 0.0 if on_cpu and not machines else TOLERANCE
    found = unlike(read_json(first.folder.results), read_json(second.folder.results), tolerance)
    return Sameness(tolerance, machines, found)


def _decisive(environment: dict[str, Any]) -> dict[str, Any]:
    # `device` is the machine here, and not a field to be passed over
    return {f"{key} of the machine": environment.get(key) for key in DECISIVE}
