"""Every key of a study file with its type, default and line of help, read off the models."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, get_args

from pydantic import BaseModel
from pydantic_core import PydanticUndefined

from wardspace.config.study import StudyConfig


@dataclass(frozen=True)
class Key:
    """One key of a study file."""

    place: str
    type: str
    default: str
    help: str


def study_keys(model: type[BaseModel] = StudyConfig, prefix: str = "") -> Iterator[Key]:
    """Yield every key below `model`, depth first."""
    for name, field in model.model_fields.items():
        place = f"{prefix}{name}"
        inner = _sections(field.annotation)
        if inner and field.annotation in inner:
            yield from study_keys(inner[0], f"{place}.")
            continue
        default = "required" if field.default is PydanticUndefined else _shown(field.default)
        yield Key(place, _type_name(field.annotation), default, " ".join((field.description or "").split()))
        for section in inner:
            tag = f"[{section.model_fields['kind'].default}]" if "kind" in section.model_fields else "[]"
            yield from study_keys(section, f"{place}{tag}.")


def _sections(annotation: Any) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [model for argument in get_args(annotation) for model in _sections(argument)]


def _type_name(annotation: Any) -> str:
    if isinstance(annotation, type) and not get_args(annotation):
        return annotation.__name__
    return str(annotation).replace("typing.", "").replace("NoneType", "None")


def _shown(default: Any) -> str:
    return "null" if default is None else str(default).lower() if isinstance(default, bool) else str(default)
