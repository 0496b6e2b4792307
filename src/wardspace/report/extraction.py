"""A page of notes with what was extracted from them: spans by type, confidence, assertion."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping, Sequence
from importlib import resources
from typing import Any, NamedTuple

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from wardspace.core.version import __version__
from wardspace.core.wording import counted, share, thousands
from wardspace.report.figures.style import DARK, LIGHT, variables

TONES = 8
"""Colours of types; the ninth type has that of the first."""
LONG = 1_400
"""Characters from which on a note is shown in part until it is opened."""
_BANDS = (0.5, 0.75, 0.9)
"""Confidence from which on an underline is stronger."""


class Piece(NamedTuple):
    """A stretch of a note: plain, or a mention."""

    text: str
    type: str = ""
    tone: int = 0
    band: int = 0
    sure: str = ""
    assertion: str = ""


def extraction_page(notes: Sequence[Mapping[str, Any]], total: int) -> str:
    """The page as HTML: one file that works offline and runs no script.

    Parameters
    ----------
    notes : sequence of mapping
        Each with `note_id`, `text`, `mentions` and `fields`: lists of values with `value`, `start`, `end`,
        `confidence`, `type` and `assertions`.
    total : int
        Notes that were extracted in all.
    """
    types = sorted({one["type"] for note in notes for one in note["mentions"]})
    tones = {name: place % TONES for place, name in enumerate(types)}
    environment = Environment(
        loader=PackageLoader("wardspace.report", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    css = _css()
    return environment.get_template("extraction.html.j2").render(
        css=Markup(css),  # the file that comes with the package
        css_hash="sha256-" + base64.b64encode(hashlib.sha256(css.encode()).digest()).decode(),
        version=__version__,
        legend=[(name, tones[name], _of_type(notes, name)) for name in types],
        shown=f"{counted(len(notes), 'note')} of {thousands(total)}",
        notes=[
            {
                "id": note["note_id"],
                "pieces": pieces(note["text"], note["mentions"], tones),
                "long": len(note["text"]) > LONG,
                "empty": not note["text"],
                "fields": [(name, [_said(one) for one in values]) for name, values in note["fields"].items()],
            }
            for note in notes
        ],
    )


def pieces(text: str, mentions: Sequence[Mapping[str, Any]], tones: Mapping[str, int]) -> list[Piece]:
    """A text cut at its mentions; of those that share a character the longer one is marked."""
    kept: list[Mapping[str, Any]] = []
    for one in sorted(mentions, key=lambda each: (each["start"] - each["end"], each["start"])):
        if all(one["end"] <= other["start"] or other["end"] <= one["start"] for other in kept):
            kept.append(one)
    found, at = [], 0
    for one in sorted(kept, key=lambda each: each["start"]):
        found.append(Piece(text[at : one["start"]]))
        at = one["end"]
        found.append(
            Piece(
                text[one["start"] : at],
                one["type"],
                tones[one["type"]],
                sum(one["confidence"] >= least for least in _BANDS),
                share(one["confidence"]),
                _assertion(one),
            )
        )
    return [one for one in (*found, Piece(text[at:])) if one.text]


def _said(value: Mapping[str, Any]) -> dict[str, str]:
    return {"value": value["value"], "sure": share(value["confidence"]), "assertion": _assertion(value)}


def _assertion(value: Mapping[str, Any]) -> str:
    """What the note says of it, where that is not the usual."""
    return ", ".join(one for one in value["assertions"] or () if one != "present")


def _of_type(notes: Sequence[Mapping[str, Any]], name: str) -> int:
    return sum(one["type"] == name for note in notes for one in note["mentions"])


def _css() -> str:
    style = resources.files("wardspace.report").joinpath("templates", "extraction.css").read_text(encoding="utf-8")
    return (
        f":root{{{variables(LIGHT)}color-scheme:light}}"
        f"@media screen and (prefers-color-scheme:dark){{:root{{{variables(DARK)}color-scheme:dark}}}}\n{style}"
    )
