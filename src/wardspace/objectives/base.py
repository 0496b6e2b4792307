"""What every objective is: a torch module that owns its collation and its loss."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any, Literal

import torch
from torch import Tensor, nn

from wardspace.config.section import Section
from wardspace.models import LanguageModel
from wardspace.models.pooling import pool_packed
from wardspace.objectives.micro_batches import Batch, MicroBatch, TokenLimit
from wardspace.objectives.units import Reading, Unit
from wardspace.objectives.vocabulary import Vocabulary

Precision = Callable[[], AbstractContextManager[object]]
"""Gives the context that forward passes run in."""


@dataclass(frozen=True)
class ObjectiveSettings:
    """What all objectives of a study share.

    Parameters
    ----------
    vocabulary : Vocabulary
        Special tokens of the base.
    window : int
        Tokens the encoder reads at once, special ones included.
    pooling : "mean" or "cls"
        How token vectors become the vector of a text: the study's own pooling.
    seed : int
        Seed of masks, spans, windows and new weights.
    categories : mapping of str to sequence of str
        Metadata columns with their values in the training notes.
    reading : TokenLimit
        How much the encoder reads at once.
    """

    vocabulary: Vocabulary
    window: int
    pooling: Literal["mean", "cls"] = "mean"
    seed: int = 1
    categories: Mapping[str, Sequence[str]] = field(default_factory=dict)
    reading: TokenLimit = field(default_factory=TokenLimit)

    @property
    def text_window(self) -> int:
        """Tokens of a note that fit the window with the special ones."""
        return self.window - self.vocabulary.specials_per_sequence


@dataclass
class Output:
    """What a batch read in one piece gives.

    Parameters
    ----------
    loss : scalar Tensor
        The loss.
    parts : dict of str to scalar Tensor
        Its named parts.
    counts : dict of str to int
        How many predictions each part is the mean of.
    vectors : Tensor [n, d], optional
        Vectors of the sequences in the order of the batch, where the objective pools any.
    scores : tuple of Tensor
        What `read` kept of each micro-batch for `validation_score`.
    """

    loss: Tensor
    parts: dict[str, Tensor]
    counts: dict[str, int]
    vectors: Tensor | None = None
    scores: tuple[Tensor, ...] = ()


@dataclass
class Read:
    """What one micro-batch gives.

    Parameters
    ----------
    sums : dict of str to scalar Tensor
        Losses that concern each unit by itself, summed over their predictions.
    vectors : Tensor [n, d], optional
        Vectors of the sequences, in the order of the micro-batch.
    scores : Tensor, optional
        What `validation_score` looks at, where that is not the vectors; not kept in training.
    """

    sums: dict[str, Tensor]
    vectors: Tensor | None
    scores: Tensor | None = None


class Objective(nn.Module, ABC):
    """What to predict, how to collate, and the loss.

    Subclasses say which units they can use, how many tokens the model reads for one, and how readings become a batch;
    all of it is a function of seed, epoch and unit alone.

    A loss has two kinds of parts. Sums over predictions that concern one unit each (hidden words, categories) come from
    `read`, one micro-batch at a time, and are divided by their number in the whole batch. Parts that compare all units
    of the batch come from `compare`, on vectors of all micro-batches (and of all processes). So a batch may be read in
    as many micro-batches by as many processes as memory and machines ask for, and the gradient stays that of the whole.

    Parameters
    ----------
    config : Section
        Its section of the study file.
    model : LanguageModel
        What is trained; several objectives may share one.
    setting : ObjectiveSettings
        What all objectives of a study share.
    """

    weights: dict[str, float]
    """Weight of each part in the loss."""
    compares: bool = False
    """Whether a part compares the units of a batch with each other."""
    group_lengths: bool = True
    """Whether batches may be made of units of similar length; contrasts want a mix, or length gives notes away."""
    head_warmup: float = 0.0
    """Share of the budget that trains a new head for words alone, with the rest of the model frozen."""

    def __init__(self, config: Section, model: LanguageModel, setting: ObjectiveSettings) -> None:
        super().__init__()
        self.options = config  # not `config`, which transformers' Trainer takes for a model's own and writes to
        self.model = model
        self.setting = setting

    def unused_parameters(self) -> Iterable[nn.Parameter]:
        """Parameters of the model that take no part in the loss: they stay as they are. Here the head for words."""
        return self.model.head_parameters()

    def modules_to_keep(self) -> Mapping[str, nn.Module]:
        """Heads that are stored with the model and restored by the next objective that has one of the same name."""
        return {}

    def pieces(self, unit: Unit) -> int:
        """How many readings it takes to read the unit once; 0 where the objective cannot use it."""
        return int(self.usable(unit))

    def prepare_targets(self, units: Sequence[Unit], precision: Precision, *, show_progress: bool = True) -> object:
        """Work out what has to be known of the units before training, with the unadapted base; most need nothing.

        Parameters
        ----------
        units : sequence of Unit
            The units that will be read, those for validation among them.
        precision : function
            Gives the context that forward passes run in.
        show_progress : bool
            Show a bar.

        Returns
        -------
        object
            What `set_targets` is to be given; of processes that train together, all are given what the first found.
        """
        return None

    def target_tokens(self, units: Iterable[Unit]) -> int:
        """How many tokens `prepare_targets` reads of these units, for a forecast of its time."""
        return 0

    def set_targets(self, found: Any) -> None:
        """Use what `prepare_targets` found."""

    @abstractmethod
    def usable(self, unit: Unit) -> bool:
        """Whether the objective can learn from the unit."""

    @abstractmethod
    def tokens(self, reading: Reading) -> int:
        """Tokens the model reads for this reading: special ones counted, padding not."""

    @abstractmethod
    def collate(self, readings: Sequence[Reading]) -> Batch:
        """Readings as the tensors that `forward` takes."""

    @abstractmethod
    def read(self, one: MicroBatch, labels: Tensor, *, vectors_only: bool = False) -> Read:
        """Read one micro-batch.

        Parameters
        ----------
        one : MicroBatch
            Sequences.
        labels : Tensor [k, c]
            `Batch.labels` of the whole batch.
        vectors_only : bool
            Leave out everything but the vectors (the first reading of a contrast that takes several micro-batches).
        """

    def pooled(self, hidden: Tensor, one: MicroBatch) -> Tensor:
        """Vectors of sequences [n, d] from those of their tokens [t, d], by the study's pooling."""
        return pool_packed(hidden, one.layout, self.setting.pooling)

    def views(self, vectors: Tensor) -> Tensor:
        """What is compared: from the vectors of all sequences [n, d] to k items of v views each, [k, v, d]."""
        return vectors[:, None]

    def compare(self, views: Tensor, labels: Tensor) -> tuple[dict[str, Tensor], dict[str, int]]:
        """The parts of the loss that compare items with each other, and the number of predictions each is the mean of.

        Parameters
        ----------
        views : Tensor [k, v, d]
            From `views`, of the whole batch.
        labels : Tensor [k, c]
            Labels of the same items.
        """
        raise TypeError(f"{type(self).__name__} compares nothing")

    def compared_by(self) -> Iterable[nn.Parameter]:
        """Parameters that `compare` uses (a learned temperature)."""
        return ()

    def validation_score(self, read: Sequence[tuple[Batch, Output]]) -> float | None:
        """How good the model is on the validation batches, the larger the better, where the loss misleads.

        None, as here, chooses the best weights by the validation loss.

        Parameters
        ----------
        read : sequence of (Batch, Output)
            All validation batches with what `forward` gave for them.
        """
        return None

    def forward(self, batch: Batch) -> Output:
        """The loss of a whole batch in one piece, as validation and examples want it."""
        reads = [self.read(one, batch.labels) for one in batch.micro_batches]
        # a batch of nothing but special tokens has no word to predict: its loss is zero, not 0/0
        parts = {
            name: torch.stack([read.sums[name] for read in reads]).sum() / max(1, count)
            for name, count in batch.counts.items()
        }
        counts = dict(batch.counts)
        pooled = [read.vectors for read in reads if read.vectors is not None]
        vectors = in_batch_order(pooled, batch) if pooled else None
        if self.compares and vectors is not None:
            compared, terms = self.compare(self.views(vectors), batch.labels)
            parts, counts = compared | parts, terms | counts
        loss = torch.stack([self.weights[name] * part for name, part in parts.items()]).sum()
        return Output(loss, parts, counts, vectors, tuple(read.scores for read in reads if read.scores is not None))


def in_batch_order(vectors: Sequence[Tensor], batch: Batch) -> Tensor:
    """Vectors of all micro-batches [n, d], in the order of the batch."""
    return torch.cat(list(vectors))[torch.argsort(torch.cat([one.rows for one in batch.micro_batches]))]
