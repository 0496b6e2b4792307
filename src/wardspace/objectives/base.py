"""What every objective is: a torch module that owns its collation and its loss."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import torch
from torch import Tensor, nn
from torch.nn import functional

from wardspace.config import MlmConfig
from wardspace.core.seeds import generator
from wardspace.encoders import MaskedModel
from wardspace.encoders.pooling import pool
from wardspace.objectives.chunks import Chunk
from wardspace.objectives.masking import Masked, mask
from wardspace.objectives.notes import Example, Ids, Reading
from wardspace.objectives.vocabulary import Vocabulary

Batch = dict[str, Any]


@dataclass(frozen=True)
class Setting:
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
    """

    vocabulary: Vocabulary
    window: int
    pooling: Literal["mean", "cls"] = "mean"
    seed: int = 1
    categories: Mapping[str, Sequence[str]] = field(default_factory=dict)

    @property
    def room(self) -> int:
        """Tokens of a note that fit the window beside the special ones."""
        return self.window - self.vocabulary.specials_per_sequence


@dataclass
class Output:
    """A loss, its named parts, and how many predictions each part is the mean of."""

    loss: Tensor
    parts: dict[str, Tensor]
    counts: dict[str, int]


@dataclass
class Encoded:
    """What one pass over chunks gives: note vectors [n, d] in the given order, and the mean masked-word loss."""

    vectors: Tensor | None
    word_loss: Tensor | None
    words: int


class Objective(nn.Module, ABC):
    """What to predict, how to collate, and the loss.

    Subclasses say which notes they can use, how many tokens the encoder reads for one, and how readings become a batch;
    all of it is a function of seed, epoch and note alone.
    """

    weights: dict[str, float]
    """Weight of each part in the loss."""
    uses_head: bool
    """Whether the masked-word head takes part."""
    words: MlmConfig
    """How words are masked."""
    group_lengths: bool = True
    """Whether batches may be made of notes of similar length; contrasts want a mix, or length gives notes away."""

    def __init__(self, masked: MaskedModel, setting: Setting) -> None:
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

    def combined(self, parts: dict[str, Tensor], counts: dict[str, int]) -> Output:
        """The weighted sum of the parts."""
        loss = torch.stack([self.weights[name] * part for name, part in parts.items()]).sum()
        return Output(loss, parts, counts)

    def encode(self, chunks: Sequence[Chunk], *, vectors: bool, words: bool) -> Encoded:
        """Read chunks once, for note vectors, the masked-word loss, or both from the same pass."""
        pooled: list[Tensor] = []
        losses: list[Tensor] = []
        count = sum(len(chunk["targets"]) for chunk in chunks) if words else 0
        for chunk in chunks:
            hidden = self.masked.hidden(chunk["input_ids"], chunk["attention_mask"])
            if vectors:
                pooled.append(pool(hidden, chunk["attention_mask"], self.setting.pooling))
            if words:
                losses.append(self._word_losses(hidden, chunk))
        rows = torch.cat([chunk["rows"] for chunk in chunks])
        return Encoded(
            vectors=torch.cat(pooled)[torch.argsort(rows)] if vectors else None,
            # a batch of nothing but special tokens has no word to predict: its loss is zero, not 0/0
            word_loss=torch.stack(losses).sum() / max(1, count) if words else None,
            words=count,
        )

    def _word_losses(self, hidden: Tensor, chunk: Chunk) -> Tensor:
        """Sum of cross-entropies; the head runs on the masked positions only."""
        logits = self.masked.logits(hidden.flatten(0, 1)[chunk["masked"]])
        return functional.cross_entropy(logits.float(), chunk["targets"], reduction="sum")
