import pytest

from wardspace.tasks.assertions.sentences import bounds, headings, sentences


def cut(text):
    starts = sentences(text)
    return [text[start:end].strip() for start, end in zip(starts, [*starts[1:], len(text)], strict=True)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("One. Two? Three", ["One.", "Two?", "Three"]),
        ("Seen by Dr. Smith at 4.5 hours.", ["Seen by Dr. Smith at 4.5 hours."]),
        ("chest\npain", ["chest\npain"]),
        ("Chest pain and\nCough", ["Chest pain and\nCough"]),
        ("Fever\nCough", ["Fever", "Cough"]),
        ("- a\n- b\n3) c", ["- a", "- b", "3) c"]),
    ],
)
def test_sentences(text, expected):
    assert [one for one in cut(text) if one] == expected


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


def test_a_stretch_lies_within_its_sentences():
    text = "No fever. Has cough. Seen."
    starts = sentences(text)
    assert text[slice(*bounds(starts, len(text), 14, 19))].strip() == "Has cough."
    assert text[slice(*bounds(starts, len(text), 3, 19))].strip() == "No fever. Has cough."
    assert text[slice(*bounds(starts, len(text), 21, 25))].strip() == "Seen."
