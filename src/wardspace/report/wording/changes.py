"""Sentences about two runs of a study."""

from __future__ import annotations

from wardspace.core.wording import counted

SAME_NOTES = "The prepared notes are the same."
OTHER_NOTES = "The prepared notes differ."
NO_SHARED_SCORE = "The runs have no score in common."


def same_study(keys: int) -> str:
    """How many keys of the study files differ."""
    if not keys:
        return "The study files are the same."
    return f"The study files differ in {counted(keys, 'key')}."


def paired_scores(scores: int, second: str, higher: int, lower: int) -> str:
    """Scores of both runs on the same test notes."""
    same = scores - higher - lower
    return (
        f"Of {counted(scores, 'score')} on the same test notes, {higher} are higher in {second}, {lower} are lower, "
        f"and {same} show no difference."
    )


def unpaired_scores(scores: int) -> str:
    """Scores on different test notes."""
    return (
        f"{counted(scores, 'score')} cannot be compared in pairs; the different test notes alone may explain the gap."
    )
