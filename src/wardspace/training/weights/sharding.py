"""Weights, gradients and AdamW's averages shared out among the processes: FSDP2, layer by layer."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from torch import nn
from torch.distributed.device_mesh import init_device_mesh
from torch.distributed.fsdp import FSDPModule, fully_shard, register_fsdp_forward_method
from torch.distributed.tensor import DTensor, distribute_tensor
from torch.nn.utils import clip_grad_norm_, get_total_norm
from torch.optim import Optimizer

from wardspace.core.errors import WardspaceError
from wardspace.objectives import Objective
from wardspace.objectives.base import Read
from wardspace.objectives.micro_batches import MicroBatch
from wardspace.training.checkpoints import load_weights, save_weights
from wardspace.training.weights.optimiser import layers_of
from wardspace.training.weights.processes import Processes


class Weights:
    """Whole weights in every process. `training.sharding` has those that processes share out among themselves.

    Every method must be called by all processes.

    Parameters
    ----------
    objectives : sequence of Objective
        What the processes train together.
    processes : Processes
        Who trains together.
    """

    def __init__(self, objectives: Sequence[Objective], processes: Processes) -> None:
        self.objectives = list(objectives)
        self.module = nn.ModuleList(objectives)
        """All of them; a parameter that several share is in it once."""
        self.processes = processes

    @property
    def lockstep(self) -> bool:
        """Whether all processes must read equally many passes, because reading takes all of them."""
        return False

    def sum_gradients(self) -> None:
        """Replace each gradient by its sum over all processes."""
        self.processes.sum_gradients(self.module.parameters())

    def clip(self, max_over: float) -> torch.Tensor:
        """Scale all gradients so that their norm is at most `most`; their norm before."""
        return clip_grad_norm_(self.module.parameters(), max_over)

    def save(self, folder: Path) -> None:
        """Write the weights whole."""
        if self.processes.first:
            save_weights(self.module, folder)

    def load(self, folder: Path) -> None:
        """Read whole weights back."""
        load_weights(self.module, folder)

    def optimiser_state(self, optimiser: Optimizer) -> dict[str, Any]:
        """State of the optimiser, whole."""
        return optimiser.state_dict()

    def load_optimiser(self, optimiser: Optimizer, state: dict[str, Any]) -> None:
        """Go back to a whole state."""
        optimiser.load_state_dict(state)

    def reshard(self) -> None:
        """Be done with reading for now: parameters are those that the optimiser knows."""

    def gather(self) -> None:
        """Leave what was learned in the objectives that the phase was given."""


_EPSILON = 1e-6
"""As torch's own clipping adds to a norm."""


