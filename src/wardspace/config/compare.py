"""Models that a study compares without training them."""

from __future__ import annotations

from pydantic import Field

from wardspace.config.section import Section


class CompareConfig(Section):
    """Another model that is embedded and scored like the base, and not trained."""

    name: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")
    """Name of the model in tables and folders."""
    model: str
    """A folder, `minilm`, an installed package that carries a model, or a hub name."""
