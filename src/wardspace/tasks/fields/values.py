"""Values of fields in a note, and where in the note they are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from wardspace.config.fields import FieldConfig


class Value(NamedTuple):
    """A value that was found in a note."""

    value: str
    """The words of the note, or the class of a classification; of a relation the mention that it leads to."""
    start: int | None
    """First character in the note as it was read by the model; None where the whole note was judged."""
    end: int | None
    """The character after the last."""
    confidence: float
    """Probability that it is right in borders and type, or that of the class."""
    type: str
    """What the field asked for: type of entity or relation, name of the classification, question, label."""
    assertions: tuple[str, ...] | None = None
    """What the note says of it; `present` alone where it is none of the others, None where nobody looked."""
    of: str | None = None
    """Of a relation: the mention that it starts from."""
    of_start: int | None = None
    """First character of that."""
    of_end: int | None = None
    """The character after its last."""
    task: str = ""
    """Name of the task whose model found it."""

    @property
    def assertion(self) -> str | None:
        """What the note says of it, in one word or several."""
        return None if self.assertions is None else " ".join(self.assertions)


def chosen(found: Sequence[Value], field: FieldConfig) -> list[Value]:
    """Values that a field takes of those that were found, in the order of the text.

    Parameters
    ----------
    found : sequence of Value
        Those that the field asks for.
    field : FieldConfig
        Its threshold, its assertion and how many it takes.
    """
    asked = set(field.source.assertions)
    kept = [
        one
        for one in found
        if one.confidence >= field.threshold and (not asked or asked.intersection(one.assertions or ()))
    ]
    kept.sort(key=lambda one: (one.start or 0, one.end or 0))
    if field.many is True or not kept:
        return kept
    if field.many == "most_confident":
        return [max(kept, key=lambda one: one.confidence)]
    return [kept[0] if field.many == "first" else kept[-1]]
