"""What the pages send, checked before it is read; and what they are told where it cannot be."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TypeVar

from pydantic import BaseModel, ValidationError
from starlette.requests import Request
from starlette.responses import Response

from wardspace.core.errors import WardspaceError

_MOST_BYTES = 4_000_000
"""Of an answer."""

Answer = TypeVar("Answer", bound=BaseModel)


async def answered(request: Request, model: type[Answer], keep: Callable[[Answer], object]) -> Response | None:
    """Read an answer and keep it; None where that went well, else what to tell the page.

    Parameters
    ----------
    request : Request
        Its body is the answer as JSON.
    model : type
        What an answer is.
    keep : callable
        Keeps it, or says by a `WardspaceError` why it does not.
    """
    if request.headers.get("content-type") != "application/json":
        return problem("an answer is JSON", 415)
    body = await read_body(request, _MOST_BYTES)
    if body is None:
        return problem("the answer is too long", 413)
    try:
        keep(model.model_validate_json(body))
    except ValidationError:
        return problem("this is no answer; reload the page", 422)
    except WardspaceError as error:
        return problem("; ".join(filter(None, (error.what, error.fix))), 422)
    return None


def problem(words: str, status: int) -> Response:
    """An answer that says what is wrong."""
    return Response(json.dumps({"problem": words}), status_code=status, media_type="application/json")


async def read_body(request: Request, most: int) -> bytes | None:
    """The body of a request; None where it is longer than `most` bytes, or says so."""
    said = request.headers.get("content-length", "")
    if said.isdigit() and int(said) > most:
        return None
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > most:
            return None
    return bytes(body)
