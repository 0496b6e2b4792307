import pytest

from tests.corpus.deidentify.finding import found

CUES = (
    *("MRN", "MR#", "Med Rec", "Med. Rec. #", "hosp no", "patient identifier", "Epic MRN", "encounter number"),
    *("participant ID", "authorization number", "ref. code", "insurer ID", "health plan number", "HP ID", "policy no."),
    *("member number", "BCBS ID", "Medicare beneficiary", "SSN", "SS#", "Soc Sec", "device serial", "lot number"),
    *("DEA number", "credit card", "national identity number", "veteran ID"),
)
LINKS = (": {}", " {}", " is {}", " ({})", ", {},", " - {}", "={}")


@pytest.mark.parametrize("cue", CUES)
@pytest.mark.parametrize("link", LINKS)
def test_a_number_after_a_word_that_says_whose_it_is(cue, link):
    for value in ("AB-987654", "12345", "98-7654"):
        text = f"A man with asthma, {cue}{link.format(value)}."
        assert any(value in each for each in found(text)), text


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("(MRN: AB 123456)", "AB 123456"),
        ("MRN 123 456 789 today", "123 456 789"),
        ("MRN: No. 445566", "445566"),
        ("EMR: ABC-123", "ABC-123"),
        ("(MRN: XZ98)", "XZ98"),
        ("patient ID AB_1234", "AB_1234"),
        ("SSN: ***-**-1234", "***-**-1234"),
        ("SSN: 98765", "98765"),
        ("locker number: 44556", "44556"),
        ("paid by 4111 1111 1111 1111", "4111 1111 1111 1111"),
        ("under 55-123-4567-89 there", "55-123-4567-89"),
    ],
)
def test_forms_of_numbers(text, value):
    assert found(text) == [value]


@pytest.mark.parametrize(
    "text",
    [
        "The trial number: 123456 and the gene number is 123456.",
        "CPT code 99213, ICD code: E11.9",
        "Given 1500-2000 ml; the model is 3-4 times better.",
        "Records show a count of 12; file a report in 2021.",
        "Platelet number: 150000",
    ],
)
def test_numbers_of_nobody(text):
    assert found(text) == []
