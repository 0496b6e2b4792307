"""The card of a model that has been audited."""

from __future__ import annotations

from pathlib import Path

from wardspace.config import PrivacyConfig
from wardspace.privacy import Audit, judged
from wardspace.privacy.weights import weights_hash
from wardspace.report.card_audit import with_audit


def audited_card(card: str, folder: Path, privacy: PrivacyConfig) -> str:
    """A model's card, with its audit where there is one of its present weights."""
    found = Audit.read(folder)
    if found is None or found.weights != weights_hash(folder):
        return card
    return with_audit(card, found, judged(found, privacy, found.weights))
