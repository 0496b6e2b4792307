"""One table on the terminal, one JSON file in benchmarks/results."""

from __future__ import annotations

import json
import os
import platform
import statistics
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

from shared.side_by_side import Measured

RESULTS = Path(__file__).parents[1] / "results"
_PACKAGES = ("torch", "transformers", "sentence-transformers")


def machine() -> dict[str, Any]:
    """What the figures depend on, without the machine's name."""
    from wardspace.models import hardware

    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return {
        "processor": platform.machine(),
        "cores": usable,
        "device": hardware.describe(),
        "python": platform.python_version(),
        "versions": {name: version(name) for name in _PACKAGES},
    }


def speed_rows(measured: Sequence[Measured], unit: str, **first: Any) -> list[dict[str, Any]]:
    """One row a side: speed with spread, its ratio to the first side, memory, and how busy the machine was besides.

    `ratio` is the ratio of medians, `ratio_min` and `ratio_max` are over rounds (side and first side in the same one);
    `cpu_ratio` is that of units per second of processor time, the fairer figure where others kept cores busy.
    """
    peer = measured[0]
    rows = []
    for side in measured:
        ratios = [own / other for own, other in zip(side.speeds, peer.speeds, strict=True)]
        rows.append(
            {
                **first,
                "side": side.name,
                f"{unit}_per_second": round(side.speed, 2),
                "min": round(min(side.speeds), 2),
                "max": round(max(side.speeds), 2),
                "ratio": round(side.speed / peer.speed, 2),
                "ratio_min": round(min(ratios), 2),
                "ratio_max": round(max(ratios), 2),
                "cpu_ratio": round(side.thrift / peer.thrift, 2),
                "peak_mb": round(side.peak_mb),
                "load": round(max(side.load), 1),
                "cores_of_others": round(statistics.median(side.others), 2),
            }
        )
    return rows


def show(title: str, rows: Sequence[dict[str, Any]], *remarks: str) -> None:
    """Print one table; columns in the order of their first appearance."""
    columns = list(dict.fromkeys(name for row in rows for name in row))
    cells = [[_cell(row.get(name)) for name in columns] for row in rows]
    widths = [max(len(text) for text in column) for column in zip(columns, *cells, strict=True)]
    numbers = [all(isinstance(row.get(name), int | float | None) for row in rows) for name in columns]
    print(title)
    for line in [columns, *cells]:
        parts = zip(line, widths, numbers, strict=True)
        print("  ".join(text.rjust(width) if number else text.ljust(width) for text, width, number in parts).rstrip())
    for remark in remarks:
        print(remark)


def write(path: Path, record: dict[str, Any]) -> None:
    """Write the results with what machine they are of."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"machine": machine()} | record, indent=2) + "\n", encoding="utf-8")


def rounds_of(measured: Sequence[Measured]) -> list[dict[str, Any]]:
    """Every round as it was, for whoever doubts a median."""
    return [
        {
            "side": side.name,
            "units": [round(units, 1) for units in side.units],
            "seconds": [round(seconds, 3) for seconds in side.seconds],
            "cpu_seconds": [round(seconds, 2) for seconds in side.cpu_seconds],
            "cores_of_others": [round(cores, 2) for cores in side.others],
            "load": [round(load, 2) for load in side.load],
            **({"values": side.values} if any(side.values) else {}),
        }
        for side in measured
    ]


def _cell(value: Any) -> str:
    if value is None:
        return "–"
    if isinstance(value, float):
        return f"{value:,.1f}" if abs(value) >= 100 else f"{value:g}"
    return f"{value:,}" if isinstance(value, int) else str(value)
