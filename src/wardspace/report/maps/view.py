"""The maps section of the page: choices, static pictures and the data for the script."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from wardspace.report.figures.points import MOST, dots, swatch, tones
from wardspace.report.figures.style import LIGHT
from wardspace.report.maps.maps import GRID, Map, Notes, compact, placed, shared_notes
from wardspace.report.wording import SPLITS, counted, thousands

SIDE_BY_SIDE = 2
"""Maps side by side."""


@dataclass(frozen=True)
class MapsView:
    """The section of maps."""

    models: list[str]
    columns: list[str]
    methods: list[str]
    largest: int
    """Notes of the largest map."""
    sides: list[int]
    """Index of the model that each side shows at first."""
    stills: list[tuple[str, Markup]]
    """Each model with its picture for readers without scripts."""
    legend: list[tuple[Markup, str]]
    """Marks of those pictures and their values."""
    data: dict[str, Any]

    @property
    def still_caption(self) -> str:
        """Which notes the static pictures show."""
        return f"At most {MOST} notes of each map" if self.largest > MOST else "All notes"


def maps_view(maps: Mapping[str, Map], texts: Sequence[str] | None = None) -> MapsView:
    """The maps section.

    Parameters
    ----------
    maps : mapping of str to Map
        Each model's space in two dimensions.
    texts : sequence of str, optional
        Beginnings of the notes, in the order of the maps; only for a page that stays on this machine.

    Raises
    ------
    ValueError
        If the maps show different notes, or there is not one text for each note.
    """
    data = {**compact(maps), "light": LIGHT}
    notes = shared_notes(maps)
    if texts is not None:
        if set(notes.of.values()) != {0} or notes.starts[-1] != len(texts):
            raise ValueError("not one text for each note, the same notes in every map")
        data["texts"] = list(texts)
    return MapsView(
        models=list(maps),
        columns=[coding.name for coding in notes.codings] if maps else [],
        methods=list(dict.fromkeys(method for one in maps.values() for method in one.drawn)),
        largest=max((len(one.xy) for one in maps.values()), default=0),
        sides=list(range(min(len(maps), SIDE_BY_SIDE))),
        stills=[(model, _still(model, one, notes)) for model, one in maps.items()],
        legend=_legend(notes) if maps else [],
        data=data,
    )


def notes_drawn(view: MapsView, corpus: Mapping[str, Any], split: str) -> str:
    """How many notes are shown: `1,500 of the 3,934 test notes, a random sample`."""
    counts = corpus.get("counts", {})
    found = counts.get("notes") if split == "all" else counts.get("splits", {}).get(split, {}).get("notes")
    kind = f"{SPLITS[split]} note" if split in SPLITS else "note"
    if found is None:
        return counted(view.largest, kind)
    if found <= view.largest:
        return f"all {counted(view.largest, kind)}"
    return f"{thousands(view.largest)} of the {counted(found, kind)}, a random sample, the same for every model"


def _still(model: str, one: Map, notes: Notes) -> Markup:
    coding = notes.codings[0]
    marks = tones(len(coding.values), ordered=coding.ordered)
    words = f"Map of {counted(len(one.xy), 'note')} in the space of {model}, coloured by {coding.name}"
    return dots(placed(one.xy) / GRID, notes.codes(notes.of[model], 0), marks, words)


def _legend(notes: Notes) -> list[tuple[Markup, str]]:
    coding = notes.codings[0]
    marks = tones(len(coding.values), ordered=coding.ordered)
    return [(swatch(tone), value) for tone, value in zip(marks, coding.values, strict=True)]
