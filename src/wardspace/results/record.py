"""What every row of the results has in common."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Record(BaseModel):
    """A row of the results."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)
