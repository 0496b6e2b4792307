"""Settings: the ways of using a model on a task."""

from __future__ import annotations

from typing import Literal

from wardspace.results.record import Record

Family = Literal["baseline", "frozen", "few-shot", "fine-tuned", "hybrid", "private", "in-context"]


class SettingRecord(Record):
    """A way of using a model on a task."""

    name: str
    """Name in predictions and scores, such as `logistic`."""
    family: Family
    """`baseline`: no language model; `frozen`: a probe on the frozen model, or nothing trained at all; `few-shot`: made
    for few labels; `fine-tuned`: the model learns with its head; `hybrid`: word counts join the vectors; `private`:
    trained under differential privacy; `in-context`: examples in the prompt."""
    trained: Literal["nothing", "head", "adapters", "model"]
    """What the labels change: nothing, a probe or head on top, adapters within the model, or all of it."""
    private: bool = False
    """Whether training is differentially private; its noise has no seed, so a second run finds other figures."""
