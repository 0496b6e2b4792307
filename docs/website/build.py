"""Builds the site: pages are put together in a folder of their own, which Sphinx then turns into HTML."""

from __future__ import annotations

import argparse
import shutil
from pathlib import Path

from sphinx.application import Sphinx
from sphinx.util.docutils import docutils_namespace

from website.staging import stage

HERE = Path(__file__).resolve().parent
REPOSITORY = HERE.parents[1]


def build(out: Path) -> Path:
    """Build the site.

    A dead link, a page that nothing leads to or a malformed docstring is an error.

    Parameters
    ----------
    out : Path
        Folder of the site; what is in it is replaced.

    Returns
    -------
    Path
        The start page.

    Raises
    ------
    SystemExit
        If there was a warning; all of them are printed.
    """
    pages = out.parent / f"{out.name}-pages"
    for folder in (out, pages):
        shutil.rmtree(folder, ignore_errors=True)
    stage(REPOSITORY, pages)
    with docutils_namespace():
        sphinx = Sphinx(
            srcdir=pages,
            confdir=HERE,
            outdir=out,
            doctreedir=pages / ".doctrees",
            buildername="html",
            status=None,
            warningiserror=True,
        )
        sphinx.build()
    if sphinx.statuscode:
        raise SystemExit("error: there were warnings\n  to do: mend the pages or docstrings that they name")
    shutil.rmtree(pages)
    return out / "index.html"


def main() -> None:
    """Read the command line and build."""
    parser = argparse.ArgumentParser(prog="website", description="Build the documentation site.")
    parser.add_argument("--out", type=Path, default=REPOSITORY / "build" / "site", help="folder of the site")
    print(build(parser.parse_args().out.resolve()).as_uri())  # noqa: T201 - its address is what the command is for
