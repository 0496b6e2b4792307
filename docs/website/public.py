"""The pages of the Python interface: which names are public, and directives by which Sphinx reads their docstrings."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

ROOMS = (
    "corpus",
    "models",
    "objectives",
    "training",
    "tasks",
    "space",
    "evaluation",
    "privacy",
    "report",
    "study",
    "serve",
    "results",
    "config",
)
"""Rooms with public names, as they come in a study."""

_TOP = """# Python interface

What `wardspace` itself exports, then the names of each room. The classes of study files are described as
[keys](study-keys.md), the records of `results.json` in [their schema](results-schema.md).
"""
_TABLES = ("results", "config")
"""Rooms whose classes have a page of another kind; here they are listed."""


@dataclass(frozen=True)
class Name:
    """A public name."""

    room: str
    name: str
    value: Any

    @property
    def home(self) -> str:
        """The module whose source has it."""
        return defining_module(f"wardspace.{self.room}".rstrip("."), self.name)

    @property
    def doc(self) -> str:
        """Its docstring: that of the object, or, of a value, the string below it in the source."""
        if inspect.isclass(self.value) or inspect.isfunction(self.value):
            own = self.value.__doc__ or ""
            # a dataclass or NamedTuple without a docstring is given its signature
            return "" if own.startswith(f"{self.name}(") else inspect.cleandoc(own)
        return _string_below(self.home, self.name)


def public_names(room: str = "") -> list[Name]:
    """What a room exports, in the order of the alphabet; of the package itself if none is named."""
    module = import_module(f"wardspace.{room}".rstrip("."))
    names = sorted(set(module.__all__) - {"__version__"}, key=str.lower)
    return [Name(room, name, getattr(module, name)) for name in names]


def api_pages() -> dict[str, str]:
    """Pages as MyST, by name: `api` and one page a room."""
    pages = {}
    for room in ROOMS:
        about = inspect.cleandoc(import_module(f"wardspace.{room}").__doc__ or "")
        names = public_names(room)
        body = _listed(names) if room in _TABLES else "\n".join(map(_documented, names))
        pages[f"api-{room}"] = f"# wardspace.{room}\n\n{about}\n\n{body}"
    tree = "\n".join(["```{toctree}", ":maxdepth: 1", "", *pages, "```"])
    return {"api": f"{_TOP}\n{_front()}\n{tree}\n", **pages}


def _front() -> str:
    rows = [
        f"| [`wardspace.{one.name}`](api-{one.home.split('.')[1]}.md) | {_first_line(one.doc)} |"
        for one in public_names()
    ]
    return "\n".join(["| name | |", "|---|---|", *rows, ""])


def _listed(names: list[Name]) -> str:
    rows = [f"| `{one.name}` | {_first_line(one.doc)} |" for one in names]
    return "\n".join(["| name | |", "|---|---|", *rows, ""])


def _first_line(doc: str) -> str:
    return " ".join(doc.partition("\n\n")[0].split()).replace("|", "\\|")


def _documented(name: Name) -> str:
    place = f"wardspace.{name.room}.{name.name}"
    if inspect.isclass(name.value):
        directive = [f".. autoclass:: {place}", "   :members:"]
    elif inspect.isfunction(name.value):
        directive = [f".. autofunction:: {place}"]
    else:
        directive = [f".. py:data:: {place}", "", *(f"   {line}" for line in name.doc.splitlines())]
    return "\n".join([f"## {name.name}", "", "```{eval-rst}", *directive, "```", ""])


def defining_module(module: str, name: str) -> str:
    """Follow imports from a package's front to the module that assigns or defines a name."""
    for home, original in _imports(module):
        if original == name:
            return defining_module(home, name)
    return module


def _imports(module: str) -> Iterator[tuple[str, str]]:
    for node in ast.walk(_source(module)):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("wardspace."):
            yield from ((node.module, alias.name) for alias in node.names)


def _string_below(module: str, name: str) -> str:
    body = _source(module).body
    for node, after in zip(body, [*body[1:], None], strict=True):
        targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
        assigned = any(isinstance(target, ast.Name) and target.id == name for target in targets)
        if assigned and isinstance(after, ast.Expr) and isinstance(after.value, ast.Constant):
            return inspect.cleandoc(str(after.value.value))
    return ""


def _source(module: str) -> ast.Module:
    spec = find_spec(module)
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError(module)
    return ast.parse(Path(spec.origin).read_text(encoding="utf-8"))
