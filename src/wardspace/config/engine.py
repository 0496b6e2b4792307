"""Where notes are prepared and embedded: on this machine, or on many."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from wardspace.config.section import Section


class EngineConfig(Section):
    """Who prepares and embeds the notes; what comes out does not depend on it."""

    kind: Literal["local", "ray"] = "local"
    """`local` (this machine) or `ray` (Ray Data, extra `distributed`)."""
    address: str | None = None
    """Address of a running Ray cluster (`auto`, or HOST:PORT); null starts one on this machine for the while."""
    cpus: int | None = Field(None, ge=1)
    """Cores of a cluster started here; null takes all."""
    encoders: int | None = Field(None, ge=1)
    """Processes that embed, each with a copy of the model; null takes one for each GPU, else for each core."""


def _section(value: Any) -> Any:
    """`engine: ray` is short for `engine: {kind: ray}`."""
    return {"kind": value} if isinstance(value, str) else value


Engine = Annotated[EngineConfig, BeforeValidator(_section)]
"""The engine in a study file: its name alone, or with options."""
