"""Search in an index over HTTP: by text or by note, with filters."""

from __future__ import annotations

from typing import Any

import numpy as np
import orjson
from anyio import CapacityLimiter, to_thread
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, model_validator
from starlette.responses import Response

from wardspace.core.errors import ModelError
from wardspace.serve.index import Between, Filter, Hit, Index, OneOf
from wardspace.serve.index.writer import identity_of
from wardspace.serve.service.endpoint import Call, Endpoint
from wardspace.serve.service.models import Models
from wardspace.serve.service.refusals import RefusalError

_MOST = 1000
"""Notes of an answer."""


class Range(BaseModel):
    """A range of time, both ends included, in ISO 8601; `2024-05` is all of May."""

    model_config = ConfigDict(extra="forbid")

    since: str | None = None
    until: str | None = None


class SearchRequest(BaseModel):
    """What to look for."""

    model_config = ConfigDict(extra="forbid")

    text: str | None = Field(None, min_length=1, description="Find notes like this text, and with its words.")
    note_id: str | None = Field(None, description="Find notes like this one of the index.")
    limit: int = Field(10, ge=1, le=_MOST)
    weight: float | None = Field(None, ge=0, le=1, description="Share of the vectors; the rest is that of the words.")
    where: dict[str, list[str]] = Field({}, description="Values of a column that a note may have, by column.")
    time: Range | None = None
    with_text: bool = Field(False, description="Show the part that matched; the token needs the scope `text`.")

    @model_validator(mode="after")
    def _one(self) -> SearchRequest:
        if (self.text is None) == (self.note_id is None):
            raise ValueError("give either text or note_id")
        return self


class FoundNote(BaseModel):
    """A note that was found."""

    note_id: str
    patient_id: str | None
    time: str | None
    score: float
    cosine: float | None
    words: float | None = Field(description="BM25; null where the search was by note.")
    start: int = Field(description="First character of the part that matched best.")
    end: int
    metadata: dict[str, str | None]
    text: str | None = Field(None, description="That part.")


class SearchAnswer(BaseModel):
    """Notes, best first."""

    notes: list[FoundNote]


class Searching:
    """Answers for search, in an index that may change meanwhile: each search sees it as it is then.

    Parameters
    ----------
    index : Index
        Where to search.
    models : Models
        The first of them reads the texts; the index must have been made with it.

    Raises
    ------
    ModelError
        If it was made with another.
    """

    def __init__(self, index: Index, models: Models) -> None:
        self._index, self._models = index, models
        self._thread = CapacityLimiter(1)
        _, model = models.get()
        index.check_model(identity_of(model.encoder))
        self._fitting = {model.version}

    @property
    def endpoints(self) -> list[Endpoint[Any]]:
        """Where they are."""
        return [
            Endpoint("POST", "/search", "search", SearchRequest, SearchAnswer,
                     "Notes of the index that are like a text or a note.", self.search)
        ]  # fmt: skip

    async def search(self, call: Call[SearchRequest]) -> Response:
        """`/search`."""
        asked = call.body
        if asked.with_text and "text" not in call.holder.scopes:
            raise RefusalError(403, "this token does not allow: text", "no_scope", "with_text")
        if asked.with_text and not self._index.about.has_text:
            raise RefusalError(422, "the index keeps no text", "no_text", "with_text")
        vector = None if asked.text is None else await self._vector(asked.text)
        hits = await to_thread.run_sync(self._hits, asked, vector, limiter=self._thread)
        call.noted.update(found=len(hits), notes=[hit.note_id for hit in hits])
        notes = [{**hit._asdict(), "text": self._part(hit) if asked.with_text else None} for hit in hits]
        return Response(orjson.dumps({"notes": notes}, default=float), media_type="application/json")

    async def _vector(self, text: str) -> NDArray[np.float32]:
        name, model = self._models.get()
        if model.version not in self._fitting:
            try:
                self._index.check_model(await to_thread.run_sync(identity_of, model.encoder))
            except ModelError as error:
                what = f"the index was made with another version of {name}: roll back, or make the index again"
                raise RefusalError(409, what, "other_model") from error
            self._fitting.add(model.version)
        read = await model.read([text])
        vector: NDArray[np.float32] = read.vectors[0]
        return vector

    def _hits(self, asked: SearchRequest, vector: NDArray[np.float32] | None) -> list[Hit]:
        self._index.reload()
        exclude: tuple[str, ...] = ()
        if asked.note_id is not None:
            vector, exclude = self._index.vector_of(asked.note_id), (asked.note_id,)
            if vector is None:
                raise RefusalError(404, "there is no such note in the index", "note_not_found", "note_id")
        where: dict[str, Filter] = {column: OneOf(values) for column, values in asked.where.items()}
        if asked.time is not None:
            where["time"] = Between(asked.time.since, asked.time.until)
        return self._index.search(
            vector=vector, words=asked.text, limit=asked.limit, weight=asked.weight, where=where, exclude=exclude
        )

    def _part(self, hit: Hit) -> str | None:
        text = self._index.text_of(hit.note_id)
        return None if text is None else text[hit.start : hit.end]
