"""Masked language modelling: predict hidden words from their context."""

from __future__ import annotations

from collections.abc import Sequence

import torch

from wardspace.config import MlmConfig
from wardspace.models import LanguageModel
from wardspace.objectives.base import Objective, ObjectiveSettings
from wardspace.objectives.masking import Masked
from wardspace.objectives.micro_batches import Batch, micro_batches
from wardspace.objectives.notes import Example, Reading, piece_bounds, piece_count


class MaskedLanguageModelling(Objective):
    """Cross-entropy of the hidden words, averaged over all of them in the batch.

    A note of n tokens is read in ceil(n / room) pieces of nearly equal length, so that every token is read and
    nothing is cut; each piece is a reading of its own. The head runs at masked positions only.

    Parameters
    ----------
    config : MlmConfig
        Share of words to predict, whole words or not.
    masked : LanguageModel
        The encoder with its masked-word head.
    setting : ObjectiveSettings
        Window, vocabulary and seed.

    References
    ----------
    Devlin et al. 2019, BERT. For the study's use of it on clinical notes: Taylor et al. 2024, Developing Healthcare
    Language Model Embedding Spaces.

    Examples
    --------
    >>> objective = build(MlmConfig(), masked, setting)  # doctest: +SKIP
    >>> batch = objective.collate([Reading(example, epoch=0)])  # doctest: +SKIP
    >>> objective(batch).loss.backward()  # doctest: +SKIP
    """

    uses_head = True

    def __init__(self, config: MlmConfig, masked: LanguageModel, setting: ObjectiveSettings) -> None:
        super().__init__(masked, setting)
        self.words = config
        self.weights = {"mlm": 1.0}

    def pieces(self, example: Example) -> int:
        """Windows it takes to read the whole note."""
        return piece_count(len(example.ids), self.setting.text_window) if self.usable(example) else 0

    def usable(self, example: Example) -> bool:
        """Any note with a token that can be hidden."""
        return self.setting.vocabulary.has_word(example.ids)

    def tokens(self, reading: Reading) -> int:
        """Tokens of the piece with its special tokens."""
        start, end = self._bounds(reading)
        return end - start + self.setting.vocabulary.specials_per_sequence

    def collate(self, readings: Sequence[Reading]) -> Batch:
        """Mask each piece by (seed, epoch, note, piece)."""
        sequences = [self._masked(reading) for reading in readings]
        return Batch(
            micro_batches(sequences, self.setting.vocabulary, self.setting.reading),
            labels=torch.zeros(len(sequences), 0, dtype=torch.int64),
            counts={"mlm": sum(len(sequence.positions) for sequence in sequences)},
        )

    def _masked(self, reading: Reading) -> Masked:
        example, (start, end) = reading.example, self._bounds(reading)
        words = None if example.words is None else example.words[start:end]
        return self.masked_words(example.ids[start:end], words, reading.epoch, example.note_id, reading.piece)

    def _bounds(self, reading: Reading) -> tuple[int, int]:
        return piece_bounds(len(reading.example.ids), self.setting.text_window, reading.piece)
