"""Values of fields as resources of FHIR R4 (4.0.1): written as JSON, checked, and read back.

No library is used: those for Python write R5, or R4B, in which keys have other names (`medication` for
`medicationCodeableConcept`), and a server of R4 drops what it does not know without a word.

References
----------
HL7 FHIR R4: https://hl7.org/fhir/R4/condition.html, medicationstatement.html and observation.html.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from typing import Any

from wardspace.config.fields import OWN_ASSERTIONS, FhirConfig, FieldConfig
from wardspace.core.errors import WardspaceError
from wardspace.tasks.fields.values import Value

EVIDENCE = "urn:wardspace:evidence"
"""The extension that says where in which note a value is, and how sure the model was."""
_ABSENT = "http://hl7.org/fhir/StructureDefinition/data-absent-reason"
_TERMS = "http://terminology.hl7.org/CodeSystem/"
_ID = re.compile(r"[A-Za-z0-9\-.]{1,64}")

Resource = dict[str, Any]


def resource_of(field: FieldConfig, fhir: FhirConfig, value: Value, whose: tuple[str, str | None]) -> Resource:
    """The resource of a value that is of the patient.

    Parameters
    ----------
    field, fhir : FieldConfig, FhirConfig
        The field, and the resource that it asks for.
    value : Value
        One of its values; places are those in the original note.
    whose : (str, str or None)
        The note, and its patient: an id, or a reference as `Patient/7`.
    """
    note_id, patient_id = whose
    other = [] if value.of is None else [str(value.of_start), str(value.of_end), value.of]
    named = "\0".join([field.name, note_id, str(value.start), str(value.end), value.value, value.type, *other])
    return {
        "resourceType": fhir.resource,
        "id": hashlib.sha256(named.encode()).hexdigest()[:32],
        "extension": [_evidence(field, value, note_id)],
        **_BUILDERS[fhir.resource](field, fhir, value._replace(value=_string(value.value))),
        "subject": _subject(patient_id),
    }


def _string(text: str) -> str:
    """A string of FHIR: of the control characters it may hold tabs and line ends alone."""
    return re.sub(r"[\x00-\x08\x0b\x0c\x0e-\x1f]", " ", text)


def is_of_the_patient(value: Value) -> bool:
    """Whether a note says something of its patient by it: not of a relative, nor of what may come."""
    return value.assertions is None or all(one in OWN_ASSERTIONS for one in value.assertions)


def _condition(field: FieldConfig, fhir: FhirConfig, value: Value) -> Resource:
    said = value.assertions or ()
    refuted, past = "negated" in said, "historical" in said
    clinical = {} if refuted else {"clinicalStatus": _coded("condition-clinical", "inactive" if past else "active")}
    status = _coded("condition-ver-status", "refuted" if refuted else "unconfirmed")
    return {**clinical, "verificationStatus": status, "code": {"text": value.value}}


def _medication(field: FieldConfig, fhir: FhirConfig, value: Value) -> Resource:
    said = value.assertions or ()
    status = "not-taken" if "negated" in said else "completed" if "historical" in said else "unknown"
    return {"status": status, "medicationCodeableConcept": {"text": value.value}}


def _observation(field: FieldConfig, fhir: FhirConfig, value: Value) -> Resource:
    coding = [{"system": fhir.system, "code": fhir.code}] if fhir.code is not None else []
    code = {**({"coding": coding} if coding else {}), "text": field.name}
    absent = {"interpretation": [_coded("v3-ObservationInterpretation", "NEG")]}
    negated = absent if "negated" in (value.assertions or ()) else {}
    return {"status": "preliminary", "code": code, "valueCodeableConcept": {"text": value.value}, **negated}


_BUILDERS = {"Condition": _condition, "MedicationStatement": _medication, "Observation": _observation}


def _coded(system: str, code: str) -> dict[str, Any]:
    return {"coding": [{"system": _TERMS + system, "code": code}]}


def _subject(patient_id: str | None) -> dict[str, Any]:
    """A reference by id where the id can be one, else by identifier."""
    if patient_id is None:
        return {"extension": [{"url": _ABSENT, "valueCode": "unknown"}]}
    bare = patient_id.removeprefix("Patient/")
    if _ID.fullmatch(bare):
        return {"reference": f"Patient/{bare}"}
    return {"type": "Patient", "identifier": {"value": patient_id}}


def _evidence(field: FieldConfig, value: Value, note_id: str) -> dict[str, Any]:
    parts: list[dict[str, Any]] = [
        {"url": "note", "valueString": note_id},
        {"url": "field", "valueString": field.name},
        {"url": "type", "valueString": value.type},
        {"url": "confidence", "valueDecimal": round(value.confidence, 6)},
    ]
    if value.start is not None and value.end is not None:
        parts += [{"url": "start", "valueInteger": value.start}, {"url": "end", "valueInteger": value.end}]
    if value.of is not None and value.of_start is not None and value.of_end is not None:
        parts.append({"url": "of", "valueString": _string(value.of)})
        parts += [{"url": "of-start", "valueInteger": value.of_start}, {"url": "of-end", "valueInteger": value.of_end}]
    parts += [{"url": "assertion", "valueCode": one} for one in value.assertions or ()]
    return {"url": EVIDENCE, "extension": parts}


def read_resource(resource: Mapping[str, Any]) -> tuple[str, str, Value]:
    """Note, field and value of a resource that was written here.

    Raises
    ------
    WardspaceError
        If it is not valid, or was not written here.
    """
    check_resource(resource)
    evidence = [one for one in resource.get("extension", []) if one.get("url") == EVIDENCE]
    if len(evidence) != 1:
        raise WardspaceError("a resource without evidence: it was not written by wardspace")
    parts: dict[str, Any] = {}
    said: list[str] = []
    for part in evidence[0]["extension"]:
        (kind,) = set(part) - {"url"}
        if part["url"] == "assertion":
            said.append(part[kind])
        else:
            parts[part["url"]] = part[kind]
    value = Value(
        resource[_VALUES[resource["resourceType"]]]["text"],
        parts.get("start"),
        parts.get("end"),
        parts["confidence"],
        parts["type"],
        tuple(said) or None,
        parts.get("of"),
        parts.get("of-start"),
        parts.get("of-end"),
    )
    return parts["note"], parts["field"], value


_VALUES = {
    "Condition": "code",
    "MedicationStatement": "medicationCodeableConcept",
    "Observation": "valueCodeableConcept",
}
_OWN_KEYS = {
    "Condition": {"clinicalStatus", "verificationStatus", "code", "subject"},
    "MedicationStatement": {"status", "medicationCodeableConcept", "subject"},
    "Observation": {"status", "code", "subject", "valueCodeableConcept", "interpretation"},
}
_REQUIRED = {
    "Condition": {"verificationStatus", "code", "subject"},
    "MedicationStatement": {"status", "medicationCodeableConcept", "subject"},
    "Observation": {"status", "code", "valueCodeableConcept"},
}
_CODES = {
    ("Condition", "clinicalStatus"): {"active", "recurrence", "relapse", "inactive", "remission", "resolved"},
    ("Condition", "verificationStatus"): {
        "unconfirmed", "provisional", "differential", "confirmed", "refuted", "entered-in-error",
    },
    ("MedicationStatement", "status"): {
        "active", "completed", "entered-in-error", "intended", "stopped", "on-hold", "unknown", "not-taken",
    },
    ("Observation", "status"): {
        "registered", "preliminary", "final", "amended", "corrected", "cancelled", "entered-in-error", "unknown",
    },
}  # fmt: skip
"""Codes that R4 allows, of required bindings."""


def check_resource(resource: Mapping[str, Any]) -> None:
    """Refuse a resource that is not valid R4 of the kinds written here: keys, cardinalities, codes of bindings.

    Raises
    ------
    WardspaceError
        Naming the key, never a value of the note.
    """
    kind = resource.get("resourceType")
    if kind not in _OWN_KEYS:
        raise WardspaceError(f"no resource that is written here: {kind!r}")
    keys = set(resource) - {"resourceType", "id", "extension"}
    if odd := sorted((keys - _OWN_KEYS[kind]) | (_REQUIRED[kind] - keys)):
        raise WardspaceError(f"a {kind} of FHIR R4 with wrong or missing keys: {', '.join(odd)}")
    if not _ID.fullmatch(str(resource.get("id"))):
        raise WardspaceError(f"a {kind} without a valid id")
    for (owner, key), allowed in _CODES.items():
        if owner != kind or key not in resource:
            continue
        said = resource[key]
        code = said if isinstance(said, str) else said["coding"][0]["code"]
        if code not in allowed:
            raise WardspaceError(f"{kind}.{key}: no code of FHIR R4")
    for key in keys:
        text = resource[key].get("text", "-") if isinstance(resource[key], dict) else "-"
        if not isinstance(text, str) or not text.strip():
            raise WardspaceError(f"{kind}.{key}: an empty text")
