"""Where an OMOP database is: its URL, without passwords in study files."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from wardspace.core.errors import CorpusError

if TYPE_CHECKING:
    import sqlalchemy as sa


def database_url(path: str) -> sa.URL:
    """The URL in a study file, or in the environment variable that it names as `env:NAME`.

    Raises
    ------
    CorpusError
        If SQLAlchemy is missing, it is no URL, or the study file holds a password.
    """
    try:
        from sqlalchemy.engine import make_url  # noqa: PLC0415  (an extra)
        from sqlalchemy.exc import ArgumentError  # noqa: PLC0415
    except ModuleNotFoundError as error:
        raise CorpusError(
            "reading a database needs SQLAlchemy", where="corpus.source.path", fix="pip install 'wardspace[omop]'"
        ) from error
    named = path.startswith("env:")
    text = os.environ.get(path.removeprefix("env:"), "") if named else path
    try:
        url = make_url(text)
    except ArgumentError as error:
        what = f"the environment variable {path.removeprefix('env:')} holds" if named else "this is"
        raise CorpusError(
            f"{what} no URL of a database", where="corpus.source.path", fix="such as postgresql+psycopg://host/name"
        ) from error
    secrets = [key for key in url.query if "password" in key.lower() or "pwd" in key.lower()]
    if (url.password or secrets) and not named:
        raise CorpusError(
            "a password in the study file would be copied into the run folder",
            where="corpus.source.path",
            fix="put the URL into an environment variable and write env:NAME, or let the driver find the password",
        )
    return url


def open_engine(url: sa.URL) -> sa.Engine:
    """An engine for a URL; a database file that is not there is not made.

    Raises
    ------
    CorpusError
        If there is no such file.
    """
    import sqlalchemy as sa  # noqa: PLC0415  (an extra)

    if url.get_backend_name() == "sqlite" and url.database and not Path(url.database).is_file():
        raise CorpusError("no such database file", where=url.database, fix="see to corpus.source.path")
    return sa.create_engine(url)
