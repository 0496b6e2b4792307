"""The gradient of one update: of each part's batch, read in passes by all processes together, and of all parts."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from wardspace.objectives import Objective
from wardspace.objectives.base import Precision, Read, in_batch_order
from wardspace.objectives.micro_batches import Batch, MicroBatch
from wardspace.training.combine import Combiner, PartGradient
from wardspace.training.weights.processes import Processes
from wardspace.training.weights.sharding import Weights

Backward = Callable[[Tensor], object]
Shares = Mapping[str, Tensor]
"""What one prediction of each part weighs in the loss."""


@dataclass(frozen=True)
class Gradients:
    """Adds the gradient of a batch to the parameters.

    The loss of a batch is that of all its notes over all processes, however many passes each takes. Sums over
    predictions are divided by their number in the whole batch and differentiated pass by pass. Parts that compare
    notes need all vectors first: where a process reads its share in one pass, that pass is differentiated; where it
    takes several, they are read once without keeping anything, the gradient of the comparison by the vectors is worked
    out, and each pass is read again, with the same random numbers, to carry that gradient into the weights (Gao et
    al. 2021). Each process compares all vectors and carries its own vectors' gradient, so that the sum over
    processes is the gradient of the whole.

    Parameters
    ----------
    objective : Objective
        What is trained.
    precision : function
        Gives the context that forward passes run in.
    backward : function
        Differentiates a scalar (and scales it, where the precision wants that).
    processes : Processes
        Who trains together.
    stand_in : Batch, optional
        What a process reads, for nothing, that has fewer passes than another of the same batch; needed where reading
        takes all processes (`training.sharding`).

    References
    ----------
    Gao et al. 2021, Scaling Deep Contrastive Learning Batch Size under Memory Limited Setup.
    """

    objective: Objective
    precision: Precision
    backward: Backward
    processes: Processes
    stand_in: Batch | None = None

    def add(self, batch: Batch, weight: float = 1.0) -> dict[str, Tensor]:
        """Add the gradient of this process's share of a batch.

        Afterwards the gradients of all processes have to be summed (`Processes.sum_gradients`).

        Parameters
        ----------
        batch : Batch
            This process's share.
        weight : float
            What the loss is multiplied by.

        Returns
        -------
        dict of str to scalar Tensor
            The parts of the loss of the whole batch, without a graph.
        """
        counts = {name: count.clamp(min=1) for name, count in self._whole(batch, batch.counts).items()}
        shares = {name: weight * self.objective.weights[name] / count for name, count in counts.items()}
        turns = self._turns(batch)
        if self.objective.compares:
            compared, sums = self._contrasted(batch, turns, shares, weight)
        else:
            compared, sums = {}, [self._differentiated(turn, self._read(turn), shares) for turn in turns]
        own = {name: sum((one[name] for one in sums if one), torch.zeros(())) for name in counts}
        return compared | {name: total / counts[name] for name, total in self._whole(batch, own).items()}

    def _turns(self, batch: Batch) -> list[_Turn]:
        """What this process reads: its passes and, in step with others that have more, the stand-in."""
        own = [_Turn(one, batch.labels) for one in batch.micro_batches]
        if self.stand_in is None:
            return own
        idle = self.processes.max_over(len(own)) - len(own)
        return own + [_Turn(self.stand_in.micro_batches[0], self.stand_in.labels, counts=False)] * idle

    def _contrasted(
        self, batch: Batch, turns: Sequence[_Turn], shares: Shares, weight: float
    ) -> tuple[dict[str, Tensor], list[dict[str, Tensor]]]:
        """Compare all vectors, and carry the gradient of that into each pass, together with its own sums."""
        once = len(turns) <= 1
        states: list[RandomState] = []
        reads: list[Read] = []
        for turn in turns:
            states.append(RandomState.now(turn.one.ids.device))
            with torch.set_grad_enabled(once):
                reads.append(self._read(turn, vectors_only=not once))
        own = [r.vectors.detach() for t, r in zip(turns, reads, strict=True) if t.counts and r.vectors is not None]
        compared, slopes = self._compared(batch, own, weight)
        sums: list[dict[str, Tensor]] = []
        for turn, state in zip(turns, states, strict=True):
            if once:
                read = reads.pop()
            else:
                state.restore()
                read = self._read(turn)
            sums.append(self._differentiated(turn, read, shares, slopes))
        return compared, sums

    def _compared(self, batch: Batch, vectors: list[Tensor], weight: float) -> tuple[dict[str, Tensor], Tensor]:
        """The parts that compare notes, and the gradient of their weighted sum by this process's vectors [n, d]."""
        objective = self.objective
        own = in_batch_order(vectors, batch) if vectors else self._no_vectors(batch)
        own.requires_grad_()
        views = objective.views(own)
        everything, place = self.processes.gathered(views.detach())
        labels, _ = self.processes.gathered(batch.labels)
        everything.requires_grad_()
        parts, _ = objective.compare(everything, labels)
        loss = weight * torch.stack([objective.weights[name] * part for name, part in parts.items()]).sum()
        learned = [parameter for parameter in objective.compared_by() if parameter.requires_grad]
        by_views, *by_learned = torch.autograd.grad(loss, [everything, *learned])
        if self.processes.first:  # each process has the whole of this gradient, and one of them is enough
            for parameter, slope in zip(learned, by_learned, strict=True):
                self.backward((parameter * slope).sum())
        (slopes,) = torch.autograd.grad(views, own, by_views[place])
        return {name: part.detach() for name, part in parts.items()}, slopes

    def _read(self, turn: _Turn, *, vectors_only: bool = False) -> Read:
        with self.precision():
            return self.objective.read(turn.one, turn.labels, vectors_only=vectors_only)

    def _differentiated(
        self, turn: _Turn, read: Read, shares: Shares, slopes: Tensor | None = None
    ) -> dict[str, Tensor]:
        """Put the gradient of one pass into the parameters; its sums without their graph."""
        terms = [value * shares[name].to(value.dtype) for name, value in read.sums.items()]
        if slopes is not None and read.vectors is not None:
            terms.append((read.vectors * (slopes[turn.one.rows] if turn.counts else 0)).sum())
        loss = torch.stack(terms).sum()
        self.backward(loss if turn.counts else loss * 0)
        return {name: value.detach() for name, value in read.sums.items()} if turn.counts else {}

    def _whole(self, batch: Batch, own: Mapping[str, float | Tensor]) -> dict[str, Tensor]:
        """Numbers of all processes together (one message for all of them)."""
        if not own:
            return {}
        where = batch.labels.device
        values = [torch.as_tensor(own[name], dtype=torch.float64, device=where) for name in sorted(own)]
        return dict(zip(sorted(own), self.processes.summed(torch.stack(values)), strict=True))

    def _no_vectors(self, batch: Batch) -> Tensor:
        """Vectors of a process that had nothing to read of this batch."""
        model = self.objective.model
        return torch.zeros(0, model.dimension, dtype=model.dtype, device=batch.labels.device)


@dataclass(frozen=True)
class _Turn:
    """One pass to read, with the categories of its batch; a stand-in does not count."""

    one: MicroBatch
    labels: Tensor
    counts: bool = True


@dataclass(frozen=True)
class RandomState:
    """Where the generators are that a forward pass draws from."""

    cpu: Tensor
    gpu: Tensor | None

    @classmethod
    def now(cls, device: torch.device) -> RandomState:
        """The present state."""
        return cls(torch.get_rng_state(), torch.cuda.get_rng_state(device) if device.type == "cuda" else None)

    def restore(self) -> None:
        """Go back to it."""
        torch.set_rng_state(self.cpu)
        if self.gpu is not None:
            torch.cuda.set_rng_state(self.gpu)


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
