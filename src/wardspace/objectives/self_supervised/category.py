"""Masked words together with the note's own metadata: the study's note-category objective."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from wardspace.config import CategoryConfig
from wardspace.core.errors import RecipeError, WardspaceError
from wardspace.core.seeds import derive, generator
from wardspace.models import LanguageModel
from wardspace.models.pooling import pool_packed, precise
from wardspace.objectives.base import Objective, ObjectiveSettings, Read
from wardspace.objectives.losses.supcon import supervised_contrast
from wardspace.objectives.masking import Masked
from wardspace.objectives.micro_batches import Batch, MicroBatch, micro_batches
from wardspace.objectives.notes import MISSING, Example, Ids, Reading

HEAD_SPREAD = 0.02
"""Standard deviation of a new head's weights, as in BERT."""


class Category(Objective):
    """MLM + weight · (mean over columns of the loss on the column's category).

    The category loss is the cross-entropy of a linear head on the pooled embedding of the masked input (`classify`), or
    the supervised contrastive loss of those embeddings (`supcon`). A note without a value in a column takes no part
    in that column's loss; a column without any value in the batch adds zero. Of a note longer than the window one
    window is read, its place drawn evenly by (seed, epoch, note), so that epochs see different parts. With `mlm_weight`
    0 the input stays unmasked and the masked-word head takes no part.

    Parameters
    ----------
    config : CategoryConfig
        Columns, loss, weights, temperature.
    masked : LanguageModel
        The encoder with its masked-word head.
    setting : ObjectiveSettings
        Window, vocabulary, pooling, seed, and the categories of each column.

    Raises
    ------
    WardspaceError
        If there is no metadata column, or one has fewer than two values in the training notes.

    References
    ----------
    Taylor et al. 2024, Developing Healthcare Language Model Embedding Spaces (note category).
    Khosla et al. 2020, Supervised Contrastive Learning.
    """

    def __init__(self, config: CategoryConfig, masked: LanguageModel, setting: ObjectiveSettings) -> None:
        super().__init__(masked, setting)
        self.options = config
        self.words = config.mlm
        self.columns = list(config.columns or setting.categories)
        _check(self.columns, setting)
        self.uses_head = config.mlm_weight > 0
        # a batch of one length tends to be of one note type: contrasts within it would be too easy or have no positive
        self.compares = config.loss == "supcon"
        self.group_lengths = not self.compares
        self.parts = {column: f"{config.loss}.{column}" for column in self.columns}
        share = config.weight / len(self.columns)
        self.weights = {**dict.fromkeys(self.parts.values(), share), "mlm": config.mlm_weight}
        self.heads = nn.ModuleList(self._head(column) for column in self.columns if config.loss == "classify")

    def usable(self, example: Example) -> bool:
        """Notes with a word to hide or, where only metadata count, with a value in some column."""
        if not len(example.ids):
            return False
        known = any(example.codes.get(column, MISSING) != MISSING for column in self.columns)
        return known or (self.uses_head and self.setting.vocabulary.has_word(example.ids))

    def tokens(self, reading: Reading) -> int:
        """Tokens of the window with its special tokens."""
        return min(len(reading.example.ids), self.setting.text_window) + self.setting.vocabulary.specials_per_sequence

    def collate(self, readings: Sequence[Reading]) -> Batch:
        """Choose windows, mask them, and look up the codes (int64 [n, columns])."""
        codes = np.array([[r.example.codes.get(c, MISSING) for c in self.columns] for r in readings], dtype=np.int64)
        codes = codes.reshape(len(readings), len(self.columns))
        windows = [self._window(reading) for reading in readings]
        counts: dict[str, int] = {}
        if not self.compares:
            counts = {self.parts[c]: int((codes[:, i] != MISSING).sum()) for i, c in enumerate(self.columns)}
        if self.uses_head:
            counts["mlm"] = sum(len(window.positions) for window in windows if isinstance(window, Masked))
        return Batch(
            micro_batches(windows, self.setting.vocabulary, self.setting.reading), torch.from_numpy(codes), counts
        )

    def read(self, one: MicroBatch, labels: Tensor, *, words: bool = True) -> Read:
        """Predict the hidden words and, with `classify`, the categories."""
        if self.compares:
            return super().read(one, labels, words=words)
        hidden = self.masked.hidden(one.ids, one.layout)
        vectors = pool_packed(hidden, one.layout, self.setting.pooling)
        sums = {
            self.parts[column]: functional.cross_entropy(
                precise(head(vectors)), labels[one.rows, i], ignore_index=MISSING, reduction="sum"
            )
            for i, (column, head) in enumerate(zip(self.columns, self.heads, strict=True))
        }
        if self.uses_head:
            sums["mlm"] = self._word_losses(hidden, one)
        return Read(sums, None)

    def compare(self, views: Tensor, labels: Tensor) -> tuple[dict[str, Tensor], dict[str, int]]:
        """The supervised contrast of each column."""
        vectors, temperature = views[:, 0], self.options.temperature
        parts = {
            self.parts[c]: supervised_contrast(vectors, labels[:, i], temperature) for i, c in enumerate(self.columns)
        }
        return parts, {self.parts[column]: _paired(labels[:, i]) for i, column in enumerate(self.columns)}

    def _head(self, column: str) -> nn.Linear:
        size = self.masked.encoder.config.hidden_size
        head = nn.Linear(size, len(self.setting.categories[column]))
        random = torch.Generator().manual_seed(derive(self.setting.seed, "head", column))
        nn.init.normal_(head.weight, std=HEAD_SPREAD, generator=random)
        nn.init.zeros_(head.bias)
        return head

    def _window(self, reading: Reading) -> Ids | Masked:
        example, seed = reading.example, self.setting.seed
        spare = len(example.ids) - self.setting.text_window
        place = generator(seed, "window", reading.epoch, example.note_id)
        start = int(place.integers(spare + 1)) if spare > 0 else 0
        part = slice(start, start + self.setting.text_window)
        if not self.uses_head:
            return example.ids[part]
        words = None if example.words is None else example.words[part]
        return self.masked_words(example.ids[part], words, reading.epoch, example.note_id)


def _paired(codes: Tensor) -> int:
    """Notes that a column's contrast is the mean over: those with another of their category in the batch."""
    _, counts = torch.unique(codes[codes != MISSING], return_counts=True)
    return int(counts[counts > 1].sum())


def _check(columns: Sequence[str], setting: ObjectiveSettings) -> None:
    if not columns:
        raise WardspaceError(
            "the category objective has no metadata column to learn from",
            where="corpus.columns.metadata",
            fix="name a column there, or leave the objective out",
        )
    for column in columns:
        values = len(setting.categories.get(column, ()))
        if values < 2:
            raise RecipeError(
                f"column {column!r} has {values} different values in the training notes; a category needs at least two",
                where="adapt.objectives.category.columns",
                fix="choose another metadata column, or leave the objective out",
            )
