"""Masked language modelling in a study file."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from pydantic import Field

from wardspace.config.objectives.section import ObjectiveSection
from wardspace.core.wording import share


class MlmConfig(ObjectiveSection):
    """Masked language modelling: predict hidden words from their context.

    A causal base predicts words from what is before them, and nothing is hidden.
    """

    kind: Literal["mlm"] = "mlm"
    """Name of the objective."""
    probability: float = Field(0.15, gt=0, lt=1)
    """Share of tokens to predict; 80% of them are masked, 10% replaced, 10% left as they are."""
    whole_words: bool = False
    """Mask all pieces of a word together."""
    head_warmup: float = Field(0.1, ge=0, lt=1)
    """Share of the budget that trains a new masked-word head with the encoder frozen; a trained head skips it."""

    def needs_words(self) -> bool:
        """Only to mask whole words."""
        return self.whole_words

    def description(self, metadata: Sequence[str] = ()) -> str:
        """Words or whole words, and how many."""
        unit = "whole words" if self.whole_words else "words"
        return f"predicts hidden {unit} from their context ({share(self.probability)} of tokens)"
