"""The blend of the base's own space with that of the notes' words in a study file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import PurePath
from typing import Literal, Self

from pydantic import Field

from wardspace.config.objectives.section import ObjectiveSection
from wardspace.core.wording import counted

HPO = "hpo"
"""Stands for the names and definitions of the Human Phenotype Ontology, and the diseases that it annotates."""
_ALL = "metadata"


class BlendConfig(ObjectiveSection):
    """The base's embeddings joined with latent semantic analysis of the notes, as targets of the encoder."""

    kind: Literal["blend"] = "blend"
    """Name of the objective."""
    dimensions: int = Field(400, ge=1)
    """Directions of the word space (latent semantic analysis) to teach."""
    sequences: int = Field(2, ge=1, le=3)
    """Words are counted by themselves and in sequences of up to so many tokens."""
    weight: float = Field(1.0, ge=0)
    """Norm of a note's LSA vector relative to the base's embedding of a window; 0 uses the base's embedding alone."""
    neighbours: int = Field(10, ge=0)
    """Nearest pieces of other notes that each piece is drawn towards; 0 draws none."""
    pull: float = Field(0.5, ge=0)
    """Weight of the neighbours' mean direction relative to the window's own."""
    across: list[str] | Literal["metadata"] = []
    """Metadata columns across whose classes neighbours are looked for: what is common to a class (a type of note) is
    set aside first, so that notes of several types about one matter are drawn together. `metadata` takes every metadata
    column that no task predicts and nothing reads as text."""
    keep: float = Field(0.0, ge=0)
    """Tokens of other texts read for each token of the notes; on these the encoder is held to what its base was, so
    that it goes on reading other text well. 0 reads none."""
    texts: str = HPO
    """These texts: `hpo`, names and definitions of the Human Phenotype Ontology (pip install 'wardspace[demo]'), or a
    file with one text on each line."""

    def learned_from(self, metadata: Sequence[str]) -> list[str]:
        """Those it looks for neighbours across."""
        return list(metadata if self.across == _ALL else self.across)

    def named_columns(self) -> Mapping[str, Sequence[str]]:
        """Those of `across`."""
        return {"across": [] if self.across == _ALL else self.across}

    def with_metadata(self, columns: Sequence[str]) -> Self:
        """The columns that `across: metadata` stands for, by name."""
        return self.model_copy(update={"across": list(columns)}) if self.across == _ALL else self

    def other_texts(self) -> Sequence[str]:
        """The texts on which the encoder is held to its base."""
        return [self.texts] if self.keep else []

    def description(self, metadata: Sequence[str]) -> str:
        """Both spaces, neighbours, and the other texts."""
        text = (
            "learns to reproduce the base's embeddings joined with latent semantic analysis of the notes "
            f"({counted(self.dimensions, 'dimension')}, weight {self.weight:g})"
        )
        if self.neighbours and self.pull:
            near = counted(self.neighbours, "nearest note")
            text += f", each note pulled towards its {near} (pull {self.pull:g})"
        if self.keep:
            # only the file name, without the folders of this machine
            which = "the Human Phenotype Ontology" if self.texts == HPO else PurePath(self.texts).name
            text += f", and rehearses other texts ({which}, {self.keep:g} tokens for each token of the notes)"
        return text
