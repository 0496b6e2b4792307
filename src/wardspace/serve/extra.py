"""The packages that serving needs, which a plain installation lacks."""

from __future__ import annotations

from importlib.util import find_spec

from wardspace.core.errors import WardspaceError


def need_serve() -> None:
    """Say what to install where a package is missing.

    Raises
    ------
    WardspaceError
        If starlette or uvicorn is not there.
    """
    missing = [name for name in ("starlette", "uvicorn") if find_spec(name) is None]
    if missing:
        raise WardspaceError(f"not installed: {', '.join(missing)}", fix="pip install 'wardspace[serve]'")
