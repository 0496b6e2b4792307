"""The note-category objective in a study file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar, Literal

from pydantic import Field

from wardspace.config.objectives.mlm import MlmConfig
from wardspace.config.objectives.section import ObjectiveSection
from wardspace.core.wording import listed


class CategoryConfig(ObjectiveSection):
    """Masked words together with the note's own metadata."""

    needs_metadata: ClassVar[bool] = True
    if_unusable: ClassVar[str] = "choose columns that have values"

    kind: Literal["category"] = "category"
    """Name of the objective."""
    columns: list[str] = []
    """Metadata columns to learn from; empty takes every metadata column of the corpus."""
    loss: Literal["classify", "supcon"] = "classify"
    """`classify` predicts the category; `supcon` is the supervised contrastive loss with the category as label."""
    weight: float = Field(0.1, gt=0)
    """Weight of the metadata loss relative to the masked-word loss."""
    temperature: float = Field(0.1, gt=0)
    """Temperature of the supervised contrastive loss."""
    mlm_weight: float = Field(1.0, ge=0)
    """Weight of the masked-word loss; 0 trains on metadata alone."""
    mlm: MlmConfig = MlmConfig()
    """How words are masked."""

    def learned_from(self, metadata: Sequence[str]) -> list[str]:
        """The columns it names, or all there are."""
        return list(self.columns or metadata)

    def named_columns(self) -> Mapping[str, Sequence[str]]:
        """Those of `columns`."""
        return {"columns": self.columns}

    def category_columns(self) -> Sequence[str]:
        """The same."""
        return self.columns

    def needs_words(self) -> bool:
        """Where it masks whole words."""
        return self.mlm_weight > 0 and self.mlm.needs_words()

    def description(self, metadata: Sequence[str]) -> str:
        """The columns, the loss, and whether words are predicted too."""
        columns = listed(self.learned_from(metadata))
        if self.loss == "classify":
            text = f"predicts the note's {columns} (weight {self.weight:g})"
        else:
            text = (
                f"pulls notes with the same {columns} together (supervised contrast, weight {self.weight:g}, "
                f"temperature {self.temperature:g})"
            )
        return f"{text}, and {self.mlm.description(metadata)}" if self.mlm_weight else text
