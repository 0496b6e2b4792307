"""How the shape of a space is measured."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from wardspace.config.section import Section


class SpaceConfig(Section):
    """The shape of the embedding space."""

    columns: list[str] = []
    """Labels and metadata to measure it by; empty takes all of them."""
    split: Literal["test", "validation", "train", "all"] = "test"
    """Which notes are measured."""
    notes: int | None = Field(None, ge=10)
    """Measure at most this many notes, drawn by seed (the same for every model); null takes all."""
    queries: int = Field(5000, ge=10)
    """Notes that are compared with all others, where every pair would be too many; up to so many, all pairs count."""
    permutations: int = Field(999, ge=19)
    """Random deals of the labels behind each p-value of separation."""
    seed: int = 1
    """Seed of samples, clusters, permutations and maps."""
