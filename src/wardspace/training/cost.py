"""What one objective of one model read, took and changed."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True)
class LossPoint:
    """The validation loss at one moment of training.

    Parameters
    ----------
    tokens : int
        Tokens read so far in this stage.
    loss : float
        Loss on the held-out training notes.
    parts : dict of str to float
        Its parts by name.
    """

    tokens: int
    loss: float
    parts: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class StageCost:
    """What one objective of one model read, took and changed; the fields of `evaluation.results.StageCost`.

    Parameters
    ----------
    objective, options : str, dict
        Name of the objective and its options.
    tokens : int
        Tokens the encoder read, special tokens counted, padding not.
    padding : float
        Share of encoded positions that were padding.
    notes_seen, notes_read : int
        Distinct notes read at least once (in part, where a note is read in pieces and the budget ended); readings of
        notes, repetitions in later epochs counted.
    notes_left_out : int
        Notes of the training split that the objective could not use.
    steps : int
        Updates of the weights.
    batch_tokens, batch_notes : float
        Tokens and distinct notes of an update on average, over all passes and processes.
    processes : int
        Processes that trained together.
    seconds : float
        Wall-clock seconds of training, validation included; work that an interruption lost and that was done again
        counts once.
    parameters_updated, parameters : int
        Parameters that received updates (of low-rank training the additions); parameters of the encoder and the heads
        of the objective.
    device : str
        Where it ran and in which precision.
    losses : list of LossPoint
        Validation losses: before the encoder is trained (with a new masked-word head already warmed up), then at every
        evaluation. The weights kept are those of the lowest after the first.
    """

    objective: str
    options: dict[str, Any]
    tokens: int
    padding: float
    notes_seen: int
    notes_read: int
    notes_left_out: int
    steps: int
    batch_tokens: float
    batch_notes: float
    processes: int
    seconds: float
    parameters_updated: int
    parameters: int
    device: str
    losses: list[LossPoint]

    def as_dict(self) -> dict[str, Any]:
        """Plain values, as cost.json and results.json hold them."""
        return asdict(self)
