"""What the report shows, and how sure it is."""

from __future__ import annotations

from itertools import pairwise
from typing import Annotated, Literal

from pydantic import Field, field_validator

from wardspace.config.section import Section

IntervalMethod = Literal["bca", "percentile"]
"""How a bootstrap distribution becomes an interval."""


class ReportConfig(Section):
    """The report."""

    title: str | None = None
    """Heading; null takes the study's name."""
    resamples: int = Field(10_000, ge=100)
    """Bootstrap resamples of patients behind each interval (AUROC makes do with fewer where it would take long)."""
    interval: IntervalMethod = "bca"
    """Bootstrap interval: `bca` (corrected for bias and skewness) or `percentile`."""
    confidence: float = Field(0.95, gt=0.5, lt=1)
    """Confidence of the intervals."""
    seed: int = 1
    """Seed of the bootstrap."""
    map: Literal["pca", "umap"] = "pca"
    """How notes are placed in maps: by the first two principal components; `umap`: also by UMAP, to choose between
    (pip install 'wardspace[maps]')."""
    map_notes: int = Field(1500, ge=10)
    """Most notes drawn in a map."""
    subgroups: list[str] | None = None
    """Metadata columns (or labels that a task does not predict) for scores by subgroup; null takes the
    metadata with bands or with 2 to 12 values, `[]` none. Of more than 12 values the rarer ones are taken together."""
    bands: dict[str, Annotated[list[float], Field(min_length=1)]] = {}
    """Edges between bands of columns of numbers, as `{age_years: [18, 40, 65]}`; an edge belongs to the band above."""
    text_letters: int = Field(400, ge=1)
    """Letters of each note that `wardspace report --with-text` shows."""

    @field_validator("bands")
    @classmethod
    def _edges_rise(cls, bands: dict[str, list[float]]) -> dict[str, list[float]]:
        wrong = [name for name, edges in bands.items() if any(a >= b for a, b in pairwise(edges))]
        if wrong:
            raise ValueError(f"{', '.join(wrong)}: edges must rise")
        return bands
