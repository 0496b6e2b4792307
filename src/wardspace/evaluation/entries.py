"""Entries of two lists, paired by what names them and not by where they stand."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

NAMING = (
    "task", "name", "model", "against", "setting", "against_setting", "shots", "against_shots", "seed", "split",
    "metric", "column", "measure", "category", "group", "aim", "level", "objective", "step",
)  # fmt: skip
"""Fields of an entry that say what it is of; all others hold what was found."""
_OWNERS = ("task", "name", "model")
"""Of these, what missing entries are told by where each of their names stands on the other side as well."""

Entry = dict[str, Any]
Key = tuple[str, ...]


@dataclass(frozen=True)
class Paired:
    """Two lists side by side."""

    both: list[tuple[int, Entry, Entry]]
    """Entries of the same name, with the place of the first of them."""
    gone: dict[str, int]
    """Groups of entries that the first list alone has, in words, with how many there are."""
    added: dict[str, int]
    """The same of the second list."""


def paired(ours: Sequence[Any], theirs: Sequence[Any]) -> Paired | None:
    """Pair the entries of two lists by their names; those of one name in their order.

    Returns
    -------
    Paired or None
        None where the lists do not hold records with names: they are then to be read by position.
    """
    every = [*ours, *theirs]
    if not all(isinstance(one, dict) for one in every) or not any(field in one for one in every for field in NAMING):
        return None
    first, second = dict(_keyed(ours)), dict(_keyed(theirs))
    return Paired(
        both=[(number, ours[number], theirs[second[key]]) for key, number in first.items() if key in second],
        gone=_groups([ours[number] for key, number in first.items() if key not in second], theirs),
        added=_groups([theirs[number] for key, number in second.items() if key not in first], ours),
    )


def called(entry: Entry) -> str:
    """An entry by all that names it."""
    return " ".join(str(entry[field]) for field in NAMING if entry.get(field) is not None)


def _keyed(entries: Sequence[Entry]) -> Iterator[tuple[Key, int]]:
    """Names and places; entries of the same name are numbered."""
    met: Counter[Key] = Counter()
    for number, entry in enumerate(entries):
        name = tuple(repr(entry.get(field)) for field in NAMING)
        yield (*name, str(met[name])), number
        met[name] += 1


def _groups(missing: Sequence[Entry], others: Sequence[Entry]) -> dict[str, int]:
    """Missing entries by what the other side does not have at all, such as a model; a single one by its own name."""
    known = {field: {repr(other.get(field)) for other in others} for field in NAMING}
    groups: dict[str, list[Entry]] = {}
    for entry in missing:
        unknown = (field for field in NAMING if entry.get(field) is not None and repr(entry[field]) not in known[field])
        field = next(unknown, None)
        fields = (field,) if field else tuple(owner for owner in _OWNERS if entry.get(owner) is not None)
        groups.setdefault(" ".join(f"{one} {entry[one]}" for one in fields), []).append(entry)
    return {called(found[0]) if len(found) == 1 else label: len(found) for label, found in groups.items()}
