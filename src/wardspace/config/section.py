"""What every section of a study file has in common, and sections of which there are several kinds."""

from __future__ import annotations

from functools import lru_cache
from typing import Annotated, Any, Generic, TypeVar, Union, get_args

from pydantic import BaseModel, ConfigDict, Discriminator, GetCoreSchemaHandler, Tag, TypeAdapter
from pydantic_core import CoreSchema, core_schema


class Section(BaseModel):
    """A part of the study file: unknown keys are mistakes, values do not change after reading."""

    model_config = ConfigDict(extra="forbid", frozen=True, validate_default=True, use_attribute_docstrings=True)


S = TypeVar("S", bound=BaseModel)


class Kinds(Generic[S]):
    """The kinds of one section, to be put behind their common class: `Annotated[TaskSection, TASKS]`.

    Pydantic's discriminated union of them is built when values are read, so that kinds may be added at any time.

    Parameters
    ----------
    *sections : type
        Their classes, each with a field `kind` whose default is its name.
    default : str
        The kind that a section without the key is.

    Attributes
    ----------
    sections : dict
        Classes by the name of their kind.
    """

    def __init__(self, *sections: type[S], default: str) -> None:
        self.default = default
        self.sections: dict[str, type[S]] = {section.model_fields["kind"].default: section for section in sections}

    def read(self, value: Any) -> S:
        """Check plain values as the kind they say they are; an object passes if its kind is known.

        Raises
        ------
        pydantic.ValidationError
            With the kind's name in front of the place of each mistake.
        """
        found: S = _union(tuple(self.sections.items()), self.default).validate_python(value)
        return found

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """How pydantic reads a field of this type; it is written as the kind that it is."""
        return core_schema.no_info_plain_validator_function(self.read)


@lru_cache(maxsize=8)
def _union(kinds: tuple[tuple[str, type[BaseModel]], ...], default: str) -> TypeAdapter[Any]:
    def kind(value: Any) -> str:
        return str(value.get("kind", default) if isinstance(value, dict) else getattr(value, "kind", default))

    tagged = tuple(Annotated[section, Tag(name)] for name, section in kinds)
    union: Any = Annotated[Union[tagged], Discriminator(kind)]  # noqa: UP007 - of as many as there are
    return TypeAdapter(union)


def sections_in(annotation: Any) -> list[type[BaseModel]]:
    """The section classes that a field may hold, all kinds of an open list among them."""
    if isinstance(annotation, Kinds):
        return list(annotation.sections.values())
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    inner = get_args(annotation)
    if any(isinstance(one, Kinds) for one in inner):
        inner = inner[1:]  # the class that the kinds have in common is none of them
    return [section for one in inner for section in sections_in(one)]
