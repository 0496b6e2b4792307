"""Facts of a run for its model cards: years of the notes, the machine, the energy that a plan worked out."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pyarrow.compute as pc

from wardspace.config import PrivacyConfig
from wardspace.core.files import read_json
from wardspace.corpus import Corpus
from wardspace.privacy import Audit, judged
from wardspace.privacy.record import weights_hash
from wardspace.report.card.audit import with_audit
from wardspace.report.card.data import CardFacts
from wardspace.study.folder import RunFolder


def audited_card(card: str, folder: Path, privacy: PrivacyConfig) -> str:
    """A model's card, with its audit where there is one of its present weights."""
    found = Audit.read(folder)
    if found is None or found.weights != weights_hash(folder):
        return card
    return with_audit(card, found, judged(found, privacy, found.weights))


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
