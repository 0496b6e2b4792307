"""What every objective is: a torch module that owns its collation and its loss."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any, Literal

import torch
from torch import Tensor, nn

from wardspace.config import MlmConfig
from wardspace.core.seeds import generator
from wardspace.models import LanguageModel
from wardspace.models.heads.cross_entropy import summed_cross_entropy
from wardspace.models.pooling import pool_packed
from wardspace.objectives.masking import Masked, mask
from wardspace.objectives.micro_batches import Batch, MicroBatch, TokenLimit
from wardspace.objectives.notes import Example, Ids, Reading
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
        """Tokens of a note that fit the window beside the special ones."""
        return self.window - self.vocabulary.specials_per_sequence


@dataclass
class Output:
    """A loss, its named parts, and how many predictions each part is the mean of."""

    loss: Tensor
    parts: dict[str, Tensor]
    counts: dict[str, int]


@dataclass
class Read:
    """What one pass gives.

    Parameters
    ----------
    sums : dict of str to scalar Tensor
        Losses that concern each note by itself, summed over their predictions.
    vectors : Tensor [n, d], optional
        Vectors of the sequences, in the order of the pass.
    """

    sums: dict[str, Tensor]
    vectors: Tensor | None


class Objective(nn.Module, ABC):
    """What to predict, how to collate, and the loss.

    Subclasses say which notes they can use, how many tokens the encoder reads for one, and how readings become a batch;
    all of it is a function of seed, epoch and note alone.

    A loss has two kinds of parts. Sums over predictions that concern one note each (hidden words, categories) come from
    `read`, one pass at a time, and are divided by their number in the whole batch. Parts that compare all notes of the
    batch come from `compare`, on vectors of all passes (and of all processes). So a batch may be read in as many passes
    by as many processes as memory and machines ask for, and the gradient stays that of the whole.
    """

    weights: dict[str, float]
    """Weight of each part in the loss."""
    uses_head: bool
    """Whether the masked-word head takes part."""
    words: MlmConfig
    """How words are masked."""
    compares: bool = False
    """Whether a part compares the notes of a batch with each other."""
    group_lengths: bool = True
    """Whether batches may be made of notes of similar length; contrasts want a mix, or length gives notes away."""

    def __init__(self, masked: LanguageModel, setting: ObjectiveSettings) -> None:
        super().__init__()
        self.masked = masked
        self.setting = setting

    @property
    def head_warmup(self) -> float:
        """Share of the budget that warms up a new masked-word head with the encoder frozen."""
        return self.words.head_warmup if self.uses_head else 0.0

    def pieces(self, example: Example) -> int:
        """How many readings it takes to read the note once; 0 where the objective cannot use it."""
        return int(self.usable(example))

    def prepare_targets(self, notes: Sequence[Example], precision: Precision, *, show_progress: bool = True) -> object:
        """Work out what has to be known of the notes before training, with the base as it came; most need nothing.

        Parameters
        ----------
        notes : sequence of Example
            The notes that will be read, those for validation among them.
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

    def set_targets(self, found: Any) -> None:
        """Go by what `prepare_targets` found."""

    @abstractmethod
    def usable(self, example: Example) -> bool:
        """Whether the objective can learn from the note."""

    @abstractmethod
    def tokens(self, reading: Reading) -> int:
        """Tokens the encoder reads for this reading: special ones counted, padding not."""

    @abstractmethod
    def collate(self, readings: Sequence[Reading]) -> Batch:
        """Readings as the tensors that `forward` takes."""

    def masked_words(self, ids: Ids, words: Ids | None, *keys: str | int) -> Masked:
        """Hide words of a sequence, with randomness keyed by the study's seed and `keys` (epoch, note, place)."""
        random = generator(self.setting.seed, "mask", *keys)
        whole = words if self.words.whole_words else None
        return mask(ids, self.setting.vocabulary, self.words.probability, random, whole)

    def read(self, one: MicroBatch, labels: Tensor, *, words: bool = True) -> Read:
        """Read one pass.

        Parameters
        ----------
        one : MicroBatch
            Sequences.
        labels : int64 [k, c]
            Categories of the notes of the batch.
        words : bool
            False leaves out everything but the vectors (the first reading of a contrast that takes several passes).
        """
        hidden = self.masked.hidden(one.ids, one.layout)
        vectors = pool_packed(hidden, one.layout, self.setting.pooling) if self.compares else None
        sums = {"mlm": self._word_losses(hidden, one)} if self.uses_head and words else {}
        return Read(sums, vectors)

    def views(self, vectors: Tensor) -> Tensor:
        """What is compared: from the vectors of all sequences [n, d] to k items of v views each, [k, v, d]."""
        return vectors[:, None]

    def compare(self, views: Tensor, labels: Tensor) -> tuple[dict[str, Tensor], dict[str, int]]:
        """The parts of the loss that compare items with each other, and the number of predictions each is the mean of.

        Parameters
        ----------
        views : Tensor [k, v, d]
            From `views`, of the whole batch.
        labels : int64 [k, c]
            Categories of the same items.
        """
        raise TypeError(f"{type(self).__name__} compares nothing")

    def compared_by(self) -> Iterable[nn.Parameter]:
        """Parameters that `compare` uses (a learned temperature)."""
        return ()

    def forward(self, batch: Batch) -> Output:
        """The loss of a whole batch in one piece, as validation and examples want it."""
        reads = [self.read(one, batch.labels) for one in batch.micro_batches]
        # a batch of nothing but special tokens has no word to predict: its loss is zero, not 0/0
        parts = {
            name: torch.stack([read.sums[name] for read in reads]).sum() / max(1, count)
            for name, count in batch.counts.items()
        }
        counts = dict(batch.counts)
        if self.compares:
            vectors = in_batch_order([read.vectors for read in reads if read.vectors is not None], batch)
            compared, terms = self.compare(self.views(vectors), batch.labels)
            parts, counts = compared | parts, terms | counts
        loss = torch.stack([self.weights[name] * part for name, part in parts.items()]).sum()
        return Output(loss, parts, counts)

    def _word_losses(self, hidden: Tensor, one: MicroBatch) -> Tensor:
        """Sum of cross-entropies; the head runs on the masked positions only."""
        return summed_cross_entropy(self.masked.logits(hidden[one.masked]), one.targets)


def in_batch_order(vectors: Sequence[Tensor], batch: Batch) -> Tensor:
    """Vectors of all passes [n, d], from the order of the passes to that of the batch."""
    return torch.cat(list(vectors))[torch.argsort(torch.cat([one.rows for one in batch.micro_batches]))]
