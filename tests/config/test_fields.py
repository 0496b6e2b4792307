"""Fields files and their mistakes."""

from __future__ import annotations

import pytest

from wardspace.config.fields import load_fields
from wardspace.core.errors import StudyError

GOOD = """
fields:
  - name: diagnosis
    from: {entity: Disease, assertion: present}
    threshold: 0.5
    fhir: {resource: Condition}
  - {name: ward, from: {classification: ward}, many: first, fhir: {resource: Observation}}
"""


def load(tmp_path, text):
    (tmp_path / "fields.yaml").write_text(text)
    return load_fields(tmp_path / "fields.yaml")


def test_a_fields_file(tmp_path):
    found = load(tmp_path, GOOD)
    assert [field.name for field in found.fields] == ["diagnosis", "ward"]
    assert found.fields[0].many is True and found.fields[0].source.assertions == ("present",)
    assert found.resources == ["Condition", "Observation"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("fields: []", "fields"),
        ("- 1", "fields file"),
        ("fields: {", "not a YAML file"),
        ("fields: [{name: a}]", "fields.0.from: missing"),
        ("fields: [{name: a, frm: {entity: X}}]", "did you mean from"),
        ("fields: [{name: a, from: {entity: X, asertion: present}}]", "did you mean assertion"),
        ("fields: [{name: a, from: {entity: X, assertion: maybe}}]", "assertion"),
        ("fields: [{name: a, from: {entity: X, classification: y}}]", "not entity and classification"),
        ("fields: [{name: a, from: {}}]", "fields.0.from"),
        ("fields: [{name: a, from: {classification: y, assertion: present}}]", "for entity"),
        ("fields: [{name: a b, from: {entity: X}}]", "fields.0.name"),
        ("fields: [{name: a, from: {entity: X}}, {name: a, from: {entity: Y}}]", "same name"),
        ("fields: [{name: a, from: {entity: X}}, {name: a_start, from: {entity: Y}}]", "same name"),
        ("fields: [{name: note_id, from: {entity: X}}]", "same name"),
        ("fields: [{name: a, from: {entity: X}, many: 3}]", "fields.0.many"),
        ("fields: [{name: a, from: {entity: X}, threshold: 2}]", "fields.0.threshold"),
        ("fields: [{name: a, from: {entity: X, assertion: family}, fhir: {resource: Condition}}]", "family"),
        ("fields: [{name: a, from: {classification: X}, fhir: {resource: Condition}}]", "Observation"),
        ("fields: [{name: a, from: {entity: X}, fhir: {resource: Observation, code: x}}]", "system"),
        ("fields: [{name: a, from: {entity: X}, fhir: {resource: Patient}}]", "resource"),
        ("assertions: none\nfields: [{name: a, from: {entity: X, assertion: present}}]", "asks for one"),
    ],
)
def test_mistakes_are_told_with_their_place(tmp_path, text, said):
    with pytest.raises(StudyError) as raised:
        load(tmp_path, text)
    assert said in str(raised.value)


def test_no_file(tmp_path):
    with pytest.raises(StudyError):
        load_fields(tmp_path / "none.yaml")
