"""Puts the pages of the site together: docs/ with links that fit the site, and what is read off the code."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from website.commands import commands_page
from website.navigation import FROM_THE_ROOT, GENERATED, contents, page_of, sources
from website.public import api_pages
from website.study_keys import study_keys_page

ELSEWHERE = "https://github.com/wardspace/wardspace/blob/main/"
"""Where files lie that are no pages of the site."""

_LINK = re.compile(r"(?<=\]\()(?!https?:|mailto:|#)([^)\s#]+)(#[^)\s]*)?(?=\))")
_FENCE = re.compile(r"^(```|~~~).*?^\1[ \t]*$", re.MULTILINE | re.DOTALL)


def stage(repository: Path, pages: Path) -> None:
    """Write every page of the site as Markdown.

    Parameters
    ----------
    repository : Path
        The top of the repository.
    pages : Path
        Folder to write; is made.
    """
    found = sources(repository)
    known = {path.relative_to(repository).as_posix(): page_of(name) for name, path in found.items()}
    known |= {"README.md": "index"}
    shutil.copytree(repository / "docs" / "images", pages / "images")
    for name, path in found.items():
        folder = "" if name in FROM_THE_ROOT else "docs"
        text = relinked(path.read_text(encoding="utf-8"), folder, known)
        (pages / f"{page_of(name)}.md").write_text(text, encoding="utf-8")
    (pages / "commands.md").write_text(commands_page(), encoding="utf-8")
    (pages / "study-keys.md").write_text(study_keys_page(), encoding="utf-8")
    for name, text in api_pages().items():
        (pages / f"{name}.md").write_text(text, encoding="utf-8")
    home = (repository / "docs" / "website" / "home.md").read_text(encoding="utf-8")
    (pages / "index.md").write_text(f"{home}\n{contents({*found, *GENERATED})}", encoding="utf-8")


def relinked(text: str, folder: str, known: dict[str, str]) -> str:
    """Turn the links of a page, which fit the repository, into links that fit the site.

    Parameters
    ----------
    text : str
        The page, as Markdown.
    folder : str
        Where in the repository it lies; `""` is the top.
    known : dict
        Names of pages on the site by file of the repository.

    Returns
    -------
    str
        The page with links between pages, to images, and to the repository for all other files. Code is left alone.
    """
    return "".join(part if code else _links(part, folder, known) for code, part in _parts(text))


def _parts(text: str) -> Iterator[tuple[bool, str]]:
    """Pieces of a page and whether each is a fenced block."""
    end = 0
    for fence in _FENCE.finditer(text):
        yield False, text[end : fence.start()]
        yield True, fence.group()
        end = fence.end()
    yield False, text[end:]


def _links(text: str, folder: str, known: dict[str, str]) -> str:
    def target(match: re.Match[str]) -> str:
        place = _normal(PurePosixPath(folder, match[1]))
        if place in known:
            return f"{known[place]}.md{match[2] or ''}"
        if place.startswith("docs/images/"):
            return place.removeprefix("docs/")
        return f"{ELSEWHERE}{place}{match[2] or ''}"

    return _LINK.sub(target, text)


def _normal(path: PurePosixPath) -> str:
    """A path without `..`."""
    parts: list[str] = []
    for part in path.parts:
        if part == "..":
            parts.pop()
        else:
            parts.append(part)
    return "/".join(parts)
