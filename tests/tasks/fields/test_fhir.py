"""Resources of FHIR R4: what the official models of SMART on FHIR for 4.0.1 say of them, and the way back."""

from __future__ import annotations

import importlib
import json

import pytest

from wardspace.config.fields import FieldConfig
from wardspace.core.errors import WardspaceError
from wardspace.tasks.fields.fhir import check_resource, is_of_the_patient, read_resource, resource_of
from wardspace.tasks.fields.values import Value

RESOURCES = ("Condition", "MedicationStatement", "Observation")
SAID = [None, ("present",), ("negated",), ("historical",), ("negated", "historical")]


def made(kind="Condition", said=None, patient="7", text="chest pain", place=(3, 13), **more):
    field = FieldConfig.model_validate(
        {"name": "signs", "from": {"entity": "Sign"}, "fhir": {"resource": kind, **more}}
    )
    assert field.fhir is not None
    return resource_of(field, field.fhir, Value(text, *place, 0.875, "Sign", said), ("n 1", patient))


def modelled(resource):
    """Read by fhirclient, which raises for keys that R4 lacks, wrong types and what is missing; and written again."""
    kind = resource["resourceType"]
    module = importlib.import_module(f"fhirclient.models.{kind.lower()}")
    return getattr(module, kind)(resource).as_json()


@pytest.mark.parametrize("kind", RESOURCES)
@pytest.mark.parametrize("said", SAID)
@pytest.mark.parametrize("patient", ["7", "Patient/7", "no id 名", None])
def test_the_models_of_r4_read_and_write_them_unchanged(kind, said, patient):
    resource = json.loads(json.dumps(made(kind, said, patient)))
    check_resource(resource)
    assert modelled(resource) == resource


def test_the_validator_of_the_tests_finds_names_of_r5():
    resource = made("MedicationStatement")
    resource["medication"] = {"concept": resource.pop("medicationCodeableConcept")}
    with pytest.raises(Exception, match="medication"):
        modelled(resource)
    with pytest.raises(WardspaceError):
        check_resource(resource)


@pytest.mark.parametrize("kind", RESOURCES)
@pytest.mark.parametrize("said", SAID)
def test_values_are_read_back(kind, said):
    note, field, value = read_resource(json.loads(json.dumps(made(kind, said))))
    assert (note, field) == ("n 1", "signs")
    assert value == Value("chest pain", 3, 13, 0.875, "Sign", said)


def test_what_the_note_says_is_in_the_status():
    def condition(said):
        one = made("Condition", said)
        clinical = one.get("clinicalStatus")
        return (clinical and clinical["coding"][0]["code"], one["verificationStatus"]["coding"][0]["code"])

    assert condition(None) == condition(("present",)) == ("active", "unconfirmed")
    assert condition(("negated",)) == (None, "refuted")
    assert condition(("historical",)) == ("inactive", "unconfirmed")
    assert [made("MedicationStatement", one)["status"] for one in SAID[1:4]] == ["unknown", "not-taken", "completed"]
    assert "interpretation" not in made("Observation") and "interpretation" in made("Observation", ("negated",))
    assert not is_of_the_patient(Value("x", 0, 1, 1.0, "Sign", ("family",)))
    assert not is_of_the_patient(Value("x", 0, 1, 1.0, "Sign", ("hypothetical", "negated")))


def test_subjects():
    assert made(patient="7")["subject"] == made(patient="Patient/7")["subject"] == {"reference": "Patient/7"}
    assert made(patient="a b")["subject"] == {"type": "Patient", "identifier": {"value": "a b"}}
    assert made(patient=None)["subject"]["extension"][0]["valueCode"] == "unknown"


def test_ids_are_those_of_the_value_alone():
    assert made()["id"] == made()["id"] != made(place=(4, 13))["id"]


def test_codes_of_observations():
    coded = made("Observation", system="http://loinc.org", code="8302-2")
    assert coded["code"]["coding"] == [{"system": "http://loinc.org", "code": "8302-2"}]
    assert modelled(coded) == coded


def test_control_characters_are_no_part_of_a_string():
    assert made(text="chest\x0bpain\x1f")["code"]["text"] == "chest pain "


@pytest.mark.parametrize(
    "change",
    [
        {"id": "no id"},
        {"verificationStatus": {"coding": [{"system": "x", "code": "sure"}]}},
        {"code": {"text": " "}},
        {"extension": []},
        {"resourceType": "Patient"},
        {"medication": {}},
    ],
)
def test_other_resources_are_refused(change):
    with pytest.raises(WardspaceError):
        read_resource({**made(), **change})
