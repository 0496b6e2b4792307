"""Facts of a run for its model cards: years of the notes, the machine."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pyarrow.compute as pc

from wardspace.config import PrivacyConfig
from wardspace.corpus import Corpus
from wardspace.privacy import Audit, gate_verdict
from wardspace.privacy.record import weights_hash
from wardspace.report.card.audit import with_audit
from wardspace.report.card.data import CardFacts


def audited_card(card: str, folder: Path, privacy: PrivacyConfig) -> str:
    """A model's card, with its audit where there is one of its present weights."""
    found = Audit.read(folder)
    if found is None or found.weights != weights_hash(folder):
        return card
    return with_audit(card, found, gate_verdict(found, privacy, found.weights))


_YEAR = re.compile(r"^(19|20)\d\d(?=$|[-/.]|\d{4}(\D|$))")
"""A time that begins with its year, as ISO 8601 writes it; of other ways of writing nothing is guessed."""


def card_facts(corpus: Corpus, environment: dict[str, Any]) -> CardFacts:
    """What the cards tell beyond the results.

    Years alone are taken from the notes' times, and only if every time that is there begins with one.
    """
    return CardFacts(
        years=_years(corpus),
        machine=f"{environment['system']}, {environment['memory_gib']:g} GiB of memory",
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
