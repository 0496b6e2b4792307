"""The contrast of notes with texts of their metadata in a study file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar, Literal

from pydantic import Field

from wardspace.config.objectives.section import ObjectiveSection
from wardspace.core.wording import listed


class PairsConfig(ObjectiveSection):
    """Contrast between a note and texts of its own metadata: its title, the question that it answers."""

    needs_metadata: ClassVar[bool] = True

    kind: Literal["pairs"] = "pairs"
    """Name of the objective."""
    columns: list[str] = Field(min_length=1)
    """Metadata columns with a text each; where a note has several, one is drawn in each epoch. Their values are in no
    result, map or subgroup, unless the study names the columns for something else too."""
    temperature: float = Field(0.05, gt=0)
    """Temperature of the contrast."""
    guide: bool = True
    """Whether notes that the base places nearer than the true partner are passed over as negatives."""

    def learned_from(self, metadata: Sequence[str]) -> list[str]:
        """The columns it names."""
        return self.columns

    def named_columns(self) -> Mapping[str, Sequence[str]]:
        """Those of `columns`."""
        return {"columns": self.columns}

    def text_columns(self) -> Sequence[str]:
        """The same."""
        return self.columns

    def description(self, metadata: Sequence[str]) -> str:
        """The columns, the guide and the temperature."""
        text = f"pulls notes towards the text of their own {listed(self.columns)} and away from those of others"
        guided = ", except where the base finds them more similar" if self.guide else ""
        return f"{text}{guided} (temperature {self.temperature:g})"