class ShardedWeights(Weights):
    """A copy of the objective of which each process holds one part of every matrix.

    A layer's weights come together when it is read, and again when it is differentiated; the gradient of each part is
    summed where that part is. So all processes must read equally many passes of a batch. The few parameters that
    compare vectors (a learned temperature) stay whole, for comparing takes one process only.

    The objective given stays as it is, on the CPU, until `gather` (or a checkpoint) puts the weights into it: modules
    and parameters remain the same, and checkpoints are those of whole weights.

    Parameters
    ----------
    objective : Objective
        What to copy.
    processes : Processes
        Who shares.
    device : torch.device
        Where the copy trains.

    Raises
    ------
    WardspaceError
        If the family reads padded batches, in parts whose number differs from process to process.

    References
    ----------
    Zhao et al. 2023, PyTorch FSDP: Experiences on Scaling Fully Sharded Data Parallel.
    """

    def __init__(self, objective: Objective, processes: Processes, device: torch.device) -> None:
        if not objective.model.packs:
            raise WardspaceError(
                f"{type(objective.model.encoder).__name__} reads padded batches, in numbers that differ between"
                " processes, so its weights cannot be shared out among them",
                where="training.shard",
                fix="leave it out for this base",
            )
        self.whole = nn.ModuleList([objective])
        super().__init__([_sharded(objective, processes, device)], processes)

    @property
    def lockstep(self) -> bool:
        """Reading a layer takes all processes."""
        return True

    def sum_gradients(self) -> None:
        """Sum those of parameters held whole; the others are summed as they arise."""
        self.reshard()
        self.processes.sum_gradients(p for p in self.module.parameters() if not isinstance(p, DTensor))

    def clip(self, max_over: float) -> torch.Tensor:
        """Scale all gradients so that their norm is at most `most`; their norm before."""
        gradients = [parameter.grad for parameter in self.module.parameters() if parameter.grad is not None]
        parts = get_total_norm([_own(slope) for slope in gradients if isinstance(slope, DTensor)]).square()
        rest = get_total_norm([slope for slope in gradients if not isinstance(slope, DTensor)]).square()
        norm = (self.processes.summed(parts) + rest.to(parts)).sqrt()
        share = torch.clamp(max_over / (norm + _EPSILON), max=1.0)
        for slope in gradients:
            _own(slope).mul_(share)
        return norm

    def save(self, folder: Path) -> None:
        """Write the weights whole."""
        self.gather()
        if self.processes.first:
            save_weights(self.whole, folder)

    def load(self, folder: Path) -> None:
        """Read whole weights back, and keep this process's parts."""
        load_weights(self.whole, folder)
        self.reshard()
        with torch.no_grad():
            for whole, part in self._pairs():
                part.copy_(_part_of(whole.to(part.device), part))

    def optimiser_state(self, optimiser: Optimizer) -> dict[str, Any]:
        """State of the optimiser, whole: that of whole weights in the same place."""
        state = optimiser.state_dict()
        return state | {"state": {place: _mapped(known, _joined) for place, known in state["state"].items()}}

    def load_optimiser(self, optimiser: Optimizer, state: dict[str, Any]) -> None:
        """Go back to a whole state: keep this process's parts of it."""
        parameters = [parameter for group in optimiser.param_groups for parameter in group["params"]]
        parts = {
            place: _mapped(known, lambda value, of=parameters[place]: _part_of(value, of))
            for place, known in state["state"].items()
        }
        optimiser.load_state_dict(state | {"state": parts})

    def reshard(self) -> None:
        """Give up what reading has brought together."""
        for module in self.module.modules():
            if isinstance(module, FSDPModule):
                module.reshard()

    def gather(self) -> None:
        """Put the weights into the objective that was given."""
        self.reshard()
        with torch.no_grad():
            for whole, part in self._pairs():
                whole.copy_(_joined(part))

    def _pairs(self) -> list[tuple[torch.Tensor, torch.Tensor]]:
        parts = dict(self.module.named_parameters())
        return [(whole, parts[name]) for name, whole in self.whole.named_parameters()]


def _sharded(objective: Objective, processes: Processes, device: torch.device) -> Objective:
    mesh = init_device_mesh(device.type, (processes.count,))
    shared = copy.deepcopy(objective)
    compared = set(shared.compared_by())
    for parameter in compared:
        parameter.data = parameter.data.to(device)
    for module in [*layers_of(shared.model.encoder), shared]:
        fully_shard(module, mesh=mesh, ignored_params=compared)
    for module in shared.modules():
        if isinstance(module, FSDPModule):
            # losses are divided by what the whole batch holds: gradients are sums, not means over processes
            module.set_gradient_divide_factor(1.0)
            module.set_force_sum_reduction_for_comms(True)
    _read_with_hooks(shared)
    return shared


def _read_with_hooks(objective: Objective) -> None:
    """Let `read` bring weights together as `forward` would; FSDP finds tensors in tuples, not in a `Read`."""
    plain = objective.read

    def parts(
        one: MicroBatch, labels: torch.Tensor, *, vectors_only: bool
    ) -> tuple[dict[str, torch.Tensor], torch.Tensor | None]:
        found = plain(one, labels, vectors_only=vectors_only)
        return found.sums, found.vectors

    def read(one: MicroBatch, labels: torch.Tensor, *, vectors_only: bool = False) -> Read:
        return Read(*objective.read_parts(one, labels, vectors_only=vectors_only))  # type: ignore[operator]

    objective.read_parts = parts  # type: ignore[assignment]
    register_fsdp_forward_method(objective, "read_parts")
    objective.read = read  # type: ignore[method-assign]


def _mapped(values: dict[str, Any], change: Any) -> dict[str, Any]:
    return {name: change(value) if isinstance(value, torch.Tensor) else value for name, value in values.items()}


def _joined(value: torch.Tensor) -> torch.Tensor:
    """The whole of it, from all processes."""
    return value.full_tensor() if isinstance(value, DTensor) else value


def _part_of(whole: torch.Tensor, like: torch.Tensor) -> torch.Tensor:
    """The part of this process, if `like` is shared out and as large (a count of steps is not)."""
    if not isinstance(like, DTensor) or whole.shape != like.shape:
        return whole
    return distribute_tensor(whole.to(like.device), like.device_mesh, like.placements, src_data_rank=None)


def _own(value: torch.Tensor) -> torch.Tensor:
    """What this process holds of a tensor; writing to it writes to the tensor."""
    return value.to_local() if isinstance(value, DTensor) else value
