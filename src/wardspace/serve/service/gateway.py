"""What every request passes: host and origin, headers of the answer, figures, and a line in the access log."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Collection
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TextIO

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from wardspace.core.errors import WardspaceError
from wardspace.serve.gate import FIXED_HEADERS
from wardspace.serve.service.figures import Figures
from wardspace.serve.service.refusals import RefusalError

_UNKNOWN = "other"
"""Path, in the figures, of requests that no endpoint answers."""


class AccessLog:
    """A line of JSON for each request: time, who, what for, how many, ids; never text.

    Parameters
    ----------
    path : Path or None
        Where it goes on, readable by its owner alone; without it, to standard output.

    Raises
    ------
    WardspaceError
        If the file cannot be written.
    """

    def __init__(self, path: Path | None) -> None:
        self._file: TextIO = sys.stdout if path is None else _private(path)

    def write(self, **line: Any) -> None:
        """Write a line at once."""
        self._file.write(json.dumps({"time": datetime.now(UTC).isoformat(timespec="milliseconds"), **line}) + "\n")
        self._file.flush()


class Gateway:
    """An ASGI application in front of the service.

    Parameters
    ----------
    app : ASGI application
        The service. It finds the dictionary `wardspace.noted` in the scope, for what the log is to say.
    hosts : collection of str
        Names, with ports, by which the service may be asked. A page of another site whose name was pointed to this
        machine is refused by them, and so is a page of another origin.
    figures : Figures
        Counts requests.
    log : AccessLog
        Gets a line for each.
    """

    def __init__(self, app: ASGIApp, hosts: Collection[str], figures: Figures, log: AccessLog) -> None:
        self._app, self._hosts, self._figures, self._log = app, frozenset(hosts), figures, log

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        noted: dict[str, Any] = {}
        scope["wardspace.noted"] = noted
        status, begun = 500, time.perf_counter()

        async def sending(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message.get("headers", []), *FIXED_HEADERS]
            await send(message)

        try:
            await (self._refused(scope) or self._app)(scope, receive, sending)
        finally:
            seconds = time.perf_counter() - begun
            path = noted.pop("path", _UNKNOWN)
            self._figures.answered(path, status, seconds)
            self._log.write(method=scope["method"], path=path, status=status, ms=round(1000 * seconds, 1), **noted)

    def _refused(self, scope: Scope) -> ASGIApp | None:
        headers = Headers(scope=scope)
        hosts, origin = headers.getlist("host"), headers.get("origin")
        if len(hosts) != 1 or hosts[0].lower() not in self._hosts:
            what = "this service is not asked by this name; its administrator can add it with --name"
            return RefusalError(421, what, "other_host").response()
        if origin is not None and origin.lower().partition("://")[2] != hosts[0].lower():
            return RefusalError(403, "pages of other sites may not ask this service", "other_origin").response()
        return None


def _private(path: Path) -> TextIO:
    try:
        handle = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    except OSError as error:
        raise WardspaceError(f"cannot write the access log: {error.strerror}", where=path,
                             fix="name another file with --log") from error  # fmt: skip
    return os.fdopen(handle, "a", encoding="utf-8")
