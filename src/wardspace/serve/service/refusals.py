"""Why a request is not answered: a status, words for people, and a code for programs."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from pydantic import ValidationError
from starlette.responses import JSONResponse, Response

from wardspace.core.errors import WardspaceError
from wardspace.serve.service.batcher import QueueFullError


class RefusalError(Exception):
    """A request that cannot be answered.

    Parameters
    ----------
    status : int
        Of HTTP.
    what : str
        What is wrong and what to do; never any text of the request.
    code : str
        The same for programs, such as `too_long`.
    param : str, optional
        Which part of the request is at fault, such as `input.3`.
    headers : mapping, optional
        Of the answer.
    """

    def __init__(
        self, status: int, what: str, code: str, param: str | None = None, headers: dict[str, str] | None = None
    ) -> None:
        super().__init__(what)
        self.status, self.what, self.code, self.param, self.headers = status, what, code, param, headers or {}

    def response(self) -> Response:
        """The answer, in the form that OpenAI's clients read; those of Text Embeddings Inference read `message`."""
        kind = "invalid_request_error" if self.status < 500 else "server_error"
        error = {"message": self.what, "type": kind, "code": self.code, "param": self.param}
        body = {"error": error, "message": self.what, "error_type": self.code}
        return JSONResponse(body, status_code=self.status, headers=self.headers)


def invalid(error: ValidationError) -> RefusalError:
    """A body that does not have the form; its values are not repeated."""
    first = error.errors(include_url=False, include_input=False, include_context=False)[0]
    if first["type"] == "json_invalid":
        return RefusalError(400, "the body is not JSON in UTF-8", "invalid_json")
    place = _place(first["loc"])
    count = error.error_count()
    more = f" (and {count - 1} more faults)" if count > 1 else ""
    return RefusalError(422, f"{place}: {first['msg']}{more}", "invalid_request", place)


def busy(error: QueueFullError) -> RefusalError:
    """Too much is waiting already."""
    seconds = str(math.ceil(error.seconds))
    return RefusalError(429, f"{error}", "queue_full", headers={"retry-after": seconds})


def fault(error: WardspaceError, status: int = 422) -> RefusalError:
    """A fault that the program knows."""
    return RefusalError(status, "; ".join(filter(None, (error.what, error.fix))), "fault")


def _place(places: Sequence[Any]) -> str:
    """Where in the body, without the names of the forms that were tried."""
    return (
        ".".join(str(one) for one in places if not (isinstance(one, str) and ("[" in one or one in _FORMS))) or "body"
    )


_FORMS = {"str", "int", "list"}
