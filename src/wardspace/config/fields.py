"""The fields file: which values `wardspace extract` takes from each note, and as which FHIR resources."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from wardspace.config.load import parsed, read_mapping
from wardspace.config.section import Section

Assertion = Literal["present", "negated", "historical", "hypothetical", "family"]
"""What a note says of a mention; `present`: none of the others."""
Resource = Literal["Condition", "MedicationStatement", "Observation"]
OWN_ASSERTIONS = ("present", "negated", "historical")
"""Of the patient, and not only possible: what a resource of FHIR may say of one."""


SourceKey = Literal["entity", "classification", "relation", "question", "sentence"]
"""By which key a field says where its values come from."""
_KEYS: tuple[SourceKey, ...] = ("entity", "classification", "relation", "question", "sentence")
_ASSERTED = ("entity", "relation")


class FieldSource(Section):
    """Where the values of a field come from; one of the first five keys is named."""

    entity: str | None = None
    """Type of entity, as `Disease`: the values are its mentions."""
    classification: str | None = None
    """Name of a task of classification: the value is the class of the whole note."""
    relation: str | None = None
    """Type of relation, as `treats`: the values are the mentions that it leads to, with those that it starts from."""
    question: str | None = None
    """A question that a model of a task of answers is asked of each note: the value is the answer in its words."""
    sentence: str | None = None
    """Label of sentences, as `medication`: the values are the sentences that have it."""
    task: str | None = None
    """Name of the task, where several of the models could fill the field."""
    assertion: Assertion | list[Assertion] | None = None
    """Take only mentions (of a relation, those that it leads to) of which the note says this, or one of these (null:
    all of them)."""

    @property
    def key(self) -> SourceKey:
        """The key that is named."""
        return next(key for key in _KEYS if getattr(self, key) is not None)

    @property
    def name(self) -> str:
        """What it names: a type, a task, a question or a label. It is the type of the values."""
        return str(getattr(self, self.key))

    @property
    def assertions(self) -> tuple[Assertion, ...]:
        """The assertions asked for; none where all are taken."""
        asked = self.assertion
        return () if asked is None else tuple(asked) if isinstance(asked, list) else (asked,)

    @model_validator(mode="after")
    def _one_of_them(self) -> Self:
        named = [key for key in _KEYS if getattr(self, key) is not None]
        if len(named) != 1:
            raise ValueError(f"name one of {', '.join(_KEYS)}" + (f", not {' and '.join(named)}" if named else ""))
        if self.assertion is not None and self.key not in _ASSERTED:
            raise ValueError(f"assertion is for {' and '.join(_ASSERTED)}")
        if self.task is not None and self.classification is not None:
            raise ValueError("a classification is a task already; take `task` away")
        return self


class FhirConfig(Section):
    """The FHIR R4 resource that each value becomes."""

    resource: Resource
    """Type of the resource."""
    system: str | None = Field(None, pattern=r"^(https?://|urn:)\S+$")
    """For an Observation: the code system of what was observed, as `http://loinc.org`."""
    code: str | None = Field(None, pattern=r"^\S+( \S+)*$")
    """For an Observation: the code of what was observed; without it the name of the field says so."""

    @model_validator(mode="after")
    def _codes(self) -> Self:
        if (self.system is None) != (self.code is None):
            raise ValueError("a code needs its system, and a system a code")
        if self.code is not None and self.resource != "Observation":
            raise ValueError("only an Observation has a code here; that of others is what the note names")
        return self


class FieldConfig(Section):
    """A field of the record."""

    name: str = Field(pattern=r"^[A-Za-z][A-Za-z0-9_]*$")
    """Name of the column."""
    source: FieldSource = Field(alias="from")
    """Where its values come from."""
    many: Literal[True, "first", "last", "most_confident"] = True
    """All values of a note as a list, or one of them: the first or last in the text, or the most confident."""
    threshold: Annotated[float, Field(ge=0, le=1)] = 0.0
    """Least confidence of a value."""
    fhir: FhirConfig | None = None
    """The FHIR resource of each value (null: none)."""

    @property
    def columns(self) -> tuple[str, ...]:
        """Columns of the field: value, place, confidence, assertion, and what it is of with its place."""
        key = self.source.key
        place = ("start", "end") if key != "classification" else ()
        said = ("assertion",) if key in _ASSERTED else ()
        other = ("of", "of_start", "of_end") if key == "relation" else ()
        return (self.name, *(f"{self.name}_{ending}" for ending in (*place, "confidence", *said, *other)))

    @model_validator(mode="after")
    def _of_the_patient(self) -> Self:
        if self.fhir is None:
            return self
        others = [one for one in self.source.assertions if one not in OWN_ASSERTIONS]
        if others:
            raise ValueError(
                f"{', '.join(others)} says nothing of the patient that a {self.fhir.resource} could hold; "
                f"take fhir away, or ask for {', '.join(OWN_ASSERTIONS)}"
            )
        if self.source.classification is not None and self.fhir.resource != "Observation":
            raise ValueError("the class of a note can be an Observation, and no other resource")
        return self


class FieldsConfig(Section):
    """What is taken from each note."""

    fields: list[FieldConfig] = Field(min_length=1)
    """The fields, in the order of the columns."""
    assertions: Literal["rules", "none"] = "rules"
    """Who says what a note says of a mention: rules for English (ConText), in their place a model of a task of
    assertions where one is given, or nobody."""

    @model_validator(mode="after")
    def _distinct(self) -> Self:
        names = Counter(["note_id", "patient_id", *(name for field in self.fields for name in field.columns)])
        if twice := [name for name, count in names.items() if count > 1]:
            raise ValueError(f"columns of the same name: {', '.join(twice)}; rename a field")
        asking = [field.name for field in self.fields if field.source.assertions]
        if self.assertions == "none" and asking:
            raise ValueError(f"assertions: none, but {', '.join(asking)} asks for one")
        return self

    @property
    def resources(self) -> Sequence[Resource]:
        """Types of resources that are written, sorted."""
        return sorted({field.fhir.resource for field in self.fields if field.fhir is not None})


def load_fields(path: str | Path) -> FieldsConfig:
    """Read a fields file.

    Raises
    ------
    StudyError
        Naming every unknown key, wrong type and impossible value with its place.
    """
    return parsed(FieldsConfig, read_mapping(path, "fields file"), str(path), "the fields file")
