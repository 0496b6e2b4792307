"""From the options of a search to models: where each option belongs, and when it applies."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import combinations, product
from typing import Any

from wardspace.config.objectives.registry import OBJECTIVES, in_full
from wardspace.config.search.section import OptionConfig
from wardspace.config.training import AdaptConfig

Pick = Callable[[str, OptionConfig], Any]
"""Chooses the value of an option."""


class Recipe:
    """One model of the space.

    Attributes
    ----------
    options : dict
        Values by key, of the options that apply.
    values : dict
        The entry of `adapt` with them in place, not checked yet.
    """

    def __init__(self, model: AdaptConfig) -> None:
        self.options: dict[str, Any] = {}
        self.values: dict[str, Any] = model.model_dump(mode="json")

    @property
    def model(self) -> AdaptConfig:
        """The entry, checked; raises pydantic's ValidationError."""
        return AdaptConfig.model_validate(self.values)


def recipe(model: AdaptConfig, options: Mapping[str, OptionConfig], pick: Pick) -> Recipe:
    """Put a value of each option that applies into a model, those that others lie below first.

    Raises
    ------
    LookupError
        If a key names an item of a list that is not there; its argument is the key.
    ValidationError
        If an objective chosen as a whole is none.
    """
    made = Recipe(model)
    for key in sorted(options, key=_depth):
        parts = key.split(".")
        if not _applies(made.values, parts):
            continue
        value = pick(key, options[key])
        try:
            made.values = _put(made.values, parts, value)
        except IndexError as error:
            raise LookupError(key) from error
        made.options[key] = value
        if is_whole(key):
            made.values["objectives"] = _in_full(made.values["objectives"])
    return made


def recipe_with(model: AdaptConfig, options: Mapping[str, OptionConfig], values: Mapping[str, Any]) -> Recipe:
    """Put known values into a model; see `recipe`."""
    return recipe(model, {key: options[key] for key in values}, lambda key, _: values[key])


def corners(model: AdaptConfig, options: Mapping[str, OptionConfig]) -> Iterator[dict[str, Any]]:
    """Yield values of all options: with each choice of whole objectives, every pair of ends of every two others.

    No rule of the study file compares more than two options, so what all of these allow the whole space does.
    """
    whole = [key for key in options if is_whole(key)]
    rest = [key for key in options if not is_whole(key)]
    first = {key: option.ends[0] for key, option in options.items()}
    pairs = [tuple(rest)] if len(rest) < 2 else list[tuple[str, ...]](combinations(rest, 2))
    for chosen in product(*(options[key].ends for key in whole)):
        for pair in pairs:
            for ends in product(*(options[key].ends for key in pair)):
                yield {**first, **dict(zip(whole, chosen, strict=True)), **dict(zip(pair, ends, strict=True))}


def is_whole(key: str) -> bool:
    """Whether an option is a whole objective, or all of them."""
    head, *rest = key.split(".")
    return head == "objectives" and (not rest or (len(rest) == 1 and rest[0].isdigit()))


def _depth(key: str) -> int:
    return key.count(".")


def _in_full(objectives: Any) -> Any:
    """Objectives with their kinds and all their options, so that keys below find their place."""
    if not isinstance(objectives, list):
        return objectives
    return [OBJECTIVES.read(in_full(one)).model_dump(mode="json") for one in objectives]


def _applies(node: Any, parts: list[str]) -> bool:
    """False where an objective's name is in the place of its number and it is not among those chosen."""
    if not parts:
        return True
    head, *rest = parts
    if isinstance(node, list):
        return head.isdigit() or any(_kind(item) == head for item in node)
    return _applies(node.get(head), rest) if isinstance(node, dict) else True


def _put(node: Any, parts: list[str], value: Any) -> Any:
    """A copy of `node` with `value` at `parts`."""
    if not parts:
        return value
    head, *rest = parts
    if not isinstance(node, list):
        mapping = dict(node) if isinstance(node, dict) else {}
        mapping[head] = _put(mapping.get(head), rest, value)
        return mapping
    if head.isdigit() and int(head) >= len(node):
        raise IndexError(head)
    return [_put(item, rest, value) if head in (str(place), _kind(item)) else item for place, item in enumerate(node)]


def _kind(item: Any) -> Any:
    return item.get("kind") if isinstance(item, dict) else None
