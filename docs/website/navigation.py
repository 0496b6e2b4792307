"""Which pages there are, in which order. A page of docs/ that is not named here is an error."""

from __future__ import annotations

from pathlib import Path

SECTIONS: dict[str, list[str]] = {
    "Start": ["start", "offline"],
    "Guides": [
        "guidelines",
        "adapt",
        "compare",
        "annotation",
        "extract",
        "onnx",
        "index",
        "service",
        "privacy",
        "search",
        "several-machines",
    ],
    "Notes and tasks": ["corpus", "formats", "tasks"],
    "Methods": ["objectives", "methods", "space", "slices"],
    "Reports": ["report", "maps", "results-schema"],
    "Reference": ["commands", "study-keys", "api"],
    "Evidence": ["results", "experiments", "performance", "decisions", "reliability"],
    "Project": ["contributing", "changelog"],
}
"""Sections and the names of their pages. Those that are in neither docs/ nor generated are left out."""

RENAMED = {"index": "vector-index", "search": "hyperparameter-search"}
"""Pages whose own name is that of a page of every site: the start page and the results of a search."""

FROM_THE_ROOT = {"contributing": "CONTRIBUTING.md", "changelog": "CHANGELOG.md"}
"""Pages that lie at the top of the repository."""

GENERATED = ("commands", "study-keys", "api")
"""Pages that are read off the code."""


def page_of(name: str) -> str:
    """Name of a page on the site."""
    return RENAMED.get(name, name)


def sources(repository: Path) -> dict[str, Path]:
    """Files that are pages, by the name of the page in `SECTIONS`.

    Raises
    ------
    ValueError
        If a file of docs/ is in no section.
    """
    found = {path.stem: path for path in sorted((repository / "docs").glob("*.md"))}
    found |= {name: repository / file for name, file in FROM_THE_ROOT.items()}
    known = {name for names in SECTIONS.values() for name in names}
    if lost := sorted(found.keys() - known):
        raise ValueError(f"docs/{lost[0]}.md is in no section; name it in SECTIONS of {__file__}")
    return found


def contents(present: set[str]) -> str:
    """The table of contents of the site, as MyST: one tree a section, of the pages that are there."""
    trees = []
    for title, names in SECTIONS.items():
        pages = [page_of(name) for name in names if name in present]
        if pages:
            trees.append("\n".join(["```{toctree}", ":hidden:", f":caption: {title}", "", *pages, "```"]))
    return "\n\n".join(trees) + "\n"
