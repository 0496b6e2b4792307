import pytest

from wardspace.corpus.note.headings import heading_of, headings


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("PMH: asthma", ["pmh"]),
        ("FAMILY HISTORY\nnone", ["family history"]),
        ("2. Past Medical/Surgical History : none", ["past medical surgical history"]),
        ("Seen today. Family history: none", ["family history"]),
        ("He said the following things to the doctor about how he felt on that day: nothing", []),
        ("no heading, at 10:30", []),
    ],
)
def test_headings(text, expected):
    assert [one.name for one in headings(text)] == expected


def test_what_stands_under_a_heading():
    text = "Seen.\nPMH: asthma\nFH: gout"
    found = headings(text)
    assert heading_of(found, 2) is None
    assert [heading_of(found, text.index(word)).name for word in ("asthma", "gout")] == ["pmh", "fh"]
