"""Facts of a run for its model cards: years of the notes, the machine, the energy that a plan worked out."""

from __future__ import annotations

import re
from typing import Any

import pyarrow.compute as pc

from wardspace.core.files import read_json
from wardspace.corpus import Corpus
from wardspace.report.card_facts import CardFacts
from wardspace.study.folder import RunFolder

_YEAR = re.compile(r"^(19|20)\d\d(?=$|[-/.]|\d{4}(\D|$))")
"""A time that begins with its year, as ISO 8601 writes it; of other ways of writing nothing is guessed."""


def card_facts(folder: RunFolder, corpus: Corpus, environment: dict[str, Any]) -> CardFacts:
    """What the cards tell beyond the results.

    Years alone are taken from the notes' times, and only if every time that is there begins with one.
    """
    plan = folder.path / "plan.json"
    return CardFacts(
        years=_years(corpus),
        machine=f"{environment['system']}, {environment['memory_gib']:g} GiB of memory",
        kilowatt_hours=_energy(read_json(plan)) if plan.is_file() else {},
    )


def _years(corpus: Corpus) -> tuple[int, int] | None:
    years: set[int] = set()
    for batch in corpus.batches(["time"]):
        for time in pc.unique(batch["time"].drop_null()).to_pylist():
            found = _YEAR.match(time)
            if found is None:
                return None
            years.add(int(found[0]))
    return (min(years), max(years)) if years else None


def _energy(plan: dict[str, Any]) -> dict[str, float]:
    """Kilowatt hours of each model; none where the machine does not tell."""
    found: dict[str, float] = {}
    for stage in plan["stages"]:
        if stage["kilowatt_hours"] is not None:
            found[stage["model"]] = found.get(stage["model"], 0.0) + stage["kilowatt_hours"]
    return found
