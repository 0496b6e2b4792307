"""Sentences for someone who knows the ward and no statistics."""

from __future__ import annotations

from wardspace.report.wording.guidance import test_units
from wardspace.results import Mistake

FROZEN = (
    "Frozen encoder: the language model stays as it is, and a small classifier on its vectors learns from the labels."
)
INTERVAL = "Interval: where the figure would lie, 95 times in 100, with other patients of the same kind."
"""Terms that the tables use, explained under the first task."""


_ANSWERED = {
    "spurious": "without an answer get one",
    "missed": "with an answer get none",
    "borders": "get an answer with other borders",
    "place": "get an answer from elsewhere in the note",
}
"""Mistakes of answers to questions."""


def sentence(task: str, meaning: str, *, decided: bool) -> str:
    """What the result of a task means; `decided` where a model could be advised."""
    return f"{task}: {'' if decided else 'which model is best cannot be decided; '}{meaning}."


def interval(ends: str) -> str:
    """An interval at the start of a list; empty for none."""
    return f"interval {ends}; " if ends else ""


def mistake(one: Mistake, units: str) -> str:
    """The commonest mistake, as a further sentence."""
    return f" Its commonest mistake: {mistake_in_words(one, units)}."


def mistake_in_words(one: Mistake, units: str) -> str:
    """`12 of 40 notes of Cardiology are taken for General Medicine`, `9 of 40 mentions of Drug are missed`."""
    share = f"{one.count:.0f} of {one.of:,} {units}"
    if one.unit == "question" and one.kind in _ANSWERED:
        return f"{share} {_ANSWERED[one.kind]}"
    if one.truth is None:
        return f"{share} are given {one.predicted} wrongly"
    if one.predicted is None:
        return f"{share} of {one.truth} are missed"
    if one.kind == "borders":
        return f"{share} of {one.truth} are found with wrong borders"
    wrong = ", with wrong borders" if one.kind == "borders and type" else ""
    return f"{share} of {one.truth} are taken for {one.predicted}{wrong}"


def mistake_predicted(one: Mistake) -> str:
    """What was predicted instead, in the table of mistakes."""
    if one.kind == "place":
        return f"{one.predicted} from elsewhere"
    return f"{one.predicted or 'missed'}{', wrong borders' if one.kind in ('borders', 'borders and type') else ''}"


def few_tested(task: str, count: int, units: tuple[str, str], patients: int) -> str:
    """A small test set."""
    return f"{task}: only {test_units(count, units, patients)}; differences of several points may be chance."
