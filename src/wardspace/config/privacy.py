"""What an adapted model may give away of its training notes, and how that is measured."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, field_validator

from wardspace.config.section import Section

PrivacyMeasure = Literal["canaries", "membership", "recovery"]
"""What an audit measures."""


class CanaryConfig(Section):
    """Made-up secrets that adaptation reads with the training notes, to measure what it remembers."""

    count: int = Field(10, ge=1)
    """Secrets of each frequency."""
    frequencies: list[Annotated[int, Field(ge=1)]] = Field([1, 4, 16, 64], min_length=1)
    """Notes that hold a secret."""
    seed: int = 1
    """Seed of the secrets."""
    candidates: int = Field(511, ge=15, le=65535)
    """Other secrets that each one is ranked among; 511 can tell an exposure of up to 9 bits."""

    @field_validator("frequencies")
    @classmethod
    def _distinct(cls, frequencies: list[int]) -> list[int]:
        if len(set(frequencies)) < len(frequencies):
            raise ValueError("a frequency is given twice")
        return frequencies


class LimitsConfig(Section):
    """Above which figures `wardspace export` refuses a model (docs/privacy.md says why these)."""

    exposure: float = Field(3.0, ge=0)
    """Mean exposure of the secrets of a frequency, in bits."""
    membership_auc: float = Field(0.6, ge=0.5, le=1)
    """Area under the curve of the best attack that tells patients trained on from others."""
    tpr_at_1fpr: float = Field(0.05, ge=0, le=1)
    """Share of the patients trained on whom that attack finds while it accuses one in a hundred of the others."""
    identifier_recovery: float = Field(0.1, ge=0, le=1)
    """By how much more than the base the model gives names away (see docs/privacy.md)."""


class PrivacyConfig(Section):
    """What `wardspace audit` measures and what `wardspace export` asks for."""

    canaries: CanaryConfig | None = None
    """Plant secrets in what adaptation reads; `{}` does it as its defaults say, null does not."""
    limits: LimitsConfig = LimitsConfig()
    """Above which figures a model is not exported."""
    required: list[PrivacyMeasure] = ["canaries", "membership"]
    """What must have been measured for a model to be exported; the rest counts where it could be."""
    patients: int = Field(400, ge=2)
    """Most patients trained on, and most patients held out, whose membership is guessed."""
    fewest_patients: int = Field(50, ge=2)
    """With fewer of either, membership counts as not measured."""
    notes: int = Field(4, ge=1)
    """Most notes of a patient that are read."""
    masks: int = Field(3, ge=1, le=7)
    """Readings of each note, every one with another seventh of its words hidden."""
    names: int = Field(20, ge=1)
    """Names that are searched for in the embeddings: the commonest."""
    slots: int = Field(400, ge=1)
    """Most names in notes that are hidden and guessed."""
    name_spans: str | None = "identifiers"
    """Column of marked spans that holds the names (of kinds `name` and `clinician`); null looks for none."""
    resamples: int = Field(1000, ge=100)
    """Bootstrap resamples behind each interval."""
    confidence: float = Field(0.95, gt=0.5, lt=1)
    """Confidence of the intervals."""
    seed: int = 1
    """Seed of samples, masks and resamples."""
