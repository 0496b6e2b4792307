import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.corpus.deidentify.finding import DEIDENTIFIER, found
from wardspace.corpus.deidentify import nhs


@pytest.mark.parametrize(
    "date",
    [
        "2023-04-12",
        "2023/4/12",
        "12/4/23",
        "12/04/2023",
        "12.04.2023",
        "29.06.21",
        "10-04-2023",
        "12 Apr",
        "12 Apr 2023",
        "12-Apr-2023",
        "12Apr2023",
        "April 12th, 2023",
        "April 12",
        "12th of April",
        "12th of April 2023",
        "Apr '23",
        "April 2023",
        "04/2023",
        "12-14 April 2023",
        "Feb 14th '23",
        "20230412",
        "SEPT 3, 2019",
    ],
)
def test_dates_in_all_notations(date):
    assert found(f"Chest film of {date}, unchanged.", "DATE") == [date]


@pytest.mark.parametrize(
    "text",
    [
        "Power 4/5 in both arms.",
        "BP 120/80 at 10:30.",
        "Pain 7/10, a 2/6 murmur.",
        "Review in 3/12.",
        "for 2/52",
        "Seen on Monday morning.",
        "Diagnosed in 2019.",
        "She may 12 times a day",
        "Hb 12.4, K 3.9",
        "GCS 15/15 on arrival",
        "1/2 tablet twice daily",
        "version 1.2.3",
        "pH 7.35 and FiO2 0.40",
    ],
)
def test_what_looks_like_a_date_and_is_none(text):
    assert found(text, "DATE") == []


def test_day_and_month_alone_need_a_word_before_them():
    assert found("Admitted on 4/12, review in 4/52.", "DATE") == ["4/12"]


def test_ages_over_89_and_no_others():
    assert found("A 92-year-old man; aged 101; wife is 95 y/o.", "AGE") == ["92", "101", "95"]
    assert found("An 89-year-old man, pulse 95, 90 years of smoking history, weight 92 kg.", "AGE") == []


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("MRN: 00123456", "MRN", "00123456"),
        ("medical record number is JH-12345.", "MRN", "JH-12345"),
        ("under record #99881-BCH", "MRN", "#99881-BCH"),
        ("(MRN: 123-45-678)", "MRN", "123-45-678"),
        ("Patient ID: ABCD1234", "MRN", "ABCD1234"),
        ("NHS number 999 745 8230", "NHS", "999 745 8230"),
        ("Terms: 9997458230 noted", "NHS", "9997458230"),
        ("SSN 123-45-6789", "SSN", "123-45-6789"),
        ("Insurance ID: HP-987654", "ID", "HP-987654"),
        ("policy #XY-345678", "ID", "#XY-345678"),
        ("Acct#: GRM-998877", "ID", "GRM-998877"),
        ("driver licence no. D1234567", "ID", "D1234567"),
        ("pacemaker serial number PJN123456", "ID", "PJN123456"),
        ("VIN 1HGCM82633A004352", "ID", "1HGCM82633A004352"),
        ("call (617) 555-7890 today", "PHONE", "(617) 555-7890"),
        ("Tel 01632 960123", "PHONE", "01632 960123"),
        ("Telephone +44(0)121 496 0294", "PHONE", "+44(0)121 496 0294"),
        ("pager 4471", "PHONE", "4471"),
        ("fax: 312.555.1234", "PHONE", "312.555.1234"),
        ("mail j.smith@example.org now", "EMAIL", "j.smith@example.org"),
        ("see https://example.org/a?b=1.", "URL", "https://example.org/a?b=1"),
        ("from 192.168.1.1 logged", "IP", "192.168.1.1"),
        ("at 92 Ashleigh Crescent, Leahchester, ML1X 3HB.", "ADDRESS", "92 Ashleigh Crescent, Leahchester, ML1X 3HB"),
        (
            "home: 12 Main Street, Apt 4, Springfield, IL 62704",
            "ADDRESS",
            "12 Main Street, Apt 4, Springfield, IL 62704",
        ),
        ("zip code 33101", "ADDRESS", "33101"),
        ("postcode W7 2XJ", "ADDRESS", "W7 2XJ"),
        ("lives in Tunville with family", "PLACE", "Tunville"),
        ("comes from Tucson, AZ", "PLACE", "Tucson, AZ"),
        ("of Springfield, Illinois", "PLACE", "Springfield, Illinois"),
        ("page x4521", "PHONE", "4521"),
        ("sent to Fletcher District Hospital today", "HOSPITAL", "Fletcher District Hospital"),
        ("seen at St. Vincent's on arrival", "HOSPITAL", "St. Vincent's"),
        ("at UCLA Med Ctr", "HOSPITAL", "UCLA Med Ctr"),
    ],
)
def test_numbers_contacts_and_places(text, kind, value):
    assert found(text, kind) == [value]


