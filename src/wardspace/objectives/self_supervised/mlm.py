"""Masked language modelling: predict hidden words from their context."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import torch
from torch import Tensor, nn

from wardspace.config import MlmConfig
from wardspace.models import LanguageModel
from wardspace.objectives.base import Objective, ObjectiveSettings, Read
from wardspace.objectives.micro_batches import Batch, MicroBatch, micro_batches
from wardspace.objectives.units import Reading, Unit, piece_bounds, piece_count
from wardspace.objectives.words import WordLoss


class MaskedLanguageModelling(Objective):
    """Cross-entropy of the hidden words, averaged over all of them in the batch.

    A note of n tokens is read in ceil(n / room) pieces of nearly equal length, so that every token is read and
    nothing is cut; each piece is a reading of its own. The head runs at masked positions only.

    Parameters
    ----------
    config : MlmConfig
        Share of words to predict, whole words or not.
    model : LanguageModel
        The language model.
    setting : ObjectiveSettings
        Window, vocabulary and seed.

    References
    ----------
    Devlin et al. 2019, BERT. For the study's use of it on clinical notes: Taylor et al. 2024, Developing Healthcare
    Language Model Embedding Spaces.

    Examples
    --------
    >>> objective = build(MlmConfig(), model, setting)  # doctest: +SKIP
    >>> batch = objective.collate([Reading(unit, epoch=0)])  # doctest: +SKIP
    >>> objective(batch).loss.backward()  # doctest: +SKIP
    """

    def __init__(self, config: MlmConfig, model: LanguageModel, setting: ObjectiveSettings) -> None:
        super().__init__(config, model, setting)
        self.words = WordLoss.of(config, model, setting)
        self.weights = {"mlm": 1.0}
        self.head_warmup = config.head_warmup

    def unused_parameters(self) -> Iterable[nn.Parameter]:
        """None: the head for words takes part."""
        return ()

    def pieces(self, unit: Unit) -> int:
        """Windows it takes to read the whole note."""
        return piece_count(len(unit.ids), self.setting.text_window) if self.usable(unit) else 0

    def usable(self, unit: Unit) -> bool:
        """Any note with a token that can be hidden."""
        return self.setting.vocabulary.has_word(unit.ids)

    def tokens(self, reading: Reading) -> int:
        """Tokens of the piece with its special tokens."""
        start, end = self._bounds(reading)
        return end - start + self.setting.vocabulary.specials_per_sequence

    def collate(self, readings: Sequence[Reading]) -> Batch:
        """Mask each piece by (seed, epoch, note, piece)."""
        sequences = [self.words.hide(reading, slice(*self._bounds(reading)), reading.piece) for reading in readings]
        return Batch(
            micro_batches(sequences, self.setting.vocabulary, self.setting.reading),
            labels=torch.zeros(len(sequences), 0, dtype=torch.int64),
            counts={"mlm": sum(len(sequence.positions) for sequence in sequences)},
        )

    def read(self, one: MicroBatch, labels: Tensor, *, vectors_only: bool = False) -> Read:
        """Predict the hidden words."""
        return Read({"mlm": self.words.loss(self.model, self.model.hidden(one.ids, one.layout), one)}, None)

    def _bounds(self, reading: Reading) -> tuple[int, int]:
        return piece_bounds(len(reading.unit.ids), self.setting.text_window, reading.piece)
