"""Mistakes in a search, told before any work: every corner of its space must be a study."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol, Self

from pydantic import ValidationError

from wardspace.config.objectives.registry import OBJECTIVES
from wardspace.config.overrides import plain_place
from wardspace.config.search.section import VARIED, SearchConfig
from wardspace.config.search.space import corners, is_whole, recipe_with
from wardspace.config.tasks.section import TaskSection
from wardspace.config.training import AdaptConfig


class Searched(Protocol):
    """What a search needs to know of a `StudyConfig`."""

    @property
    def search(self) -> SearchConfig | None:
        """What varies."""

    @property
    def adapt(self) -> Sequence[AdaptConfig]:
        """The models."""

    @property
    def transductive(self) -> bool:
        """Whether they read test notes."""

    @property
    def tasks(self) -> Sequence[TaskSection]:
        """What the models are scored on."""

    def with_model(self, model: AdaptConfig) -> Self:
        """The study with another entry of that name, and no search."""


def search_problems(study: Searched) -> list[str]:
    """What is wrong with a study's search, each with its key."""
    if study.search is None:
        return []
    found = _model_problems(study, study.search) + _score_problems(study, study.search)
    if study.transductive:
        found.append("search: trials must not read test notes; set transductive: false")
    return found or _space_problems(study, study.search)


def searched_model(study: Searched, search: SearchConfig) -> AdaptConfig:
    """The entry of `adapt` that a search varies."""
    return next(model for model in study.adapt if search.model in (None, model.name))


def searched_task(study: Searched, search: SearchConfig) -> TaskSection:
    """The task by whose scores a search compares recipes."""
    return next(task for task in _scorable(study) if search.score.task in (None, task.name))


def _scorable(study: Searched) -> list[TaskSection]:
    return [task for task in study.tasks if task.metric_names()]


def _model_problems(study: Searched, search: SearchConfig) -> list[str]:
    names = [model.name for model in study.adapt]
    if not names:
        return ["search: there is nothing to vary; `adapt` needs a model"]
    if search.model is not None and search.model not in names:
        return [f"search.model: no model {search.model!r} in adapt ({', '.join(names)})"]
    strange = [key for key in search.options if key.split(".")[0] not in VARIED]
    return [f"search.options.{key}: keys begin with {' or '.join(VARIED)}, below the model's entry" for key in strange]


def _score_problems(study: Searched, search: SearchConfig) -> list[str]:
    names = [task.name for task in _scorable(study)]
    if not names:
        return ["search.score: there is nothing to compare recipes by; `tasks` needs a classification"]
    if search.score.task is not None and search.score.task not in names:
        return [f"search.score.task: no task {search.score.task!r} that a search can score ({', '.join(names)})"]
    task = searched_task(study, search)
    if search.score.metric not in task.metric_names():
        return [f"search.score.metric: no metric of {task.name}; it has {', '.join(task.metric_names())}"]
    return []


def _space_problems(study: Searched, search: SearchConfig) -> list[str]:
    model, applied = searched_model(study, search), set[str]()
    found: dict[str, str] = {}  # one example of each mistake is enough
    for values in corners(model, search.options):
        made, mistakes = _corner(study, search, values)
        applied |= made
        for problem, example in mistakes:
            found.setdefault(problem, example)
    never = [key for key in search.options if key not in applied] if not found else []
    told = [problem + example for problem, example in found.items()]
    return [*told, *(f"search.options.{key}: the objective it names is never chosen" for key in never)]


def _corner(study: Searched, search: SearchConfig, values: Mapping[str, Any]) -> tuple[set[str], list[tuple[str, str]]]:
    """The options that apply in a corner of the space, and its mistakes, each with the values it is of."""
    try:
        made = recipe_with(searched_model(study, search), search.options, values)
        study.with_model(made.model)
    except LookupError as error:
        problem = (
            f"search.options.{error.args[0]}: there is no such item; an objective's name in its place is another way"
        )
        return set(), [(problem, _with(values, ["objectives"]))]
    except ValidationError as error:
        return set(), [_explained(detail["loc"], detail["type"], detail["msg"], values) for detail in error.errors()]
    return set(made.options), []


def _explained(loc: tuple[str | int, ...], kind: str, message: str, values: Mapping[str, Any]) -> tuple[str, str]:
    place = plain_place(loc)
    meeting = [key for key in values if _meet(key.split("."), place)]
    below = [key for key in meeting if not is_whole(key)]
    keys = below or meeting or list(values)
    told = message.removeprefix("Value error, ")
    if kind == "extra_forbidden":
        numbered = any(part.isdigit() for key in keys for part in key.split("."))
        told = "no such key" + (
            "; with the objective's name for its number it applies where that objective is chosen" * numbered
        )
    return f"{', '.join(f'search.options.{key}' for key in keys)}: {told}", _with(values, ["objectives", *keys])


def _with(values: Mapping[str, Any], keys: list[str]) -> str:
    shown = [f"{key}: {values[key]}" for key in dict.fromkeys(keys) if key in values]
    return f" (with {', '.join(shown)})" if shown else ""


def _meet(key: list[str], place: list[str | int]) -> bool:
    """Whether an option lies at a place, or one below the other."""
    pairs = list(zip(key, place, strict=False))
    return bool(pairs) and all(
        one == str(other) or (isinstance(other, int) and one in OBJECTIVES.sections) for one, other in pairs
    )