def test_numbers_that_identify_nobody():
    text = "Hb 123, platelets 138. Take 1000 mg. Group A strep, type 2 diabetes, case 1 of 3. Lead V4, T12 fracture."
    assert found(text) == []


@given(st.text("0123456789", min_size=9, max_size=9))
def test_nhs_numbers_by_their_check_digit(nine):
    digit = nhs.check_digit(nine)
    right = [ten for ten in (f"{nine}{last}" for last in range(10)) if nhs.valid(ten)]
    assert right == ([f"{nine}{digit}"] if digit < 10 else [])


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Seen by Dr. L. Harris today", "L. Harris"),
        ("Mr Stone was well", "Stone"),
        ("mrs McPherson, ward 3", "McPherson"),
        ("Nurse O'Neil called", "O'Neil"),
        ("Prof. Jean-Luc de la Tour agreed", "Jean-Luc de la Tour"),
        ("Patient: Jane Doe", "Jane Doe"),
        ("PATIENT NAME: SMITHSON, JOHN", "SMITHSON, JOHN"),
        ("Signed K Glover", "K Glover"),
        ("her daughter Mary visits", "Mary"),
        ("a girl named Emma R. with asthma", "Emma R."),
        ("Douglas Stone   20/12/1979", "Douglas Stone"),
        ("Barnett, William A. attended", "Barnett, William A."),
        ("reviewed with J. Smith again", "J. Smith"),
        ("Karen Tuttle, RN", "Karen Tuttle"),
        ("signed: A.B.", "A.B."),
        ("his wife (Susan) agrees", "Susan"),
        ("JOHN SMITH 45M with cough", "JOHN SMITH"),
        ("today mr. kovalenko came", "kovalenko"),
        ("seen by Dr E Day, cons", "E Day"),
        ("Dr Hilary Moss", "Hilary Moss"),
        ("Éric Da Costa, MRN H5608850", "Éric Da Costa"),
        ("checked: Balhaar Chaudhry, +44(0)151 496 0485", "Balhaar Chaudhry"),
        ("with Mr. X. The plan", "X."),
        ("spoke to Urishilla Parikh", "Urishilla Parikh"),
    ],
)
def test_names_by_what_stands_around_them(text, name):
    assert found(text, "NAME") == [name]


def test_a_name_is_found_again_elsewhere_in_the_note():
    text = "Mr. Kovalenko was seen. Later KOVALENKO slept; Kovalenko's wife came."
    assert found(text, "NAME") == ["Kovalenko", "KOVALENKO", "Kovalenko"]


def test_a_name_that_is_a_common_word_is_found_again_only_within_a_sentence():
    text = "Mrs French slept. Later French was well. French speaking. Mr Day: on Day 3 well."
    assert found(text, "NAME") == ["French", "French", "Day"]


@pytest.mark.parametrize(
    "text",
    [
        "Parkinson's disease, Wilson's disease and Crohn's.",
        "A Foley catheter and a Swan-Ganz line.",
        "Apgar 9, Babinski negative.",
        "Hodgkin lymphoma; Glasgow coma scale 15.",
        "Coumadin, Lasix and Lopressor.",
        "Guillain-Barre syndrome",
        "New York Heart Association class II",
        "MR Brain, MS Relapse, MR ANGIOGRAPHY",
        "Boston brace, Bell's palsy, Down syndrome",
        "Wells score of 7",
        "Positive Romberg sign, Trendelenburg position",
        "St. John's wort and St. Jude valve",
    ],
)
def test_clinical_words_are_spared(text):
    assert found(text) == []


def test_persons_with_the_names_of_diseases_are_found():
    assert found("Dr. Parkinson treats Parkinson's disease.") == ["Parkinson"]
    assert found("Mr. Wilson has Wilson's disease.") == ["Wilson"]
    assert found("Reviewed by John Hodgkin for Hodgkin lymphoma.") == ["John Hodgkin"]


def test_headings_and_list_items_are_no_names():
    text = "PAST MEDICAL HISTORY\nHypertension\nChest Pain: none\nGeneral Appearance: Well\nVitamin D. Given."
    assert found(text) == []


def test_marks_of_mimic_keep_their_kind():
    text = "[**Known lastname 123**] seen on [**2151-7-16**] at [**Hospital1 18**] by ___ on ____ line"
    kinds = [(each.type, text[each.start : each.end]) for each in DEIDENTIFIER.findings(text)]
    assert kinds == [
        ("NAME", "[**Known lastname 123**]"),
        ("DATE", "[**2151-7-16**]"),
        ("HOSPITAL", "[**Hospital1 18**]"),
        ("REDACTED", "___"),
    ]


def test_known_names_are_found_whatever_the_case():
    names = ["Ottoline Vane-Tempest", "Day"]
    text = "ottoline came; VANE-TEMPEST, Ottoline. Tempest's bed. Day 3 of stay, Miss Day slept all day."
    assert found(text, "NAME", names) == ["ottoline", "VANE-TEMPEST, Ottoline", "Tempest", "Day"]


