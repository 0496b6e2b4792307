from wardspace.synthetic.drugs import CONDITIONS, DRUGS, TREATMENTS
from wardspace.synthetic.imaging import STUDIES, USUAL
from wardspace.synthetic.ontology import PHENOTYPIC_ABNORMALITY, SPECIALTIES

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
    assert len(DRUGS) >= 60
    assert len({drug.name for drug in DRUGS}) == len(DRUGS)
    assert len({drug.drug_id for drug in DRUGS}) == len(DRUGS)


def test_every_condition_is_a_phenotype_and_has_a_drug(known):
    assert set(TREATMENTS) == set(CONDITIONS)
    for hpo_id in CONDITIONS:
        assert PHENOTYPIC_ABNORMALITY in known.ontology.ancestors(hpo_id)


def test_conditions_are_the_terms_they_are_meant_to_be(known):
    assert {hpo_id: known.ontology.term(hpo_id).label for hpo_id in SOME} == SOME


def test_drugs_treat_conditions_of_every_specialty(known):
    treated = {name for hpo_id in CONDITIONS for name in known.ontology.term(hpo_id).specialties}
    assert treated == set(SPECIALTIES)


def test_studies_show_phenotypes_and_serve_every_specialty(known):
    assert set(USUAL) == set(SPECIALTIES)
    assert {study for studies in USUAL.values() for study in studies} <= set(STUDIES)
    for study in STUDIES.values():
        assert all(PHENOTYPIC_ABNORMALITY in known.ontology.ancestors(hpo_id) for hpo_id in study.visible)
