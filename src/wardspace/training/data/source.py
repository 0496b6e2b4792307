"""Where the units come from that a part of a training reads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
import numpy.typing as npt

from wardspace.objectives import Unit


class Source(Protocol):
    """Units to learn from: notes of a corpus, labelled examples, triples.

    Every epoch has the same units under the same names, in the same order; what they hold may differ (an augmented
    text, say). `units` is asked for one place at a time, so a sequence may make its units when they are asked for.
    """

    @property
    def groups(self) -> Sequence[str]:
        """Patient (or document) of each unit: nobody whose units validate is trained on."""

    @property
    def validation(self) -> npt.NDArray[np.int64]:
        """Places of the units that validate."""

    def units(self, epoch: int) -> Sequence[Unit]:
        """The units of an epoch; those of epoch -1 validate."""


@dataclass(frozen=True, eq=False)
class FixedSource:
    """Units that are the same in every epoch.

    Parameters
    ----------
    fixed : sequence of Unit
        The units.
    groups : sequence of str
        Patient of each; by default each unit is a group of its own.
    validation : int64 [v]
        Places of those that validate.
    """

    fixed: Sequence[Unit]
    groups: Sequence[str] = ()
    validation: npt.NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, dtype=np.int64))

    def units(self, epoch: int) -> Sequence[Unit]:
        """The units, whatever the epoch."""
        return self.fixed


def trained_on(source: Source) -> npt.NDArray[np.bool_]:
    """For each unit whether it may be trained on: its group has no unit that validates."""
    count = len(source.units(0))
    if not len(source.validation):
        return np.ones(count, dtype=np.bool_)
    if not len(source.groups):
        free = np.ones(count, dtype=np.bool_)
        free[source.validation] = False
        return free
    validating = {source.groups[place] for place in source.validation.tolist()}
    return np.fromiter((group not in validating for group in source.groups), np.bool_, count)
