import pytest

from tests.corpus.deidentify.finding import found


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("Last visit at Dr. Quarm's Office in May", "Dr. Quarm's Office"),
        ("seen at Quarm's clinic", "Quarm's clinic"),
        ("followed at Hospital X on Monday", "Hospital X"),
        ("currently at QXH, visited twice", "QXH"),
        ("admitted to Mercy on Monday", "Mercy"),
        ("treated at Family Clinic", "Family Clinic"),
        ("treated at QX-Velda/Zelbrook on Monday", "QX-Velda/Zelbrook"),
        ("attended in University of Zelbrook Medicine", "University of Zelbrook Medicine"),
        ("came to the U of M Hospital", "U of M Hospital"),
        ("seen in Zelbrook hospital", "Zelbrook hospital"),
        ("treated at Boston VA", "Boston VA"),
        ("seen at Mt.Zelda on Monday", "Mt.Zelda"),
    ],
)
def test_institutions_that_are_words_letters_or_a_doctors(text, value):
    assert found(text, "HOSPITAL") == [value]


@pytest.mark.parametrize(
    "text",
    [
        "Seen at Fracture Clinic, kept at ICU.",
        "Referred to Cardiology, in the Emergency Center of our hospital.",
        "The patient's clinic visit; a day's surgery; the Hispanic hospital staff.",
        "Measured at BMI 35 and at PEEP 5.",
        "St. Jude valve, grasped with Ochsner clamps",
    ],
)
def test_units_and_devices_are_no_institutions(text):
    assert found(text) == []
