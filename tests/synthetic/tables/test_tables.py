import dataclasses

import pytest
from pydantic import TypeAdapter, ValidationError

from wardspace.synthetic.patients.ontology import PHENOTYPIC_ABNORMALITY, SPECIALTIES
from wardspace.synthetic.tables.tables import Formulary, followups, formulary, imaging
from wardspace.synthetic.text.gold import FOLLOWUP_KINDS

SOME = {
    "HP:0000822": "Hypertension",
    "HP:0002099": "Asthma",
    "HP:0001250": "Seizure",
    "HP:0100280": "Crohn's disease",
    "HP:0000787": "Nephrolithiasis",
    "HP:0001891": "Iron deficiency anemia",
    "HP:0005978": "Type II diabetes mellitus",
    "HP:0001370": "Rheumatoid arthritis",
    "HP:0001061": "Acne",
    "HP:0000501": "Glaucoma",
}


def test_the_formulary_is_as_large_as_promised():
    drugs = formulary().drugs
    assert len(drugs) >= 60
    assert len({drug.name for drug in drugs}) == len(drugs)
    assert len({drug.drug_id for drug in drugs}) == len(drugs)


def test_every_condition_is_a_phenotype_and_has_a_drug(known):
    assert set(formulary().treatments) == set(formulary().conditions)
    for hpo_id in formulary().conditions:
        assert PHENOTYPIC_ABNORMALITY in known.ontology.ancestors(hpo_id)


def test_conditions_are_the_terms_they_are_meant_to_be(known):
    assert {hpo_id: known.ontology.term(hpo_id).label for hpo_id in SOME} == SOME


def test_drugs_treat_conditions_of_every_specialty(known):
    treated = {name for hpo_id in formulary().conditions for name in known.ontology.term(hpo_id).specialties}
    assert treated == set(SPECIALTIES)


def test_studies_show_phenotypes_and_serve_every_specialty(known):
    offered = imaging()
    assert set(offered.usual) == set(SPECIALTIES)
    assert {study for studies in offered.usual.values() for study in studies} <= set(offered.studies)
    for study in offered.studies.values():
        assert all(PHENOTYPIC_ABNORMALITY in known.ontology.ancestors(hpo_id) for hpo_id in study.visible)


def test_there_are_requests_of_every_kind():
    assert set(followups()) == set(FOLLOWUP_KINDS)


@pytest.mark.parametrize(("key", "value"), [("drugs", [{"name": "x", "dose": "1"}]), ("conditions", {"HP:1": "often"})])
def test_a_broken_table_is_refused(key, value):
    values = {**dataclasses.asdict(formulary()), key: value}
    with pytest.raises(ValidationError, match=key):
        TypeAdapter(Formulary).validate_python(values)
