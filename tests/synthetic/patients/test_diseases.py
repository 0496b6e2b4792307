import pytest

from wardspace.synthetic.patients.diseases import build, frequency, positive_annotations, specialty_of
from wardspace.synthetic.patients.ontology import SPECIALTIES, SPECIALTY_OF_SYSTEM, Ontology, Term


def term(number, *specialties):
    return Term(f"HP:{number}", f"T{number}", f"t{number}", (), (), specialties)


@pytest.mark.parametrize(
    ("text", "share"),
    [("HP:0040280", 1.0), ("HP:0040283", 0.17), ("3/4", 0.75), ("12%", 0.12), ("7.5%", 0.075), ("", 0.5), ("0/3", 0.0)],
)
def test_frequencies(text, share):
    assert frequency(text) == pytest.approx(share)


def test_the_specialty_is_where_most_phenotypes_fall():
    heart, lung, both = term(1, "cardiology"), term(2, "respiratory"), term(3, "cardiology", "respiratory")
    assert specialty_of([(heart, 0.9), (heart, 0.9), (lung, 0.5)]) == "cardiology"
    assert specialty_of([(heart, 0.1), (lung, 0.9)]) == "respiratory"
    assert specialty_of([(heart, 0.5), (lung, 0.5)]) is None
    assert specialty_of([(both, 1.0)]) is None
    assert specialty_of([(term(4), 1.0), (term(5), 1.0), (term(6), 1.0), (heart, 1.0)]) is None
    assert specialty_of([]) is None


HPOA = """#description: test
database_id\tdisease_name\tqualifier\thpo_id\treference\tevidence\tonset\tfrequency\tsex\tmodifier\taspect\tbiocuration
OMIM:1\tOne\t\tHP:0000001\tx\tPCS\t\t1/2\t\t\tP\tx
OMIM:1\tOne\tNOT\tHP:0000002\tx\tPCS\t\t1/2\t\t\tP\tx
OMIM:1\tOne\t\tHP:0000003\tx\tPCS\t\t\t\t\tI\tx
DECIPHER:1\tTwo\t\tHP:0000001\tx\tPCS\t\t\t\t\tP\tx
ORPHA:9\tThree\t\tHP:0000004\tx\tTAS\t\tHP:0040281\t\t\tP\tx
"""


def test_only_positive_annotations_of_omim_and_orphanet_count(tmp_path):
    path = tmp_path / "phenotype.hpoa"
    path.write_text(HPOA, encoding="utf-8")
    assert list(positive_annotations(path)) == [
        ("OMIM:1", "One", "HP:0000001", 0.5),
        ("ORPHA:9", "Three", "HP:0000004", 0.9),
    ]


def test_rare_wording_of_a_small_file_gives_no_disease(tmp_path):
    obo = tmp_path / "hp.obo"
    obo.write_text("data-version: x\n\n[Term]\nid: HP:0000118\nname: Phenotypic abnormality\n", encoding="utf-8")
    hpoa = tmp_path / "phenotype.hpoa"
    hpoa.write_text(HPOA, encoding="utf-8")
    known = build(Ontology(obo), hpoa)
    assert known.common == () and all(known.diseases[name] == () for name in SPECIALTIES)


def test_every_specialty_has_diseases_that_belong_to_it(known):
    for name in SPECIALTIES:
        assert len(known.diseases[name]) >= 20
    systems = [system for system, name in SPECIALTY_OF_SYSTEM.items() if name == "ophthalmology"]
    for disease in known.diseases["ophthalmology"]:
        terms = [term for term, _ in disease.phenotypes]
        assert any(set(systems) & known.ontology.ancestors(term.hpo_id) for term in terms)
        assert all(0.05 < often <= 1 for _, often in disease.phenotypes)


def test_a_known_disease(known):
    names = {disease.name: disease for disease in known.diseases["respiratory"]}
    fibrosis = names["idiopathic pulmonary fibrosis"]
    assert "HP:0002206" in {term.hpo_id for term, _ in fibrosis.phenotypes}  # pulmonary fibrosis
