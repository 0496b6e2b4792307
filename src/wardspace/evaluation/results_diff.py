"""Whether two results.json hold the same figures: to the bit, or within a tolerance."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

NAMING = (
    "task", "name", "model", "against", "setting", "against_setting", "shots", "against_shots", "seed", "split",
    "metric", "label", "column", "measure", "category", "group", "aim", "level", "objective", "step",
)  # fmt: skip
"""Fields of an entry that say what it is of; all others hold what was found."""
_OWNERS = ("task", "name", "model")
"""Of these, what groups missing entries where the other side has each of their names as well."""

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


ASIDE = frozenset({"seconds", "encode_seconds", "device", "processes", "files"})
"""Fields that may differ between equal runs: times, the machine, and what the source's files were called."""
TOLERANCE = 0.02
"""What numbers may differ by on another machine: two points of a score, or 2% of what is larger than one."""


@dataclass(frozen=True)
class Unlike:
    """One place in which two results differ."""

    place: str
    ours: str
    theirs: str

    @property
    def section(self) -> str:
        """The part of the results it is in, such as `scores`."""
        return re.split(r"[.\[]", self.place, maxsplit=1)[0]

    def __str__(self) -> str:
        return f"{self.place}: {self.ours} → {self.theirs}"


def unlike(ours: Any, theirs: Any, tolerance: float = 0.0) -> list[Unlike]:
    """Every place in which two results differ, fields of `ASIDE` and private probes passed over.

    Entries of lists are paired by what names them (task, model, setting, …), so that their order does not matter and
    what one side lacks is one line for each group of entries.

    Parameters
    ----------
    ours, theirs : plain values
        What two results.json hold.
    tolerance : float
        0 asks for equal bits. Else fractional numbers may differ by this much, times the larger of the two where that
        is above one; verdicts (true or false), which follow from them, are passed over. Counts must be equal always.
    """
    private = frozenset(
        setting["name"]
        for side in (ours, theirs)
        for setting in (side.get("settings", []) if isinstance(side, dict) else [])
        if setting["private"]
    )
    return list(_Comparison(tolerance, private).unlike(ours, theirs, ""))


@dataclass(frozen=True)
class _Comparison:
    tolerance: float
    private: frozenset[str]

    def unlike(self, ours: Any, theirs: Any, place: str) -> Iterator[Unlike]:
        if isinstance(ours, dict) and isinstance(theirs, dict):
            for key in sorted((ours.keys() | theirs.keys()) - ASIDE, key=str):
                inner = f"{place}.{key}" if place else str(key)
                if key not in ours or key not in theirs:
                    yield Unlike(inner, _shown(ours, key), _shown(theirs, key))
                else:
                    yield from self.unlike(ours[key], theirs[key], inner)
        elif isinstance(ours, list) and isinstance(theirs, list):
            named = paired(ours, theirs)
            yield from self._by_position(ours, theirs, place) if named is None else self._by_name(named, place)
        elif not _agree(ours, theirs, self.tolerance):
            yield Unlike(place, repr(ours), repr(theirs))

    def _by_position(self, ours: list[Any], theirs: list[Any], place: str) -> Iterator[Unlike]:
        if len(ours) != len(theirs):
            yield Unlike(place, f"{len(ours)} entries", f"{len(theirs)} entries")
        for number, (one, other) in enumerate(zip(ours, theirs, strict=False)):
            yield from self.unlike(one, other, f"{place}[{number}]")

    def _by_name(self, found: Paired, place: str) -> Iterator[Unlike]:
        for name, count in found.gone.items():
            yield Unlike(f"{place}[{name}]", _entries(count), "not there")
        for name, count in found.added.items():
            yield Unlike(f"{place}[{name}]", "not there", _entries(count))
        for number, one, other in found.both:
            if not self._noisy(one):  # what names a private probe names its like
                yield from self.unlike(one, other, f"{place}[{f'{number}: {called(one)}'.removesuffix(': ')}]")

    def _noisy(self, record: Entry) -> bool:
        """Whether a record is of a private probe, or compares something with one."""
        return any(record.get(key) in self.private for key in ("setting", "against_setting"))


def _entries(count: int) -> str:
    return f"{count} {'entry' if count == 1 else 'entries'}"


def _agree(ours: Any, theirs: Any, tolerance: float) -> bool:
    if ours == theirs and isinstance(ours, bool) == isinstance(theirs, bool):
        return True
    if not tolerance:
        return False
    if isinstance(ours, bool) and isinstance(theirs, bool):
        return True
    if not isinstance(ours, float) and not isinstance(theirs, float):
        return False
    if not isinstance(ours, int | float) or not isinstance(theirs, int | float):
        return False
    return bool(abs(ours - theirs) <= tolerance * max(1.0, abs(ours), abs(theirs)))


def _shown(record: dict[str, Any], key: str) -> str:
    return "there" if key in record else "not there"
