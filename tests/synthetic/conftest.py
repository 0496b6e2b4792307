import pytest

from wardspace.config import WardConfig
from wardspace.synthetic import ward_batches
from wardspace.synthetic.patients.diseases import knowledge


@pytest.fixture(scope="session")
def known():
    return knowledge()


@pytest.fixture(scope="session")
def notes():
    """Every note of 150 patients, as plain rows."""
    return [row for batch in ward_batches(WardConfig(patients=150, seed=7)) for row in batch.to_pylist()]


@pytest.fixture(scope="session")
def many_notes():
    """Text and labels of 320 patients' notes."""
    keep = ["patient_id", "text", "specialty", "severity"]
    batches = ward_batches(WardConfig(patients=320, seed=11))
    return [row for batch in batches for row in batch.select(keep).to_pylist()]
