import pytest

from tests.corpus.deidentify.finding import found


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("a 70-year-old man, Kwame, with a cough", "Kwame"),
        ("a 60-year-old female, Grace, who fell", "Grace"),
        ("a male with asthma, Velquarm, admitted on Monday", "Velquarm"),
        ("a patient with lupus, J.D., who fell", "J.D."),
        ("similar to Beth (DOB unknown)", "Beth"),
        ("under Hope S., at night", "Hope S."),
        ("jane doe came back", "jane doe"),
        ("notes of mary k. were read", "mary k."),
        ("seen by Dr.Quarm today", "Quarm"),
        ("seen by Dr. quarm today", "quarm"),
        ("seen by Dr. P at night", "P"),
        ("a man, John Smith Jr., was seen", "John Smith Jr."),
        ("a woman, Mary Ann Smith, was seen", "Mary Ann Smith"),
        ("nurse practitioner Velquarm called", "Velquarm"),
        ("baby Emma slept", "Emma"),
    ],
)
def test_names_that_stand_alone_or_in_small_letters(text, name):
    assert found(text, "NAME") == [name]


def test_both_doctors_of_one_title():
    assert found("Seen by Drs. Quarm and Velda.", "NAME") == ["Quarm", "Velda"]


@pytest.mark.parametrize(
    "text",
    [
        "a 70-year-old man, Caucasian, with a cough; a female, Hispanic, who fell",
        "a male on aspirin, Coumadin, admitted on Monday",
        "will grant a mark of grace. may l. be",
        "vitamin D. and hepatitis B, type II",
    ],
)
def test_words_between_commas_are_no_names(text):
    assert found(text, "NAME") == []