@pytest.mark.parametrize(
    "date",
    [
        *(
            "15. März 2024",
            "15.Mai 2024",
            "12.-14. März 2024",
            "3. 5. 2024",
            "15. Okt. 2024",
            "15. MÄRZ 2024",
            "Mai 2024",
        ),
        *("3 mai 2024", "1er août 2023", "12 févr. 2022", "février 2022", "10 DÉCEMBRE 2021"),
        *(
            "3 de mayo de 2024",
            "1º de enero",
            "primero de mayo de 2024",
            "12/mayo/2024",
            "mayo de 2024",
            "mayo 3, 2024",
        ),
        *(
            "2024年3月15日",
            "3月15日",
            "二〇二四年三月十五日",
            "2024 年 3 月 15 日",
            "２０２４年３月１５日",
            "2024年12月",
        ),
        *("15\u00a0March\u00a02024", "12\u202fApr 2023", "12‑Apr‑2023"),
    ],
)
def test_dates_of_other_languages(date):
    assert found(f"x {date}, y", "DATE") == [date]


def test_dates_inside_chinese_text_and_after_german_words():
    assert found("患者2024年3月15日入院，于3月20日出院", "DATE") == ["2024年3月15日", "3月20日"]
    assert found("aufgenommen am 15.03. und am 3.5.24 entlassen", "DATE") == ["15.03.", "3.5.24"]


@pytest.mark.parametrize(
    "text", ["Grad 3. 5. Tag", "3 fois par jour", "1. Mai", "dos veces", "十二月", "3个月", "5 de 10", "2 mars"]
)
def test_what_looks_like_a_date_of_another_language(text):
    whole = {"1. Mai", "2 mars"}
    assert found(text, "DATE") == ([text] if text in whole else [])


@pytest.mark.parametrize(
    ("text", "age"),
    [
        ("92\u00a0year\u00a0old", "92"),
        ("pt 90yrs admitted", "90"),
        ("91 yrs, female", "91"),
        ("a ninety-two year old", "ninety-two"),
        ("a ninety‑two‑year‑old", "ninety‑two"),
        ("aged ninety", "ninety"),
        ("one hundred and one years old", "one hundred and one"),
        ("in her late 90s", "90s"),
        ("a nonagenarian", "nonagenarian"),
        ("92-jährige Patientin", "92"),
        ("93 Jahre alt", "93"),
        ("zweiundneunzigjähriger Mann", "zweiundneunzig"),
        ("patient de 92 ans", "92"),
        ("âgé de quatre-vingt-treize ans", "quatre-vingt-treize"),
        ("mujer de 92 años", "92"),
        ("noventa y dos años", "noventa y dos"),
        ("患者92岁", "92"),
        ("九十二岁", "九十二"),
    ],
)
def test_ages_over_89_in_words_and_in_other_languages(text, age):
    assert found(text, "AGE") == [age]


@pytest.mark.parametrize(
    "text", ["89yrs", "90 pack-years", "90y smoking history", "90 years ago", "89 ans", "八十九岁", "95 %"]
)
def test_what_is_no_age_over_89(text):
    assert found(text, "AGE") == []


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("She was treated at Qualbrook on Monday", "HOSPITAL", "Qualbrook"),
        ("He was admitted to Stanford with pain", "HOSPITAL", "Stanford"),
        ("Seen by Dr. Nguyen at QXRT for pain", "HOSPITAL", "QXRT"),
        ("seen at Mass General for asthma", "HOSPITAL", "Mass General"),
        ("a man from Zelminster, diagnosed late", "PLACE", "Zelminster"),
        ("called our Zelminster office again", "PLACE", "Zelminster"),
        ("lives in Zelminster County now", "PLACE", "Zelminster County"),
        ("moved from 94103 this year", "ADDRESS", "94103"),
        ("seen last July with pain", "DATE", "last July"),
        ("better since Christmas", "DATE", "Christmas"),
        ("came last Friday again", "DATE", "last Friday"),
        ("imaging of 2023-04 reviewed", "DATE", "2023-04"),
        ("a patient with lupus, Velda Quarm, treated early", "NAME", "Velda Quarm"),
        ("card HP-98-76543 shown", "ID", "HP-98-76543"),
        ("card ending in 4471", "ID", "4471"),
    ],
)
def test_what_no_list_holds_is_found_by_the_words_around_it(text, kind, value):
    assert found(text, kind) == [value]


@pytest.mark.parametrize(
    "text",
    [
        "Enrolled in the QXRT trial in Hispanic patients with Crohn's disease.",
        "Seen at Emergency, in English, from Monday on.",
        "Changed from Clozapine, in Trendelenburg position.",
        "Presented to Dr. with pain; may in time improve.",
        "Admitted to ICU, transferred from ED to CCU.",
    ],
)
def test_words_of_the_clinic_are_no_places(text):
    assert found(text) == []
