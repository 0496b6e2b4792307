"""What changed in the notes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from wardspace.report.changes.asked import ABSENT
from wardspace.report.changes.sides import Change, Pair
from wardspace.report.numbers import thousands
from wardspace.report.words import SPLITS

_DIGITS = 12
"""Of a content hash, as many as tell two corpora apart."""


def notes_changes(pair: Pair) -> list[Change]:
    """Counts and content of the two corpora, where they differ; the content always."""
    first, second = (_counts(side.results.corpus) for side in (pair.first, pair.second))
    keys = [*first, *(key for key in second if key not in first)]
    rows = [Change(key, first.get(key, ABSENT), second.get(key, ABSENT)) for key in keys]
    return [row for row in rows if row.first != row.second]


def same_content(pair: Pair) -> bool:
    """Whether the prepared notes are the same."""
    first, second = (side.results.corpus.get("content_hash") for side in (pair.first, pair.second))
    return first is not None and first == second


def _counts(corpus: Mapping[str, Any]) -> dict[str, str]:
    counts = corpus.get("counts", {})
    found = {
        "rows read": counts.get("rows_read"),
        "notes kept": counts.get("notes"),
        "patients": counts.get("patients"),
        **{f"left out: {kind}": n for kind, n in sorted(counts.get("rejects", {}).items())},
    }
    for split, name in SPLITS.items():
        found |= {f"{name}, {unit}": n for unit, n in counts.get("splits", {}).get(split, {}).items()}
    shown = {name: thousands(n) for name, n in found.items() if n is not None}
    content = corpus.get("content_hash")
    return shown | ({"content (SHA-256)": f"{content[:_DIGITS]}…"} if content else {})
