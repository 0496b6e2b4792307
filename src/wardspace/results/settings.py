"""Records of settings, the ways of using a model on a task, and of what private ones revealed."""

from __future__ import annotations

from typing import Literal

from wardspace.results.record import Record

Family = Literal["baseline", "frozen", "few-shot", "fine-tuned", "hybrid", "private", "in-context"]
"""What kind of setting it is: how much of a model is trained, and on what."""
Tuning = Literal["frozen", "finetune"]
"""What a setting does to a model's weights; the predictions of both are stored apart."""


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

    @property
    def tuning(self) -> Tuning:
        """`frozen`: it leaves the model's weights as they are; `finetune`: it trains them, or adapters within them."""
        return "finetune" if self.trained in ("adapters", "model") else "frozen"


class PrivateTraining(Record):
    """What the training of a probe under differential privacy revealed at most."""

    task: str
    """Task."""
    model: str
    """Model whose frozen vectors it reads."""
    setting: str
    """`private_logistic` or `private_head`."""
    seed: int
    """Seed of starting weights and dropout; the noise has none."""
    unit: Literal["patient", "note"]
    """Whose share is hidden."""
    epsilon: float
    """ε that was spent."""
    delta: float
    """δ."""
    noise: float
    """Standard deviation of the noise in multiples of `clip`."""
    clip: float
    """Longest gradient of a unit."""
    units: int
    """Patients or notes that could be drawn."""
    steps: int
    """Updates."""
