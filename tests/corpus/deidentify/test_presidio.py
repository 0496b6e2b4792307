import pytest

from wardspace.config import DeidentifyConfig
from wardspace.core.errors import CorpusError
from wardspace.corpus.deidentify import Deidentifier, Finding, presidio
from wardspace.corpus.deidentify.presidio import candidates


def test_only_sentences_with_unknown_capitalised_words_are_read():
    text = "Chest clear. Taken home by Grzegorz today. No fever.\nPlan: rest"
    assert [text[start:end].strip() for start, end in candidates(text, [])] == ["Taken home by Grzegorz today."]


def test_what_the_rules_found_and_what_stands_in_small_letters_is_no_question():
    text = "Taken home by Grzegorz today. Ixabepilone given; more ixabepilone later."
    found = [Finding(14, 22, "NAME", 0.9, "names")]
    assert candidates(text, found) == []


def test_a_missing_package_is_named(monkeypatch):
    monkeypatch.setattr(presidio, "MODEL_PACKAGE", "en_core_nothing")
    pytest.importorskip("spacy")
    pytest.importorskip("presidio_analyzer")
    with pytest.raises(CorpusError, match="en_core_nothing") as error:
        presidio.presidio_engine()
    assert "wardspace[deid]" in str(error.value)


@pytest.fixture(scope="module")
def with_presidio():
    for package in ("presidio_analyzer", "spacy", presidio.MODEL_PACKAGE):
        pytest.importorskip(package)
    return Deidentifier(DeidentifyConfig(detectors=["rules", "presidio"]))


def test_names_that_no_rule_knows_are_found_without_the_network(with_presidio):
    text = "In the afternoon Grzegorz Wojciechowski brought the papers from home. Mail: a.b@example.org"
    findings = with_presidio.findings(text)
    assert "Grzegorz Wojciechowski" in [text[each.start : each.end] for each in findings if each.type == "NAME"]
    assert "presidio" in {name for each in findings for name in (each.detector, *each.also)}


def test_clinical_words_are_no_names(with_presidio):
    text = (
        "Given Coumadin under general Anesthesia. Known Bardet-Biedl syndrome and Parkinson's disease. Foley removed."
    )
    assert with_presidio.findings(text) == []
