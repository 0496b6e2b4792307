"""What `told apart` means: after correction for how many comparisons."""

from __future__ import annotations

from wardspace.evaluation.apart import kin
from wardspace.evaluation.family import BASE
from wardspace.evaluation.results import Difference
from wardspace.report.board import Board
from wardspace.report.numbers import counted


def told_apart(difference: Difference) -> bool:
    """Whether the two models differ on test, also after correction for the number of comparisons."""
    return bool(difference.clear)


def not_apart(board: Board, difference: Difference) -> str:
    """What to say of two models that are not told apart: whose interval excludes zero are so by the correction alone.

    Examples
    --------
    `does not tell the two apart after correction for 36 comparisons`, said of test.
    """
    said = "does not tell the two apart"
    if difference.tie or difference.family is None:
        return said
    return f"{said} after correction for {counted(_corrected_together(board, difference), 'comparison')}"


def _corrected_together(board: Board, one: Difference) -> int:
    """Comparisons of the family of a difference; one that was taken both ways round counts once."""
    return len(
        {
            (other.setting, other.shots, frozenset((other.model, other.against)))
            for other in board.results.differences
            if (other.task, other.metric) == (one.task, one.metric) and _same_family(one, other)
        }
    )


def _same_family(one: Difference, other: Difference) -> bool:
    if one.family == "base":
        return other.against == BASE and kin(other.setting) == kin(one.setting)
    return (other.setting, other.shots) == (one.setting, one.shots)
