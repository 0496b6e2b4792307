"""Word prediction, as a part that an objective has: which words are hidden, and the loss of predicting them."""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor

from wardspace.config import MlmConfig
from wardspace.core.errors import WardspaceError
from wardspace.core.seeds import generator
from wardspace.models import LanguageModel
from wardspace.models.heads.cross_entropy import summed_cross_entropy
from wardspace.objectives.base import ObjectiveSettings
from wardspace.objectives.masking import Masked, mask
from wardspace.objectives.micro_batches import MicroBatch
from wardspace.objectives.units import Reading
from wardspace.objectives.vocabulary import Vocabulary


@dataclass(frozen=True)
class WordLoss:
    """Hides words of sequences and predicts them through the language model's own head.

    Parameters
    ----------
    config : MlmConfig
        Share of words to predict, whole words or not.
    vocabulary : Vocabulary
        Special tokens, and the words that may replace others.
    seed : int
        Seed of the masks.
    """

    config: MlmConfig
    vocabulary: Vocabulary
    seed: int

    @classmethod
    def of(cls, config: MlmConfig, model: LanguageModel, setting: ObjectiveSettings) -> WordLoss:
        """Word prediction as a model can do it.

        Raises
        ------
        WardspaceError
            If the model has a decoder: it predicts other texts, and no words within the one it reads.
        """
        if model.form == "seq2seq":
            raise WardspaceError(
                f"{model.name} is a model of encoder and decoder, which predicts no hidden words",
                where="adapt.objectives",
                fix="leave masked words out (mlm_weight: 0), choose another objective, or another base",
            )
        return cls(config, setting.vocabulary, setting.seed)

    def hide(self, reading: Reading, part: slice, *keys: int) -> Masked:
        """Hide words in a part of a unit; which depends on seed, epoch, unit and `keys` alone."""
        unit = reading.unit
        words = None if unit.words is None or not self.config.whole_words else unit.words[part]
        random = generator(self.seed, "mask", reading.epoch, unit.id, *keys)
        return mask(unit.ids[part], self.vocabulary, self.config.probability, random, words)

    def loss(self, model: LanguageModel, hidden: Tensor, one: MicroBatch) -> Tensor:
        """Sum of the cross-entropies of the hidden words; the head runs on their rows only.

        Parameters
        ----------
        model : LanguageModel
            Whose head predicts.
        hidden : Tensor [t, d]
            Its token vectors of the sequences.
        one : MicroBatch
            The sequences, with `positions` and `words` among their targets.
        """
        return summed_cross_entropy(model.logits(hidden[one.targets["positions"]]), one.targets["words"])
