"""Who may see a page on loopback: one browser that was given the token, and no other site or program."""

from __future__ import annotations

import secrets
from http.cookies import CookieError, SimpleCookie
from typing import Any
from urllib.parse import parse_qs

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

TOKEN = "token"
"""Name of the parameter that carries the token, once."""
_READS = ("GET", "HEAD")
_SITES = (None, "same-origin", "none")
_FIXED = {
    "cache-control": "no-store",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
}
FIXED_HEADERS = [(name.encode(), value.encode()) for name, value in _FIXED.items()]
"""Headers that keep an answer out of caches, frames and other sites."""
_POLICY = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"


class Gate:
    """An ASGI application in front of another one.

    A request passes if it names this server as its host (a name that an attacker's DNS points to 127.0.0.1 does not),
    carries the cookie that was given for the token, and comes from this page and not from another site. Any other is
    answered with 403. A request with the token in its address gets the cookie and is sent on to the address without.

    Parameters
    ----------
    app : ASGI application
        What is behind it; its answers get headers that keep them out of caches, frames and other sites.
    port : int
        Where the server listens.
    token : str
        The secret in the address that the person is given.
    """

    def __init__(self, app: ASGIApp, port: int, token: str) -> None:
        self._app, self._token = app, token.encode()
        self._session = secrets.token_urlsafe(32)
        self._hosts = {f"127.0.0.1:{port}", f"localhost:{port}"}
        self._cookie = f"wardspace-{port}"  # cookies know no ports: two servers must not take each other's

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] == "websocket":
            await send({"type": "websocket.close"})
        if scope["type"] != "http":
            return
        response = self._refused(scope)
        await (response or self._app)(scope, receive, _sender(send))

    def _refused(self, scope: Scope) -> Response | None:
        """What to answer in place of the application; None lets the request pass."""
        headers = Headers(scope=scope)
        hosts = headers.getlist("host")
        if len(hosts) != 1 or hosts[0] not in self._hosts:
            return _forbidden()
        given = parse_qs(scope["query_string"].decode("latin-1")).get(TOKEN)
        if given is not None:
            right = len(given) == 1 and secrets.compare_digest(given[0].encode(), self._token)
            return self._admitted() if right and scope["method"] in _READS else _forbidden()
        if not self._knows(headers) or headers.get("sec-fetch-site") not in _SITES:
            return _forbidden()
        # other ports of this machine are the same site to a cookie: what changes something must say where it comes from
        if scope["method"] not in _READS and headers.get("origin") != f"http://{hosts[0]}":
            return _forbidden()
        return None

    def _knows(self, headers: Headers) -> bool:
        try:
            held = SimpleCookie("; ".join(headers.getlist("cookie"))).get(self._cookie)
        except CookieError:
            return False
        return held is not None and secrets.compare_digest(held.value.encode(), self._session.encode())

    def _admitted(self) -> Response:
        response = RedirectResponse("/", status_code=303)
        response.set_cookie(self._cookie, self._session, httponly=True, samesite="strict")
        return response


def _forbidden() -> Response:
    return PlainTextResponse("403: open the address that the program printed\n", status_code=403)


def _sender(send: Send) -> Send:
    async def guarded(message: Message) -> None:
        if message["type"] == "http.response.start":
            message["headers"] = _guarded(message.get("headers", []))
        await send(message)

    return guarded


def _guarded(headers: Any) -> list[tuple[bytes, bytes]]:
    own = [(name, value) for name, value in headers if name.lower().decode("latin-1") not in _FIXED]
    if not any(name.lower() == b"content-security-policy" for name, _ in own):
        own.append((b"content-security-policy", _POLICY.encode()))
    return [*own, *FIXED_HEADERS]
