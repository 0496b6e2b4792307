import pytest

from tests.report.build import small_results
from wardspace.report.findings.headlines import opening

GAPS = {"tfidf": [(0.0, -0.1, 0.1)], "mlm": [(0.0, -0.1, 0.1)]}


def counted(patient):
    return {"counts": {"notes": 1204, "patients": 402}, "roles": {"patient_id": patient}}


@pytest.mark.parametrize(
    ("corpus", "synthetic", "start"),
    [
        (counted("p"), False, "1,204 clinical notes of 402 patients:"),
        (counted(None), False, "1,204 clinical notes:"),
        (counted("p"), True, "1,204 made-up notes of 402 patients:"),
        ({}, False, "Embedding spaces of clinical notes:"),
    ],
)
def test_it_says_whose_notes(corpus, synthetic, start):
    assert opening(small_results(GAPS, corpus=corpus, synthetic=synthetic)).startswith(start)


def test_it_says_what_was_compared():
    said = opening(small_results(GAPS))
    models = "a general language model, 1 version of it adapted to these notes and a plain count of words"
    assert said.endswith(f"{models}, compared on 1 task.")
    assert opening(small_results({}, models=[], scores=[])) == "Embedding spaces of clinical notes."
    assert opening(small_results({}, scores=[])).endswith("notes: a general language model.")
