"""Rows of the table of fields hold what was found, and give it back."""

from __future__ import annotations

import pytest

from wardspace.config.fields import FieldsConfig
from wardspace.study.extraction.notes import SourceNote
from wardspace.study.extraction.rows import RowForm, table_of
from wardspace.tasks.fields.extractor import Record
from wardspace.tasks.fields.fhir import read_resource, resource_of
from wardspace.tasks.fields.values import Value

NOTE = SourceNote("n1", "p1", "Aspirin 75 mg for chest pain.", ())
TREATS = Value("chest pain", 18, 28, 0.75, "treats", ("negated",), "Aspirin", 0, 7)
ANSWER = Value("75 mg", 8, 13, 0.5, "What dose?")


@pytest.mark.parametrize("many", [True, "first"])
def test_values_of_every_source_come_back_from_the_table_and_from_fhir(many):
    fhir = {"resource": "Observation"}
    own = [
        {"name": "why", "from": {"relation": "treats"}, "many": many, "fhir": fhir},
        {"name": "dose", "from": {"question": "What dose?"}, "many": many, "fhir": fhir},
        {"name": "ask", "from": {"sentence": "plan"}, "many": many, "fhir": fhir},
    ]
    form = RowForm(FieldsConfig.model_validate({"fields": own}), asserted=True)
    record = Record({"why": [TREATS], "dose": [ANSWER], "ask": []}, [], False)
    (row,) = table_of([form.row(NOTE, record)], form.schema).to_pylist()
    assert [name for name in row if name.startswith("why")] == [
        "why", "why_start", "why_end", "why_confidence", "why_assertion", "why_of", "why_of_start", "why_of_end",
    ]  # fmt: skip
    found = list(form.values(row))
    assert [(field.name, value) for field, value in found] == [("why", TREATS), ("dose", ANSWER)]
    for field, value in found:
        assert read_resource(resource_of(field, field.fhir, value, ("n1", "p1"))) == ("n1", field.name, value)
