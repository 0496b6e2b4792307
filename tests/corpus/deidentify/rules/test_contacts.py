import pytest

from tests.corpus.deidentify.finding import found


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("contact: 555-1234 at home", "PHONE", "555-1234"),
        ("His contact is (555)-123-4567.", "PHONE", "(555)-123-4567"),
        ("reach her at 555 1234", "PHONE", "555 1234"),
        ("call 555–123–4567", "PHONE", "555–123–4567"),
        ("ring 1-800-FLOWERS", "PHONE", "1-800-FLOWERS"),
        ("mail to velda.quarm@zelbrook please", "EMAIL", "velda.quarm@zelbrook"),
        ("mail velda [at] zelbrook [dot] org", "EMAIL", "velda [at] zelbrook [dot] org"),
        ("mail velda at zelbrook dot org", "EMAIL", "velda at zelbrook dot org"),
        ("see portal.zelbrook.org/p/77.", "URL", "portal.zelbrook.org/p/77"),
        ("posted as @velda_q there", "URL", "@velda_q"),
    ],
)
def test_ways_to_reach_somebody(text, kind, value):
    assert found(text, kind) == [value]


@pytest.mark.parametrize("text", ["contact 3 times", "seen @ 9AM", "reached at 120 beats", "pain @rest"])
def test_what_reaches_nobody(text):
    assert found(text) == []
