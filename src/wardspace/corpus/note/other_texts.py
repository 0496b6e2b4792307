"""Texts that a column holds beside the note: one text, or a JSON list of questions about it."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

QUESTION = "question"
"""Field of a record that holds its text; ids and all else stay as they are."""


def with_texts_changed(written: str, change: Callable[[str], str | None]) -> str | None:
    """A column's value with its text changed, or with that of each of its questions.

    Parameters
    ----------
    written : str
        The value.
    change : callable
        From a text to the changed one; None where nothing is left.

    Examples
    --------
    >>> with_texts_changed('[{"id": "A", "question": "FEVER?"}]', str.lower)
    '[{"id": "A", "question": "fever?"}]'
    """
    records = _records(written)
    if records is None:
        return change(written)
    changed = [
        {**one, QUESTION: change(one[QUESTION])} if isinstance(one.get(QUESTION), str) else one for one in records
    ]
    return json.dumps(changed, ensure_ascii=False)


def _records(written: str) -> list[dict[str, Any]] | None:
    """The records of a JSON list of questions; None for anything else."""
    if not written.lstrip().startswith("["):
        return None
    try:
        found = json.loads(written)
    except (ValueError, RecursionError):
        return None
    listed = isinstance(found, list) and all(isinstance(one, dict) for one in found)
    return found if listed and any(QUESTION in one for one in found) else None
