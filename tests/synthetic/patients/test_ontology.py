import re

import pytest

from wardspace import synthetic
from wardspace.synthetic.patients.ontology import SPECIALTIES, Ontology, hpo_version
from wardspace.synthetic.patients.optional import ontology_folder
from wardspace.synthetic.patients.plain_names import Casing, plain

OBO = """format-version: 1.2
data-version: hp/releases/2000-01-01

[Term]
id: HP:0000118
name: Phenotypic abnormality

[Term]
id: HP:0001626
name: Abnormality of the cardiovascular system
is_a: HP:0000118 ! Phenotypic abnormality

[Term]
id: HP:0000822
name: Hypertension
def: "The presence of chronic hypertension, as Raynaud described." []
synonym: "High blood pressure" EXACT layperson []
synonym: "Arterial hypertension" EXACT []
synonym: "HTN" EXACT abbreviation []
synonym: "Something wider" BROAD []
is_a: HP:0001626 ! Abnormality of the cardiovascular system

[Term]
id: HP:0000009
name: obsolete Thing
is_obsolete: true

[Typedef]
id: part_of
name: part of
"""


@pytest.fixture
def small(tmp_path):
    path = tmp_path / "hp.obo"
    path.write_text(OBO, encoding="utf-8")
    return Ontology(path)


def test_a_small_ontology(small):
    assert small.version == "hp/releases/2000-01-01"
    assert "HP:0000009" not in small and "part_of" not in small
    assert small.ancestors("HP:0000822") == {"HP:0000822", "HP:0001626", "HP:0000118"}
    term = small.term("HP:0000822")
    assert (term.label, term.name) == ("Hypertension", "hypertension")
    assert term.synonyms == ("Arterial hypertension",)  # "high …" is not plain, a broad synonym is no synonym
    assert term.abbreviations == ("HTN",)
    assert term.specialties == ("cardiology",)
    assert set(small.plain_terms) == {"HP:0000822"}


def test_the_version_is_the_header_of_the_file():
    first = (ontology_folder() / "hp.obo").read_text(encoding="utf-8")[:400]
    assert f"data-version: {synthetic.HPO_VERSION}" in first
    assert hpo_version() == synthetic.HPO_VERSION
    assert re.fullmatch(r"hp/releases/\d{4}-\d\d-\d\d", synthetic.HPO_VERSION)


def test_an_unknown_name_of_the_package_is_an_error():
    with pytest.raises(AttributeError, match="NOTHING"):
        synthetic.NOTHING  # noqa: B018


def test_ten_specialties_each_with_terms(known):
    assert len(SPECIALTIES) == 10
    assert all(len(known.by_specialty[name]) >= 25 for name in SPECIALTIES)


@pytest.mark.parametrize("name", ["Cough", "Crohn's disease", "T-wave inversion", "Atrial fibrillation"])
def test_plain_names(name):
    assert plain(name)


@pytest.mark.parametrize(
    "name", ["Abnormal lung morphology", "Short 5th finger", "Delayed speech", "EEG with spikes (focal)", "A b c d e"]
)
def test_names_that_are_not_of_ward_prose(name):
    assert not plain(name)


def test_casing_keeps_proper_nouns_and_acronyms():
    casing = Casing("seen with raised pressure, a kind of jaundice. Raynaud saw it.")
    assert casing.inside("Raised eyelid") == "raised eyelid"
    assert casing.inside("Raynaud phenomenon") == "Raynaud phenomenon"
    assert casing.inside("EEG changes") == "EEG changes"
    assert casing.inside("Jaundice") == "jaundice"
    assert casing.inside("B lymphocytopenia") == "B lymphocytopenia"
