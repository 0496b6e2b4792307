"""`--set KEY=VALUE`: values put in the place of a study file's own, and which mistakes are of their making."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import yaml

from wardspace.config.objectives.registry import OBJECTIVES
from wardspace.config.tasks.registry import TASKS
from wardspace.config.yaml_text import MOST_LEVELS, read_yaml
from wardspace.core.errors import StudyError

Place = tuple[str | int, ...]


def overridden(raw: Any, override: str) -> Any:
    """A copy of a study's plain values with `key.subkey=value` put in.

    Raises
    ------
    StudyError
        If it is no such pair, its value is no YAML, or there is no such item of a list.
    """
    key, sign, text = override.partition("=")
    if not sign or not key:
        raise StudyError("an override without a value", where=f"--set {override}", fix="write --set key.subkey=value")
    keys = key.split(".")
    if len(keys) > MOST_LEVELS:
        raise StudyError(f"a key of more than {MOST_LEVELS} parts", where=f"--set {override}", fix="mend the key")
    return _placed(raw, keys, _value(text, override), override)


def _value(text: str, override: str) -> Any:
    """The value as YAML; one that is none is taken as text (`%d.%m.%Y`), unless its first sign says otherwise."""
    try:
        return read_yaml(text)
    except yaml.YAMLError as error:
        if text.lstrip()[:1] in ("[", "{", '"', "'", "!", "&"):
            what = f"the value is not YAML: {getattr(error, 'problem', None) or 'a character that YAML forbids'}"
            raise StudyError(what, where=f"--set {override}", fix="quote the value") from error
        return text


def _placed(node: Any, keys: list[str], value: Any, override: str) -> Any:
    """A copy of `node` with `value` at `keys`."""
    if not keys:
        return value
    head, *rest = keys
    if isinstance(node, list):
        if not head.isdigit() or int(head) >= len(node):
            what = f"{head!r} is no item of a list of {len(node)}"
            raise StudyError(what, where=f"--set {override}", fix="count from 0")
        items = list(node)
        items[int(head)] = _placed(items[int(head)], rest, value, override)
        return items
    mapping = dict(node) if isinstance(node, dict) else {}
    mapping[head] = _placed(mapping.get(head), rest, value, override)
    return mapping


def at_fault(places: Sequence[Place], overrides: Sequence[str], file: str) -> str:
    """Where mistakes at these places come from: the file, overrides, or both where that cannot be told."""
    found: dict[str, None] = {}
    for place in places:
        keys = [str(part) for part in plain_place(place)]
        mine = [override for override in overrides if _meet(_keys(override), keys)]
        if not any(_keys(override) == keys[: len(_keys(override))] for override in mine):
            found[file] = None
        found |= {f"--set {override}": None for override in mine}
    return ", ".join(sorted(found, key=lambda one: one != file))


def _keys(override: str) -> list[str]:
    return [str(part) for part in plain_place(override.partition("=")[0].split("."))]


def plain_place(place: Sequence[str | int]) -> list[str | int]:
    """A place without what pydantic adds: the kind of objective or task behind its number, the form of a value.

    A key that is called like a kind (`mlm` of `category`) stays.
    """
    tags = {*OBJECTIVES.sections, *TASKS.sections}
    keys = [part for part in place if not str(part).startswith("(")]
    return [part for before, part in pairwise(("", *keys)) if not (str(before).isdigit() and part in tags)]


def _meet(one: list[str], other: list[str]) -> bool:
    """Whether one key lies in the other; the study as a whole, which has none, is no key."""
    shorter = min(len(one), len(other))
    return shorter > 0 and one[:shorter] == other[:shorter]
