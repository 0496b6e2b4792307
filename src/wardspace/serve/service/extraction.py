"""Fields of notes over HTTP, as `wardspace extract` fills them."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Annotated, Any

import orjson
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field
from starlette.responses import Response

from wardspace.serve.service.batcher import QueueFullError
from wardspace.serve.service.endpoint import Call, Endpoint
from wardspace.serve.service.models import Limits
from wardspace.serve.service.refusals import RefusalError, busy
from wardspace.tasks.fields.extractor import Extractor, Record
from wardspace.tasks.fields.values import Value

_TOGETHER = 16
"""Notes read together; requests take turns after so many."""
_WAIT = 10.0
"""Seconds after which a refused client is to come again."""


class Note(BaseModel):
    """A note."""

    model_config = ConfigDict(extra="forbid")

    id: str | None = Field(None, description="Comes back with the answer.")
    text: str


def _noted(given: Any) -> Any:
    if isinstance(given, str):
        return [{"text": given}]
    return [{"text": one} if isinstance(one, str) else one for one in given] if isinstance(given, list) else given


class ExtractRequest(BaseModel):
    """Notes to extract from."""

    model_config = ConfigDict(extra="forbid")

    inputs: Annotated[list[Note], Field(min_length=1), BeforeValidator(_noted)]


class FoundValue(BaseModel):
    """A value in a note."""

    value: str
    start: int | None = Field(description="First character; null where the whole note was judged.")
    end: int | None
    confidence: float
    assertion: str | None = Field(None, description="What the note says of it: present, negated, …")
    of: str | None = Field(None, description="Of a relation: the mention that it starts from.")
    of_start: int | None = None
    of_end: int | None = None


class ExtractedNote(BaseModel):
    """What was found in a note."""

    id: str | None
    fields: dict[str, list[FoundValue]]
    foreign: bool = Field(False, description="Passed over: in a script that the models have not learned.")
    error: str | None = Field(None, description="Why this note could not be read; the others were.")


class ExtractAnswer(BaseModel):
    """What was found."""

    notes: list[ExtractedNote]
    characters: int = Field(description="That were read.")


class Extraction:
    """Answers for fields.

    Parameters
    ----------
    extractor : Extractor
        Fills them; used by one thread.
    limits : Limits
        Of requests; a token is counted as four characters.
    """

    def __init__(self, extractor: Extractor, limits: Limits) -> None:
        self._extractor, self._limits = extractor, limits
        self._thread = ThreadPoolExecutor(1, "extractor")
        self._most, self._waiting = limits.queue_tokens * 4, 0

    @property
    def endpoints(self) -> list[Endpoint[Any]]:
        """Where they are."""
        return [
            Endpoint("POST", "/extract", "extract", ExtractRequest, ExtractAnswer,
                     "Values of the declared fields in notes.", self.extract)
        ]  # fmt: skip

    def close(self) -> None:
        """Let go of the models."""
        self._thread.shutdown()

    async def extract(self, call: Call[ExtractRequest]) -> Response:
        """`/extract`."""
        notes = call.body.inputs
        if len(notes) > self._limits.texts:
            what = f"{len(notes):,} notes in one request; at most {self._limits.texts:,}: send them in several"
            raise RefusalError(413, what, "too_many_texts", "inputs")
        characters = sum(len(note.text) for note in notes)
        call.noted.update(texts=len(notes), characters=characters)
        if self._waiting and self._waiting + characters > self._most:
            raise busy(QueueFullError(_WAIT))
        self._waiting += characters
        try:
            found = await self._turns([note.text for note in notes])
        finally:
            self._waiting -= characters
        if failed := sum(one["error"] is not None for one in found):
            call.noted["failed"] = failed
        answer = [{"id": note.id, **one} for note, one in zip(notes, found, strict=True)]
        return Response(orjson.dumps({"notes": answer, "characters": characters}), media_type="application/json")

    async def _turns(self, texts: Sequence[str]) -> list[dict[str, Any]]:
        """The answers of some notes, in chunks between which other requests have theirs."""
        found: list[dict[str, Any]] = []
        loop = asyncio.get_running_loop()
        for start in range(0, len(texts), _TOGETHER):
            found += await loop.run_in_executor(self._thread, self._filled, texts[start : start + _TOGETHER])
        return found

    def _filled(self, texts: Sequence[str]) -> list[dict[str, Any]]:
        try:
            return [_record(one) for one in self._extractor.records(texts)]
        except Exception as error:  # whatever it is, it costs the note that caused it and no other
            if len(texts) == 1:
                return [{"fields": {}, "foreign": False, "error": type(error).__name__}]
            return [one for text in texts for one in self._filled([text])]


def _record(record: Record) -> dict[str, Any]:
    fields = {name: [_value(one) for one in values] for name, values in record.fields.items()}
    return {"fields": fields, "foreign": record.foreign, "error": None}


def _value(value: Value) -> dict[str, Any]:
    return {
        "value": value.value,
        "start": value.start,
        "end": value.end,
        "confidence": round(float(value.confidence), 6),
        "assertion": value.assertion,
        "of": value.of,
        "of_start": value.of_start,
        "of_end": value.of_end,
    }
