"""The page of all keys of a study file, and of a file of fields, read off the models."""

from __future__ import annotations

import inspect
from collections.abc import Iterable

from wardspace.config import Key, study_keys
from wardspace.config.fields import FieldsConfig

_TOP = """# Keys of a study file

Generated from the code; `wardspace validate --keys` prints the same. `N` is the number of an item of a list, from 0,
as `--set` takes it: `--set tasks.0.shots=[8]`. The options of an objective are below its name:
`adapt: [{name: words, objectives: [{mlm: {…}}]}]`.
"""
_FIELDS = """## Keys of a file of fields

What `wardspace extract --fields` reads ([fields of notes](extract.md)).
"""


def study_keys_page() -> str:
    """The page as Markdown: a table for every section."""
    return "\n".join([_TOP, *_tables(study_keys(), 2), _FIELDS, *_tables(study_keys(FieldsConfig), 3)])


def _tables(keys: Iterable[Key], level: int) -> list[str]:
    return [
        "\n".join(
            [
                f"{'#' * level} {title}",
                "",
                inspect.cleandoc(found[0].section.__doc__ or "").partition("\n\n")[0],
                "",
                "| key | type | default | meaning |",
                "|---|---|---|---|",
                *map(_row, found),
                "",
            ]
        )
        for title, found in by_section(keys).items()
    ]


def by_section(keys: Iterable[Key]) -> dict[str, list[Key]]:
    """Keys by the title of their section, in the order of the file; each kind of task has its own sections."""
    found: dict[str, dict[str, Key]] = {}
    kind = ""
    for key in keys:
        section = key.place.rpartition(".")[0]
        if section == "tasks.N":
            kind = key.section.model_fields["kind"].default
        title = f"`{section}`" if section else "The file itself"
        if section.startswith("tasks.N"):
            title += f" of {kind}"
        found.setdefault(title, {})[key.place] = key
    return {title: list(keys.values()) for title, keys in found.items()}


def _row(key: Key) -> str:
    """A key without the name of its section, which is the title of the table."""
    own = key.place.rpartition(".")[2]
    return f"| `{own}` | {_cell(key.type)} | `{_cell(key.default)}` | {_cell(key.help)} |"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
