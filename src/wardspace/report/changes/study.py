"""Differences between two study files, machines and corpora, key by key."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from wardspace.config import StudyConfig
from wardspace.config.corpus.source import GIVEN
from wardspace.report.changes.sides import Change, Pair
from wardspace.report.tables.study import base_name
from wardspace.report.wording import SPLITS, thousands

ABSENT, PRESENT = "–", "present"
_SOURCES = tuple(f"corpus.source.{name}" for name in ("path", *GIVEN))
_PATHS = ("base", *_SOURCES, "corpus.deidentify.review", "corpus.deidentify.key_file")
"""Keys that may hold a path of this machine: shown without the folders."""


def study_changes(pair: Pair) -> list[Change]:
    """Keys that differ. Models and tasks are matched by name; one that only one study has counts as one key."""
    return _differing(study_keys(pair.first.study), study_keys(pair.second.study))


def environment_changes(pair: Pair) -> list[Change]:
    """Versions and hardware that differ."""
    return _differing(_flat(pair.first.environment), _flat(pair.second.environment))


def study_keys(study: StudyConfig) -> dict[str, str]:
    """A study as dotted keys and values in words."""
    keys = _flat(study.model_dump(mode="json", exclude={"engine"}))  # no figure depends on the engine
    return {key: _without_folders(value) if _is_path(key) else value for key, value in keys.items()}


def _is_path(key: str) -> bool:
    return key in _PATHS or (key.startswith("compare[") and key.endswith(".model"))


def _without_folders(value: str) -> str:
    """A path without its folders; of a database only its kind, since its address may hold a password."""
    scheme, is_address, _ = value.partition("://")
    return f"{scheme}://…" if is_address else base_name(value)


def _differing(first: Mapping[str, str], second: Mapping[str, str]) -> list[Change]:
    first, second = _folded(first, second), _folded(second, first)
    keys = [*first, *(key for key in second if key not in first)]
    return [
        Change(key, first.get(key, ABSENT), second.get(key, ABSENT))
        for key in keys
        if first.get(key, ABSENT) != second.get(key, ABSENT)
    ]


def _folded(keys: Mapping[str, str], others: Mapping[str, str]) -> dict[str, str]:
    """The keys, with an item that the other study lacks as one key, and without empty sections it fills."""
    known = {item for key in others for item in _items(key)}
    parts = {key[: match.start()] for key in others for match in re.finditer(r"[.\[]", key)}
    found: dict[str, str] = {}
    for key, value in keys.items():
        lone = next((item for item in _items(key) if item not in known), None)
        if lone is not None:
            found[lone] = PRESENT
        elif key not in parts:
            found[key] = value
    return found


def _items(key: str) -> list[str]:
    """The list items that contain a key, outermost first: `adapt[mlm]`, `adapt[mlm].objectives[1 mlm]`."""
    return [key[: match.end()] for match in re.finditer(r"\]", key)]


def _flat(value: Any, prefix: str = "") -> dict[str, str]:
    if isinstance(value, Mapping):
        inner = {str(key): item for key, item in value.items() if key != "kind" or not prefix.endswith("]")}
    elif isinstance(value, list) and value and all(isinstance(item, Mapping) for item in value):
        inner = {f"[{_called(number, item)}]": item for number, item in enumerate(value)}
    else:
        return {prefix: _words(value)}
    found: dict[str, str] = {}
    for key, item in inner.items():
        place = f"{prefix}{key}" if key.startswith("[") or not prefix else f"{prefix}.{key}"
        found |= _flat(item, place)
    return found or {prefix: "none"}


def _called(number: int, item: Mapping[str, Any]) -> str:
    """A model or task by its name; an objective by its position and kind, since their order matters."""
    return str(item.get("name") or f"{number + 1} {item.get('kind', '')}".strip())


def _words(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(map(str, value)) or "none"
    return "none" if value is None else str(value)


_DIGITS = 12
"""Digits of a content hash that are shown."""


def notes_changes(pair: Pair) -> list[Change]:
    """Counts and content hashes of the two corpora that differ."""
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
