"""Masked words together with the note's own metadata: the study's note-category objective."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from wardspace.config import CategoryConfig
from wardspace.core.errors import RecipeError, WardspaceError
from wardspace.core.seeds import derive, generator
from wardspace.models import LanguageModel
from wardspace.models.pooling import precise
from wardspace.objectives.base import Objective, ObjectiveSettings, Read
from wardspace.objectives.heads import ClassHead
from wardspace.objectives.losses.supcon import supervised_contrast
from wardspace.objectives.masking import Masked
from wardspace.objectives.micro_batches import Batch, MicroBatch, micro_batches
from wardspace.objectives.units import MISSING, Ids, Reading, Unit
from wardspace.objectives.words import WordLoss


class Category(Objective):
    """MLM + weight · (mean over columns of the loss on the column's category).

    The category loss is the cross-entropy of a linear head on the pooled embedding of the masked input (`classify`), or
    the supervised contrastive loss of those embeddings (`supcon`). A note without a value in a column takes no part
    in that column's loss; a column without any value in the batch adds zero. Of a note longer than the window one
    window is read, its place drawn evenly by (seed, epoch, note), so that epochs see different parts. With `mlm_weight`
    0 the input stays unmasked and the head for words takes no part.

    Parameters
    ----------
    config : CategoryConfig
        Columns, loss, weights, temperature.
    model : LanguageModel
        The language model.
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

    options: CategoryConfig

    def __init__(self, config: CategoryConfig, model: LanguageModel, setting: ObjectiveSettings) -> None:
        super().__init__(config, model, setting)
        self.words = WordLoss.of(config.mlm, model, setting) if config.mlm_weight > 0 else None
        self.head_warmup = config.mlm.head_warmup if self.words else 0.0
        self.columns = list(config.columns or setting.categories)
        _check(self.columns, setting)
        # a batch of one length tends to be of one note type: contrasts within it would be too easy or have no positive
        self.compares = config.loss == "supcon"
        self.group_lengths = not self.compares
        self.parts = {column: f"{config.loss}.{column}" for column in self.columns}
        share = config.weight / len(self.columns)
        self.weights = {**dict.fromkeys(self.parts.values(), share), "mlm": config.mlm_weight}
        seeds = {column: derive(setting.seed, "head", column) for column in self.columns if config.loss == "classify"}
        self.heads = nn.ModuleList(
            ClassHead(model.dimension, setting.categories[column], seed) for column, seed in seeds.items()
        )

    def unused_parameters(self) -> Iterable[nn.Parameter]:
        """The head for words, where no words are predicted."""
        return () if self.words else super().unused_parameters()

    def modules_to_keep(self) -> dict[str, nn.Module]:
        """The classifier of each column; a contrast has none."""
        return {f"category.{column}": head for column, head in zip(self.columns, self.heads, strict=False)}

    def usable(self, unit: Unit) -> bool:
        """Notes with a word to hide or, where only metadata count, with a value in some column."""
        if not len(unit.ids):
            return False
        known = any(unit.code(column) != MISSING for column in self.columns)
        return known or (self.words is not None and self.setting.vocabulary.has_word(unit.ids))

    def tokens(self, reading: Reading) -> int:
        """Tokens of the window with its special tokens."""
        return min(len(reading.unit.ids), self.setting.text_window) + self.setting.vocabulary.specials_per_sequence

    def collate(self, readings: Sequence[Reading]) -> Batch:
        """Choose windows, mask them, and look up the codes (int64 [n, columns])."""
        codes = np.array([[r.unit.code(column) for column in self.columns] for r in readings], dtype=np.int64)
        codes = codes.reshape(len(readings), len(self.columns))
        windows = [self._window(reading) for reading in readings]
        counts: dict[str, int] = {}
        if not self.compares:
            counts = {self.parts[c]: int((codes[:, i] != MISSING).sum()) for i, c in enumerate(self.columns)}
        if self.words:
            counts["mlm"] = sum(len(window.positions) for window in windows if isinstance(window, Masked))
        return Batch(
            micro_batches(windows, self.setting.vocabulary, self.setting.reading), torch.from_numpy(codes), counts
        )

    def read(self, one: MicroBatch, labels: Tensor, *, vectors_only: bool = False) -> Read:
        """Predict the hidden words and, with `classify`, the categories."""
        hidden = self.model.hidden(one.ids, one.layout)
        vectors = self.pooled(hidden, one)
        if vectors_only:
            return Read({}, vectors)
        sums = {
            self.parts[column]: functional.cross_entropy(
                precise(head(vectors)), labels[one.rows, i], ignore_index=MISSING, reduction="sum"
            )
            for i, (column, head) in enumerate(zip(self.columns, self.heads, strict=False))
        }
        if self.words:
            sums["mlm"] = self.words.loss(self.model, hidden, one)
        return Read(sums, vectors if self.compares else None)

    def compare(self, views: Tensor, labels: Tensor) -> tuple[dict[str, Tensor], dict[str, int]]:
        """The supervised contrast of each column."""
        vectors, temperature = views[:, 0], self.options.temperature
        parts = {
            self.parts[c]: supervised_contrast(vectors, labels[:, i], temperature) for i, c in enumerate(self.columns)
        }
        return parts, {self.parts[column]: _paired(labels[:, i]) for i, column in enumerate(self.columns)}

    def _window(self, reading: Reading) -> Ids | Masked:
        unit = reading.unit
        spare = len(unit.ids) - self.setting.text_window
        place = generator(self.setting.seed, "window", reading.epoch, unit.id)
        start = int(place.integers(spare + 1)) if spare > 0 else 0
        part = slice(start, start + self.setting.text_window)
        return self.words.hide(reading, part) if self.words else unit.ids[part]


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
