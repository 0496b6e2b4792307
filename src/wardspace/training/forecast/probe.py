"""A few passes looked at closely before any is timed: operations, memory, and a first idea of the pace."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

import torch

from wardspace.core.errors import WardspaceError
from wardspace.models import hardware
from wardspace.objectives import Objective
from wardspace.objectives.micro_batches import TokenLimit
from wardspace.training.forecast.energy import Operations, operations
from wardspace.training.forecast.memory import MemoryNeed, PeakMemory, available
from wardspace.training.forecast.sample import readings_of
from wardspace.training.phase import Phase
from wardspace.training.weights.gradients import Gradients

_ADAM = 2
"""Numbers that the optimiser keeps for each parameter."""
_SMALL = 4
"""Operations are counted in this part of a pass."""
_PARTS = ((2, 8), (4, 2))
"""Memory is measured in these parts of a pass, and in so many tokens at least."""


@dataclass(frozen=True)
class Probe:
    """Passes of one phase, outside of its training; its `trainable` must be in force and its objective on the device.

    Parameters
    ----------
    phase : Phase
        What is looked at.
    """

    phase: Phase

    @property
    def rereads(self) -> bool:
        """Whether training reads its notes twice: it compares them, and a batch takes several passes."""
        plan, objective = self.phase.plan, self.phase.objective
        return objective.compares and int(plan.tokens.sum()) > len(plan) * self.phase.pass_tokens

    def operations(self) -> tuple[Operations, float]:
        """Operations of a token, and about how many seconds one takes."""
        tokens = max(1, self.phase.pass_tokens // _SMALL)
        self.gradient(tokens)  # the first one makes ready what the others find
        start = time.perf_counter()
        read: list[int] = []
        needed = operations(lambda: read.append(self.gradient(tokens)))
        seconds = (time.perf_counter() - start) / read[0]
        done = needed
        if self.rereads:
            done = operations(lambda: self.gradient(tokens, micro_batches=2))
            seconds *= done / needed
        return Operations(needed / read[0], done / read[0]), seconds

    def memory(self) -> MemoryNeed | None:
        """What a pass needs, by what two parts of one do; the optimiser's share is worked out.

        Raises
        ------
        WardspaceError
            If a whole one would not fit.
        """
        whole = self.phase.pass_tokens
        parameters = (p for p in self.phase.objective.parameters() if p.requires_grad)
        kept = sum(p.numel() * p.element_size() * _ADAM for p in parameters)
        found = [self._peak(max(size, whole // part)) for size, part in _PARTS]
        need = MemoryNeed.of([tokens for tokens, _ in found], [peak for _, peak in found])
        if need is None:
            return None
        need = replace(need, fixed=need.fixed + kept)
        if need.bytes(whole) > available(self.phase.device):
            raise _too_much(whole, need, available(self.phase.device))
        return need

    def gradient(self, tokens: int, micro_batches: int = 1) -> int:
        """Add the gradient of about so many tokens, read in one pass or in several; tokens read."""
        phase = self.phase
        readings = readings_of(phase.plan, phase.objective, phase.examples, tokens)
        total = sum(phase.objective.tokens(reading) for reading in readings)
        with reading_in(
            phase.objective, replace(phase.objective.setting.reading, tokens=max(1, total // micro_batches))
        ):
            batch = phase.objective.collate(readings)
        phase.objective.train()
        precision, device = phase.training.precision, phase.device
        Gradients(
            phase.objective, lambda: hardware.autocast(precision, device), torch.Tensor.backward, phase.processes
        ).add(batch.to(device))
        if device.type == "cuda":
            torch.cuda.synchronize(device)
        return batch.tokens

    def _peak(self, tokens: int) -> tuple[int, int]:
        with PeakMemory(self.phase.device) as peak:
            read = self.gradient(tokens)
        return read, peak.bytes


@contextmanager
def reading_in(objective: Objective, room: TokenLimit) -> Iterator[None]:
    """Let an objective collate for another room."""
    usual = objective.setting
    objective.setting = replace(usual, reading=room)
    try:
        yield
    finally:
        objective.setting = usual


def _too_much(tokens: int, need: MemoryNeed, there: int) -> WardspaceError:
    fits = need.largest_pass(there)
    return WardspaceError(
        f"a pass of {tokens:,} tokens would need about {need.bytes(tokens) / 2**30:.1f} GiB,"
        f" and {there / 2**30:.1f} GiB are there",
        where="training.pass_tokens",
        fix=f"--set training.pass_tokens={fits}" if fits else "use a smaller base, or a machine with more memory",
    )
