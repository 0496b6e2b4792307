"""Search as a task: the right note for a question."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

from pydantic import Field

from wardspace.config.tasks.section import TaskSection


class RetrievalConfig(TaskSection):
    """Find the note that answers a query, by cosine."""

    kind: Literal["retrieval"] = "retrieval"
    """Kind of task; to be named, since a task that names none is a classification."""
    query: str
    """Column whose text is a query that its note answers: a question, a title, a problem. Notes without one are
    searched and ask nothing; notes with the very same text, case aside, answer each other's."""
    among: Literal["all", "split"] = "all"
    """Which notes are searched: those of the whole corpus, or those of the query's own split."""
    queries: int | None = Field(None, ge=2)
    """At most this many queries of validation and of test (the same for every model); null asks all."""
    seed: int = 1
    """Seed of which queries are asked."""

    def columns(self) -> Mapping[str, str]:
        """The queries."""
        return {"query": self.query}

    def text_columns(self) -> Sequence[str]:
        """The queries: they are text."""
        return (self.query,)

    @property
    def may_have_trained(self) -> bool:
        """A model may learn from the queries of training notes; those that are asked are other ones."""
        return True
