"""DeCLUTR in a study file."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Literal

from pydantic import Field, model_validator

from wardspace.config.objectives.mlm import MlmConfig
from wardspace.config.objectives.section import ObjectiveSection
from wardspace.core.wording import counted


class DeclutrConfig(ObjectiveSection):
    """Contrast between spans of a note and spans of others (DeCLUTR), jointly with masked words or alone."""

    if_unusable: ClassVar[str] = "`spans: scaled` keeps short notes in"

    kind: Literal["declutr"] = "declutr"
    """Name of the objective."""
    anchors: int = Field(2, ge=1)
    """Anchor spans drawn from a note; anchors of one note do not overlap and are each other's hard negatives."""
    positives: int = Field(2, ge=1)
    """Positive spans drawn around an anchor; their embeddings are averaged."""
    spans: Literal["scaled", "paper"] = "scaled"
    """`scaled` fits the longest span to each note so that short notes stay in; `paper` keeps one length
    and leaves out notes with fewer than 2 × anchors × longest tokens."""
    longest: int = Field(256, ge=4)
    """Most tokens of a span (the encoder's window caps it)."""
    shortest: int = Field(32, ge=2)
    """Fewest tokens of a span where the note allows."""
    strategy: Literal["any", "subsuming", "adjacent"] = "any"
    """Where positives lie: anywhere near the anchor, inside it, or touching it."""
    temperature: float = Field(0.05, gt=0)
    """Temperature of the contrast (the start value where it is learned)."""
    learn_temperature: bool = False
    """Learn the temperature."""
    mlm_weight: float = Field(1.0, ge=0)
    """Weight of the masked-word loss on the anchors; 0 trains on contrast alone, and anchors stay unmasked."""
    contrast_weight: float = Field(1.0, gt=0)
    """Weight of the contrastive loss."""
    mlm: MlmConfig = MlmConfig()
    """How words of the anchors are masked."""

    @model_validator(mode="after")
    def _lengths(self) -> DeclutrConfig:
        if self.shortest > self.longest:
            raise ValueError(f"shortest ({self.shortest}) must not exceed longest ({self.longest})")
        return self

    def needs_words(self) -> bool:
        """Where it masks whole words."""
        return self.mlm_weight > 0 and self.mlm.needs_words()

    def description(self, metadata: Sequence[str]) -> str:
        """Spans and temperature, and whether words are predicted too."""
        temperature = f"{self.temperature:g}"
        if self.learn_temperature:
            temperature = f"starting at {temperature}, learned"
        text = (
            "pulls spans of one note together and pushes spans of different notes apart "
            f"({counted(self.anchors, 'anchor')}, {counted(self.positives, 'positive')}, "
            f"spans of {self.shortest} to {self.longest} tokens, temperature {temperature})"
        )
        if self.spans == "paper":
            text += "; short notes are left out, as in the paper"
        if self.mlm_weight:
            return f"{text}, and {self.mlm.description(metadata)}"
        return f"{text}, without masked words"
