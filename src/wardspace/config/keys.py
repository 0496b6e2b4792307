"""Every key of a study file with its type, default and line of help, read off the models."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from types import NoneType
from typing import Annotated, Any, Literal, get_args, get_origin

from pydantic import BaseModel
from pydantic_core import PydanticUndefined

from wardspace.config.objectives.registry import OBJECTIVES
from wardspace.config.section import sections_in
from wardspace.config.study import StudyConfig

SectionClass = type[BaseModel]


@dataclass(frozen=True)
class Key:
    """One key of a study file."""

    place: str
    type: str
    default: str
    help: str
    section: SectionClass
    """The section that it is a key of."""


def study_keys(model: type[BaseModel] = StudyConfig, prefix: str = "") -> Iterator[Key]:
    """Yield every key below `model`, depth first."""
    for name, field in model.model_fields.items():
        place = f"{prefix}{name}"
        inner = sections_in(field.annotation)
        if inner and field.annotation in inner:
            yield from study_keys(inner[0], f"{place}.")
            continue
        default = "required" if field.default is PydanticUndefined else _shown(field.default)
        yield Key(place, _type_name(field.annotation), default, " ".join((field.description or "").split()), model)
        for section in inner:
            # as --set takes them: N is the number of an item, an objective's options are below its name
            objective = section in OBJECTIVES.sections.values()
            tag = f".{section.model_fields['kind'].default}" if objective else ""
            holder = str(field.annotation)
            items = f"{place}.N{tag}" if "list[" in holder else f"{place}.KEY" if "dict[" in holder else place
            yield from study_keys(section, f"{items}.")


def _type_name(annotation: Any) -> str:
    """The type in the words of YAML."""
    if sections_in(annotation):
        return "list of sections"
    origin, inner = get_origin(annotation), get_args(annotation)
    if origin is Literal:
        return " | ".join(str(value) for value in inner)
    if origin is Annotated:
        return _type_name(inner[0])
    if origin is list:
        return f"list of {_type_name(inner[0])}"
    if inner:
        return " | ".join(_type_name(one) for one in inner)
    return _NAMES.get(annotation, str(annotation))


_NAMES = {str: "text", int: "whole number", float: "number", bool: "true | false", NoneType: "null", Any: "any"}


def _shown(default: Any) -> str:
    return "null" if default is None else str(default).lower() if isinstance(default, bool) else str(default)
