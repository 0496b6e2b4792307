"""Who may do what: tokens with scopes, in a file that only its owner reads."""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import secrets
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal, NamedTuple, get_args

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from wardspace.core.errors import WardspaceError
from wardspace.core.files import write_text

Scope = Literal["embed", "search", "extract", "text", "metrics", "admin"]
"""What a token allows: vectors; search; extraction; to see the text of indexed notes; figures of the service; to load
another version of a model."""
SCOPES: tuple[Scope, ...] = get_args(Scope)
_READABLE_BY_OTHERS = 0o077


class Holder(NamedTuple):
    """Who has shown a token."""

    name: str
    scopes: frozenset[Scope]


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(min_length=1)
    sha256: str = Field(pattern="^[0-9a-f]{64}$")
    scopes: tuple[Scope, ...] = Field(min_length=1)
    created: datetime


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    version: Literal[1] = 1
    tokens: tuple[_Entry, ...] = ()


class Tokens:
    """The tokens that the service knows. Of each only the SHA-256 is kept: they are random, so it gives nothing away.

    Parameters
    ----------
    holders : mapping of str to Holder
        By the SHA-256 of the token, in hexadecimal.
    path : Path, optional
        The file that they were read from. It is read again when it has changed, so that a token that is taken out
        is refused at once; while it cannot be read, all are.
    """

    def __init__(self, holders: dict[str, Holder], path: Path | None = None) -> None:
        self._holders = holders
        self._path = path
        self._changed = _changed(path)

    @classmethod
    def single(cls) -> tuple[Tokens, str]:
        """One token for everything, and the token itself; it is written nowhere."""
        token = secrets.token_urlsafe(32)
        return cls({_digest(token): Holder("all", frozenset(SCOPES))}), token

    @classmethod
    def read(cls, path: Path) -> Tokens:
        """Read a file of tokens.

        Raises
        ------
        WardspaceError
            If it cannot be read, has another form, or others may read it.
        """
        return cls(_holders(path), path)

    def holder(self, token: str) -> Holder | None:
        """Whose token this is. Every known token is compared, each in constant time."""
        given = hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()
        found: Holder | None = None
        for digest, holder in self._known().items():
            if hmac.compare_digest(bytes.fromhex(digest), given):
                found = holder
        return found

    def _known(self) -> dict[str, Holder]:
        changed = _changed(self._path)
        if self._path is not None and changed != self._changed:
            try:
                self._holders = _holders(self._path)
            except WardspaceError:
                return {}
            self._changed = changed
        return self._holders


def add_token(path: Path, name: str, scopes: Sequence[str]) -> str:
    """Make a token and note its SHA-256 in a file, which is made if there is none.

    Parameters
    ----------
    path : Path
        The file; mode 0600.
    name : str
        Who will have it: the access log names it.
    scopes : sequence of str
        What it allows.

    Returns
    -------
    str
        The token. It is written nowhere: hand it on now.

    Raises
    ------
    WardspaceError
        If the name is taken, a scope is unknown, or the file cannot be read.
    """
    unknown = [scope for scope in scopes if scope not in SCOPES]
    if unknown or not scopes:
        raise WardspaceError(f"no such scope: {', '.join(unknown) or 'none given'}", where="--scope",
                             fix=f"one or more of {', '.join(SCOPES)}")  # fmt: skip
    held = _read(path) if path.exists() else _File()
    if any(one.name == name for one in held.tokens):
        raise WardspaceError(f"there is a token {name!r} already", where=path, fix="choose another name or --revoke it")
    token = secrets.token_urlsafe(32)
    entry = _Entry.model_validate(
        {"name": name, "sha256": _digest(token), "scopes": tuple(dict.fromkeys(scopes)), "created": datetime.now(UTC)}
    )
    _write(path, _File(tokens=(*held.tokens, entry)))
    return token


def revoke_token(path: Path, name: str) -> None:
    """Take a token out of a file.

    Raises
    ------
    WardspaceError
        If there is none of the name, or the file cannot be read.
    """
    held = _read(path)
    kept = tuple(one for one in held.tokens if one.name != name)
    if len(kept) == len(held.tokens):
        known = ", ".join(one.name for one in kept) or "none"
        raise WardspaceError(f"there is no token {name!r}", where=path, fix=f"one of: {known}")
    _write(path, _File(tokens=kept))


def _holders(path: Path) -> dict[str, Holder]:
    return {one.sha256: Holder(one.name, frozenset(one.scopes)) for one in _read(path).tokens}


def _changed(path: Path | None) -> tuple[int, ...] | None:
    """What changes with a file; None where there is none."""
    try:
        found = None if path is None else path.stat()
    except OSError:
        return None
    return None if found is None else (found.st_mtime_ns, found.st_ino, found.st_size, found.st_mode)


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _write(path: Path, file: _File) -> None:
    write_text(path, json.dumps(file.model_dump(mode="json"), indent=2) + "\n")
    path.chmod(0o600)


def _read(path: Path) -> _File:
    try:
        with path.open("rb") as handle:
            mode = os.fstat(handle.fileno()).st_mode
            content = handle.read()
    except OSError as error:
        raise WardspaceError(f"cannot read the tokens: {error.strerror}", where=path,
                             fix="make one with `wardspace token FILE NAME --scope embed`") from error  # fmt: skip
    if mode & _READABLE_BY_OTHERS:
        raise WardspaceError("others may read or write this file of tokens", where=path, fix=f"chmod 600 {path}")
    try:
        return _File.model_validate_json(content)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(map(str, first["loc"]))
        raise WardspaceError(f"not a file of tokens: {place + ': ' if place else ''}{first['msg']}", where=path,
                             fix="mend it, or make a new one with `wardspace token`") from error  # fmt: skip
