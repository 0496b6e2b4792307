"""Text of all sections for the results of a search: a page opened from a disk may not read other pages."""

from __future__ import annotations

import json
from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx


def setup(app: Sphinx) -> None:
    """Register with Sphinx."""
    app.connect("build-finished", _write)


def _write(app: Sphinx, error: Exception | None) -> None:
    if error is None:
        found = {page: sections(app.env.get_doctree(page)) for page in sorted(app.env.found_docs)}
        script = f"const SECTIONS = {json.dumps(found, ensure_ascii=False)};\n"
        Path(app.outdir, "_static", "sections.js").write_text(script, encoding="utf-8")


def sections(page: nodes.document) -> list[tuple[str, str, str]]:
    """Address, title and own text of every section of a page, those inside it left out."""
    found = []
    for section in page.findall(nodes.section):
        title = next(iter(section.findall(nodes.title)), None)
        own = [child.astext() for child in section if not isinstance(child, nodes.section | nodes.title)]
        found.append((section["ids"][0], title.astext() if title else "", " ".join(" ".join(own).split())))
    return found
