"""Search as a task: the right note for a question."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from wardspace.config.section import Section


class RetrievalConfig(Section):
    """Find the note that answers a query, by cosine."""

    kind: Literal["retrieval"] = "retrieval"
    """Kind of task; to be named, since a task that names none is a classification."""
    name: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")
    """Name of the task in tables and folders."""
    query: str
    """Column whose text is a query that its note answers: a question, a title, a problem. Notes without one are
    searched and ask nothing; notes with the very same text, case aside, answer each other's."""
    among: Literal["all", "split"] = "all"
    """Which notes are searched: those of the whole corpus, or those of the query's own split."""
    queries: int | None = Field(None, ge=2)
    """At most this many queries of validation and of test (the same for every model); null asks all."""
    seed: int = 1
    """Seed of which queries are asked."""
