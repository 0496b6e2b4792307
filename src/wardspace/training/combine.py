"""How several parts that train together become one gradient, and what else is added to it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from torch import Tensor, nn

Penalty = Callable[[Mapping[str, nn.Module]], Tensor]
"""A number that training should keep small, as a function of the models (soft sharing of parameters, say)."""
PartGradient = Sequence[Tensor | None]
"""The gradient of one part: one tensor for each parameter that may change, None where the part does not reach it."""


class Combiner:
    """The parts of an update become one gradient.

    A combiner weighs the losses, and may look at the gradients of the parts before they are added up. What it remembers
    from one update to the next goes into checkpoints. All processes see the same losses and gradients, those of the
    whole batches, so they agree without a word.
    """

    sees_gradients: bool = False
    """Whether `combine` is called: each part's gradient is then kept for itself, which takes memory for each."""

    def weight(self, part: int) -> float:
        """What the loss of a part counts in the next update."""
        return 1.0

    def observe(self, losses: Mapping[int, Tensor]) -> None:
        """Look at the losses of an update, by the place of their part; without a graph."""

    def combine(self, gradients: Mapping[int, PartGradient]) -> PartGradient:
        """One gradient from those of the parts, which are weighed already."""
        raise TypeError(f"{type(self).__name__} adds gradients up unseen")

    def state_dict(self) -> dict[str, Any]:
        """What it remembers: tensors and plain values."""
        return {}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Go back to a state."""


class WeightedSum(Combiner):
    """The sum of the parts' losses with fixed weights.

    Parameters
    ----------
    weights : sequence of float
        One for each part; without any, each part counts one.
    """

    def __init__(self, weights: Sequence[float] = ()) -> None:
        self.weights = tuple(weights)

    def weight(self, part: int) -> float:
        """The weight that was given."""
        return self.weights[part] if self.weights else 1.0
