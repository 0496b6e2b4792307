"""A server for one person on this machine: 127.0.0.1 alone, a token, no log of what was asked."""

from __future__ import annotations

import secrets
import socket
from contextlib import suppress
from importlib.util import find_spec
from types import TracebackType
from typing import TYPE_CHECKING, Any

from wardspace.core.errors import WardspaceError

if TYPE_CHECKING:
    from starlette.types import ASGIApp


HOST = "127.0.0.1"
"""The only address that is listened at."""
_BACKLOG = 512
"""Connections that may wait to be taken."""
_PATIENCE = 2
"""Seconds that open connections get when the server ends."""


class Loopback:
    """A place to serve at; a context manager that holds its port.

    Parameters
    ----------
    port : int, optional
        The port; a free one if none is given.

    Raises
    ------
    WardspaceError
        If the port is taken.
    """

    def __init__(self, port: int | None = None) -> None:
        self._token = secrets.token_urlsafe(32)
        self._socket = listening(HOST, port or 0)
        self.port = int(self._socket.getsockname()[1])

    @property
    def address(self) -> str:
        """What to open in a browser; whoever has it sees the notes."""
        from wardspace.serve.gate import TOKEN  # noqa: PLC0415 - an optional extra

        return f"http://{HOST}:{self.port}/?{TOKEN}={self._token}"

    def serve(self, app: ASGIApp) -> None:
        """Serve an application behind a `Gate` until Ctrl-C."""
        from wardspace.serve.gate import Gate  # noqa: PLC0415 - an optional extra

        run_server(Gate(app, self.port, self._token), self._socket, patience=_PATIENCE, lifespan="off")

    def __enter__(self) -> Loopback:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._socket.close()


def listening(host: str, port: int) -> socket.socket:
    """A socket that listens; port 0 takes a free one.

    Raises
    ------
    WardspaceError
        If the port is taken, or the address is not of this machine.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    made = socket.socket(family, socket.SOCK_STREAM)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        made.bind((host, port))
        made.listen(_BACKLOG)
    except OSError as error:
        made.close()
        raise WardspaceError(
            f"cannot listen at port {port}: {error.strerror}",
            where=host,
            fix="choose another --port, or 0 for a free one",
        ) from error
    return made


def run_server(app: ASGIApp, place: socket.socket, *, patience: int, **options: Any) -> None:
    """Serve an application at a socket until Ctrl-C or SIGTERM.

    Parameters
    ----------
    app : ASGI application
        What answers.
    place : socket
        Where it listens.
    patience : int
        Seconds that open requests get when the server ends.
    **options
        Further ones of `uvicorn.Config`.
    """
    import uvicorn  # noqa: PLC0415 - an optional extra

    config = uvicorn.Config(
        app,
        access_log=False,
        log_level="error",
        ws="none",
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=patience,
        **options,
    )
    # uvicorn ends in good order, then passes on the signal that ended it
    with suppress(KeyboardInterrupt):
        uvicorn.Server(config).run(sockets=[place])


def need_serve() -> None:
    """Say what to install where a package is missing.

    Raises
    ------
    WardspaceError
        If starlette or uvicorn is not there.
    """
    missing = [name for name in ("starlette", "uvicorn", "orjson", "prometheus_client") if find_spec(name) is None]
    if missing:
        raise WardspaceError(f"not installed: {', '.join(missing)}", fix="pip install 'wardspace[serve]'")
