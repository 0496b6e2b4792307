"""Stop at the first loss that is no number."""

from __future__ import annotations

from collections.abc import Callable

import torch

from wardspace.core.errors import RecipeError


class LossGuard:
    """Remembers the first step whose loss was not finite, on the device itself, and asks only when it is cheap.

    Asking a GPU for a number at every step would make it wait; so the step is noted there and read when something else
    has to wait anyway (logging, validation, a checkpoint).
    """

    def __init__(self) -> None:
        self._first: torch.Tensor | None = None

    def note(self, loss: torch.Tensor, step: int) -> None:
        """Look at the loss of a step (counted from 1)."""
        bad = torch.where(torch.isfinite(loss.detach()), 0, step)
        self._first = bad if self._first is None else torch.where(self._first > 0, self._first, bad)

    def check(self, what: str, last_good: Callable[[], str]) -> None:
        """Stop if a loss was not finite.

        Parameters
        ----------
        what : str
            What is being trained, for the message.
        last_good : function
            Names the last checkpoint from before.

        Raises
        ------
        RecipeError
            Naming the step and the last good checkpoint.
        """
        step = 0 if self._first is None else int(self._first.item())
        if step:
            raise not_finite(what, f"step {step}", last_good())


def not_finite(what: str, when: str, last_good: str) -> RecipeError:
    """The fault of a loss that is no number."""
    return RecipeError(
        f"the loss of {what} is no finite number at {when}",
        where=f"last good checkpoint: {last_good}",
        fix="lower training.learning_rate or set training.precision to fp32, and run again",
    )
