"""An endpoint: where it is, who may ask, what it takes and gives; and what becomes of a request on its way there."""

from __future__ import annotations

import asyncio
import traceback
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar

from pydantic import BaseModel, ValidationError
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from wardspace.core.errors import WardspaceError
from wardspace.serve.requests import read_body
from wardspace.serve.service.access import Holder, Scope, Tokens
from wardspace.serve.service.models import Limits
from wardspace.serve.service.refusals import RefusalError, fault, invalid

B = TypeVar("B", bound=BaseModel)
_GONE = 499
"""Status in the access log of a request whose client has hung up, as nginx has it."""


@dataclass(frozen=True)
class Call(Generic[B]):
    """A request that was let in.

    Attributes
    ----------
    body : BaseModel
        What it says.
    holder : Holder
        Who asks.
    request : Request
        The request itself.
    noted : dict
        What the access log is to say of it: counts and ids, never text.
    """

    body: B
    holder: Holder
    request: Request
    noted: dict[str, Any]


class Nothing(BaseModel):
    """The body of a request that has none."""


@dataclass(frozen=True)
class Endpoint(Generic[B]):
    """A method at a path.

    Attributes
    ----------
    method, path : str
        Of HTTP; the path as Starlette writes it.
    scope : str or None
        What the token has to allow; None for everybody.
    takes : type
        The form of the body.
    gives : type or None
        The form of the answer; None where it is no JSON.
    summary : str
        A sentence for the description of the service.
    answer : callable
        Answers a call.
    """

    method: str
    path: str
    scope: Scope | None
    takes: type[B]
    gives: type[BaseModel] | None
    summary: str
    answer: Callable[[Call[B]], Awaitable[Response]]


class Handler:
    """Lets requests through to an endpoint: token, scope, size, form, time; and answers what goes wrong in words.

    Parameters
    ----------
    endpoint : Endpoint
        Where they go.
    tokens : Tokens
        Who is known.
    limits : Limits
        Bytes of a body and seconds of an answer.
    """

    def __init__(self, endpoint: Endpoint[Any], tokens: Tokens, limits: Limits) -> None:
        self._endpoint, self._tokens, self._limits = endpoint, tokens, limits

    async def __call__(self, request: Request) -> Response:
        """Answer a request."""
        request.scope["wardspace.noted"]["path"] = self._endpoint.path
        try:
            async with asyncio.timeout(self._limits.seconds):
                call = await self._let_in(request)
                return await _while_connected(request, self._endpoint.answer(call))
        except ClientDisconnect:
            return Response(status_code=_GONE)
        except Exception as error:  # one request's fault is answered, and the service goes on
            refusal = self._refusal(error)
            if refusal is None:
                # its words might quote the request, so the log gets its kind and place alone
                request.scope["wardspace.noted"]["error"] = _kind(error)
                refusal = RefusalError(500, "a fault of the service; its access log has the kind", "fault")
            return refusal.response()

    def _refusal(self, error: Exception) -> RefusalError | None:
        """What is told of an error; None for a fault of the program."""
        if isinstance(error, RefusalError):
            return error
        if isinstance(error, ValidationError):
            return invalid(error)
        if isinstance(error, WardspaceError):
            return fault(error)
        if isinstance(error, TimeoutError):
            what = f"no answer within {self._limits.seconds:g} s: send less at once, or later"
            return RefusalError(503, what, "timeout", headers={"retry-after": "10"})
        return None

    async def _let_in(self, request: Request) -> Call[Any]:
        noted: dict[str, Any] = request.scope["wardspace.noted"]
        holder = self._holder(request)
        noted["token"] = holder.name
        if self._endpoint.takes is Nothing:
            return Call(Nothing(), holder, request, noted)
        if request.headers.get("content-type", "application/json").split(";")[0].strip() != "application/json":
            raise RefusalError(415, "the body has to be application/json", "not_json")
        body = await read_body(request, self._limits.body_bytes)
        if body is None:
            what = f"the body is longer than {self._limits.body_bytes:,} bytes: send less at once"
            raise RefusalError(413, what, "too_long")
        return Call(self._endpoint.takes.model_validate_json(body), holder, request, noted)

    def _holder(self, request: Request) -> Holder:
        if self._endpoint.scope is None:
            return Holder("", frozenset())
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        holder = self._tokens.holder(token.strip()) if scheme.lower() == "bearer" else None
        if holder is None:
            raise RefusalError(401, "send a token of this service: Authorization: Bearer …", "no_token",
                               headers={"www-authenticate": "Bearer"})  # fmt: skip
        if self._endpoint.scope not in holder.scopes:
            raise RefusalError(403, f"this token does not allow: {self._endpoint.scope}", "no_scope")
        return holder


def _kind(error: Exception) -> str:
    place = traceback.extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__} at {Path(place.filename).name}:{place.lineno}"


async def _while_connected(request: Request, answer: Awaitable[Response]) -> Response:
    """Wait for an answer as long as the client does.

    Raises
    ------
    ClientDisconnect
        If the client hangs up before; what was being done for it is cancelled.
    """
    work = asyncio.ensure_future(answer)
    gone = asyncio.ensure_future(_hang_up(request))
    try:
        await asyncio.wait({work, gone}, return_when=asyncio.FIRST_COMPLETED)
        if work.done():
            return work.result()
        raise ClientDisconnect
    finally:
        for one in (work, gone):
            one.cancel()
        await asyncio.gather(work, gone, return_exceptions=True)


async def _hang_up(request: Request) -> None:
    """Wait until the client is gone."""
    while (await request.receive())["type"] != "http.disconnect":
        pass
