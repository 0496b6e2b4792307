"""Where on the page the figures behind a sentence stand."""

from __future__ import annotations

from wardspace.report.board import Place

MODELS = "models"
COMPARISON = "comparison"


def cell_anchor(task: str, metric: str, model: str, place: Place) -> str:
    """Id of a cell of the comparison: names of tasks and models hold letters, digits, dots, dashes and underscores."""
    shots = "all" if place.shots is None else str(place.shots)
    return ":".join(("score", task, metric, model, place.setting, shots))
