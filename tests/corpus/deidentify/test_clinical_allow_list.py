"""Clinical words survive: they look like names and are none. The lists here are apart from those that are in use."""

from __future__ import annotations

from pathlib import Path

import pytest

from wardspace.config import DeidentifyConfig
from wardspace.corpus.deidentify import Deidentifier

EPONYMS, DRUGS = (
    (Path(__file__).parent / f"{name}.txt").read_text(encoding="utf-8").splitlines() for name in ("eponyms", "drugs")
)


def test_there_are_two_hundred():
    assert len({*EPONYMS, *DRUGS}) >= 200


@pytest.mark.parametrize("detectors", [["rules", "mimic"], ["rules", "mimic", "presidio"]])
def test_eponyms_and_drugs_survive_in_clinical_use(detectors):
    if "presidio" in detectors:
        pytest.importorskip("presidio_analyzer")
    deidentifier = Deidentifier(DeidentifyConfig(detectors=detectors))
    sentences = [f"Assessment: {phrase}, stable since admission." for phrase in EPONYMS]
    sentences += [f"The patient was started on {drug} 5 mg daily." for drug in DRUGS]
    lost = [sentence for sentence in sentences if deidentifier.findings(sentence)]
    assert lost == []


@pytest.mark.parametrize(
    "name", ["Parkinson", "Wilson", "Foley", "Graves", "Bell", "Turner", "Murphy", "Down", "Smith", "Lewis"]
)
def test_the_same_words_go_where_they_are_people(name):
    deidentifier = Deidentifier(DeidentifyConfig())
    for text in (f"Seen by Dr. {name} today.", f"Mrs. {name} was admitted."):
        assert name not in deidentifier.deidentified(text)[0]
