"""Files of the templates folder, and the page's script made of several of them."""

from __future__ import annotations

from importlib import resources

SCRIPT = ("page", "data", "marks", "chosen", "view", "tip", "selection", "texts", "legend", "gestures", "keys", "maps")
"""Files of the page's script in their order; names of one are known in those after it."""


def asset(name: str) -> str:
    """A file of the templates folder."""
    return resources.files("wardspace.report").joinpath("templates", name).read_text(encoding="utf-8")


def script_of(names: tuple[str, ...] = SCRIPT) -> str:
    """The page's one script: its files in one scope of their own, so that one hash lets it run and no other."""
    joined = "\n".join(asset(f"script/{name}.js") for name in names)
    return f'"use strict";\n(() => {{\n{joined}\n}})();\n'
