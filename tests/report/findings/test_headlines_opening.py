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
        (counted("p"), True, "1,204 synthetic notes of 402 patients:"),
        ({}, False, "Embedding spaces of clinical notes:"),
    ],
)
def test_it_counts_notes_and_patients(corpus, synthetic, start):
    assert opening(small_results(GAPS, corpus=corpus, synthetic=synthetic)).startswith(start)


def test_it_counts_models_and_tasks():
    text = opening(small_results(GAPS))
    assert "1 version of it" in text
    assert "TF-IDF" in text
    assert "1 task" in text
    assert "task" not in opening(small_results({}, scores=[]))
    assert ":" not in opening(small_results({}, models=[], scores=[]))
