"""The gradient of one update: that of every part it reads, combined, with the penalties."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from wardspace.objectives.micro_batches import Batch
from wardspace.training.combine import Combiner, PartGradient
from wardspace.training.weights.gradients import Gradients
from wardspace.training.weights.sharding import Weights


@dataclass(frozen=True)
class JointGradient:
    """Adds the gradient of an update to the parameters, of all processes.

    Parameters
    ----------
    weights : Weights
        What is trained.
    gradients : sequence of Gradients
        Those of each part.
    combine : Combiner
        How they become one.
    penalties : function
        Gives what is added to the loss.
    """

    weights: Weights
    gradients: Sequence[Gradients]
    combine: Combiner
    penalties: Callable[[], list[Tensor]]

    def add(self, batches: Mapping[int, Batch]) -> tuple[Tensor, dict[str, Tensor]]:
        """Add it.

        Parameters
        ----------
        batches : mapping of int to Batch
            This process's share of what each part reads.

        Returns
        -------
        (scalar Tensor, dict of str to scalar Tensor)
            The loss, and its parts; of several parts the names begin with their places.
        """
        losses: dict[int, Tensor] = {}
        named: dict[str, Tensor] = {}
        apart: dict[int, PartGradient] = {}
        weighed = {part: self.combine.weight(part) for part in batches}
        for part, batch in batches.items():
            found = self.gradients[part].add(batch, weighed[part])
            objective = self.gradients[part].objective
            losses[part] = torch.stack([objective.weights[name] * value.float() for name, value in found.items()]).sum()
            named |= found if len(self.gradients) == 1 else {f"{part}.{name}": one for name, one in found.items()}
            if self.combine.sees_gradients:
                self.weights.sum_gradients()
                apart[part] = self._taken()
        if apart:
            self._put(self.combine.combine(apart))
        else:
            self.weights.sum_gradients()
        penalties = self.penalties()
        for penalty in penalties:  # the same in every process, after gradients were summed: it counts once
            self.gradients[0].backward(penalty)
        self.combine.observe(losses)
        terms = [weighed[part] * loss for part, loss in losses.items()] + [penalty.detach() for penalty in penalties]
        return torch.stack(terms).sum() if terms else torch.zeros(()), named

    def _taken(self) -> PartGradient:
        """The gradients that are there, taken away."""
        found = [parameter.grad for parameter in self.weights.module.parameters()]
        self.weights.module.zero_grad(set_to_none=True)
        return found

    def _put(self, gradient: PartGradient) -> None:
        for parameter, slope in zip(self.weights.module.parameters(), gradient, strict=True):
            parameter.grad = slope
