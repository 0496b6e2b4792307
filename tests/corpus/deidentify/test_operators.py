import re
from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wardspace.config import DeidentifyConfig
from wardspace.core.errors import CorpusError
from wardspace.corpus.deidentify import Deidentifier, lexicon, nhs
from wardspace.corpus.deidentify.surrogates.dates import shifted
from wardspace.corpus.deidentify.surrogates.key import Keyed
from wardspace.corpus.deidentify.surrogates.names import LETTERS
from wardspace.corpus.deidentify.surrogates.surrogates import Surrogates

KEY = b"k" * 32
NOTE = "Dear Dr Tomlinson, Mrs Ann Okonkwo (MRN A1234567) was seen on 12/04/2023 with Crohn's disease."


def surrogates(patient="p1", key=KEY, names=(), **options):
    return Surrogates(Keyed(key, patient), DeidentifyConfig(operator="surrogate", **options), names)


def test_tags_leave_the_clinical_words():
    text, _, findings = Deidentifier(DeidentifyConfig()).deidentified(NOTE)
    assert text == "Dear Dr [NAME], Mrs [NAME] (MRN [MRN]) was seen on [DATE] with Crohn's disease."
    assert [finding.type for finding in findings] == ["NAME", "NAME", "MRN", "DATE"]


def test_removing_and_masking():
    removed, *_ = Deidentifier(DeidentifyConfig(operator="remove")).deidentified(NOTE)
    assert "Okonkwo" not in removed
    assert "Mrs  (MRN )" in removed
    masked, *_ = Deidentifier(DeidentifyConfig(operator="mask")).deidentified(NOTE)
    assert len(masked) == len(NOTE)
    assert "Mrs *** ******* (MRN ********)" in masked


def test_an_operator_for_a_single_type():
    config = DeidentifyConfig(operator="tag", by_type={"DATE": "mask"})
    text, *_ = Deidentifier(config).deidentified(NOTE)
    assert "[NAME]" in text
    assert "on ********** with" in text


@pytest.mark.parametrize("operator", ["tag", "mask", "surrogate", "remove"])
def test_spans_follow_the_text(operator):
    text, offsets, _ = Deidentifier(DeidentifyConfig(operator=operator), KEY).deidentified(NOTE, "p1")
    start = NOTE.index("Crohn's disease")
    place = offsets.span(start, start + len("Crohn's disease"))
    assert text[slice(*place)] == "Crohn's disease"
    name = NOTE.index("Ann Okonkwo")
    moved = offsets.span(name, name + 11)
    if operator == "remove":
        assert moved is None
    else:
        assert text[moved[0] - 4 : moved[1] + 2].startswith("Mrs ")
        assert text[moved[0] - 4 : moved[1] + 2].endswith(" (")


def test_surrogates_need_a_key():
    with pytest.raises(CorpusError, match="key"):
        Deidentifier(DeidentifyConfig(by_type={"DATE": "surrogate"}))


def test_surrogates_hold_across_the_notes_of_a_patient_and_nowhere_else():
    worker = Deidentifier(DeidentifyConfig(operator="surrogate"), KEY)
    first, *_ = worker.deidentified(NOTE, "p1")
    again, *_ = worker.deidentified("Mrs Okonkwo was seen again.", "p1")
    surname = re.search(r"Mrs \w+ (\w+)", first)[1]
    assert again == f"Mrs {surname} was seen again."
    others = {worker.deidentified(NOTE, f"p{i}")[0] for i in range(2, 8)}
    assert first not in others
    assert first != Deidentifier(DeidentifyConfig(operator="surrogate"), b"x" * 32).deidentified(NOTE, "p1")[0]


def test_names_keep_their_style_and_sex():
    made = surrogates(names=["John Smith"])
    given_name, surname = made.replace("NAME", "John Smith").split()
    assert made.replace("NAME", "Smith, John") == f"{surname}, {given_name}"
    assert made.replace("NAME", "SMITH") == surname.upper()
    assert made.replace("NAME", "J. Smith") == f"{given_name[0]}. {surname}"
    assert made.replace("NAME", "smith") == surname.lower()
    assert given_name.lower() in lexicon.given_names("M")
    assert made.replace("NAME", "Mary").lower() in lexicon.given_names("F")


@pytest.mark.parametrize("letter", LETTERS)
@pytest.mark.parametrize("names", ["female", "male", "surnames"])
def test_there_are_surrogates_for_every_initial(letter, names):
    assert sum(name.startswith(letter.lower()) for name in lexicon.words(names)) >= 3


def test_a_surname_that_is_a_given_name_too_stays_one_within_a_note():
    worker = Deidentifier(DeidentifyConfig(operator="surrogate"), KEY)
    text, *_ = worker.deidentified("Seen by Dr. Dylan Thomas. Thomas wrote; THOMAS, D. signed.", "p1")
    surname = re.search(r"Dr\. \w+ (\w+)", text)[1]
    assert f". {surname} wrote" in text


@pytest.mark.parametrize("patient", ["a", "b", "c"])
def test_dates_move_by_one_number_of_days(patient):
    made = surrogates(patient)
    for old, form in (("2023-04-12", "%Y-%m-%d"), ("May 1, 2023", "%B %d, %Y"), ("13/06/23", "%d/%m/%y")):
        moved = datetime.strptime(made.replace("DATE", old), form) - datetime.strptime(old, form)
        assert moved.days == made.days
    assert made.days != 0
    assert abs(made.days) <= 365


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("2023-04-12", "2023-04-22"),
        ("12/4/23", "12/14/23"),
        ("25/4/23", "5/5/23"),
        ("25.04.2023", "05.05.2023"),
        ("April 12th, 2023", "April 22nd, 2023"),
        ("12th of April", "22nd of April"),
        ("25 Dec 2023", "4 Jan 2024"),
        ("Dec 25 '23", "Jan 4 '24"),
        ("DEC 25, 2023", "JAN 4, 2024"),
        ("Apr '23", "Apr '23"),
        ("04/2023", "04/2023"),
        ("12-14 April 2023", "22-24 April 2023"),
        ("18-22 April 2023", "28 April-2 May 2023"),
        ("20230412", "20230422"),
        ("31/02/2023", None),
        ("April 2023", "April 2023"),
        ("15. März 2024", "25. März 2024"),
        ("25. MÄRZ 2024", "4. APRIL 2024"),
        ("28.-30. Okt. 2024", "7.-9. Nov. 2024"),
        ("25. 5. 2024", "4. 6. 2024"),
        ("25 janvier 2024", "4 février 2024"),
        ("22 mai 2024", "1 juin 2024"),
        ("1er août 2023", "11 août 2023"),
        ("25 déc. 2023", "4 janv. 2024"),
        ("25 de mayo de 2024", "4 de junio de 2024"),
        ("primero de mayo de 2024", "11 de mayo de 2024"),
        ("2024年3月25日", "2024年4月4日"),
        ("2024年03月25日", "2024年04月04日"),
        ("二〇二四年三月二十五日", "二〇二四年四月四日"),
        ("二零一九年十二月三十一日", "二零二零年一月十日"),
        ("25\u00a0April\u00a02024", "5\u00a0May\u00a02024"),
    ],
)
def test_dates_keep_their_notation(old, new):
    assert shifted(old, 10, day_first=False) == new


def test_the_order_of_day_and_month_is_the_users():
    assert shifted("4/5/23", 1, day_first=True) == "5/5/23"
    assert shifted("4/5/23", 1, day_first=False) == "4/6/23"
    assert shifted("4/12", 1, day_first=True) == "5/12"


@given(
    st.dates(date(1990, 1, 1), date(2060, 1, 1)),
    st.integers(-365, 365),
    st.sampled_from(["%Y-%m-%d", "%d/%m/%Y", "%d %B %Y"]),
)
def test_intervals_are_kept(day, days, form):
    moved = shifted(day.strftime(form), days, day_first=True)
    assert (datetime.strptime(moved, form).date() - day).days == days


def test_ages_over_89_become_one():
    text, *_ = Deidentifier(DeidentifyConfig(operator="surrogate"), KEY).deidentified("A 97-year-old man.", "p")
    assert text == "A 90+-year-old man."


@given(st.text("0123456789", min_size=9, max_size=9))
def test_nhs_numbers_are_valid_or_not_as_chosen(nine):
    old = f"{nine[:3]} {nine[3:6]} {nine[6:]}7"
    right = surrogates().replace("NHS", old)
    assert right.startswith("999 ")
    assert right[7] == " "
    assert nhs.valid(right.replace(" ", ""))
    assert not nhs.valid(surrogates(valid_nhs_numbers=False).replace("NHS", old).replace(" ", ""))


@pytest.mark.parametrize(
    ("kind", "old", "shape"),
    [
        ("MRN", "A1234567", r"[A-Z]\d{7}"),
        ("MRN", "JH-12345", r"[A-Z]{2}-\d{5}"),
        ("SSN", "123-45-6789", r"9\d\d-\d\d-\d{4}"),
        ("PHONE", "(617) 555-7890", r"\(\d{3}\) 555-01\d\d"),
        ("PHONE", "01914 960123", r"01632 960\d{3}"),
        ("EMAIL", "j.smith@nhs.net", r"user-[0-9a-f]{8}@example\.org"),
        ("URL", "https://a.org/b", r"https://example\.org/[0-9a-f]{8}"),
        ("IP", "10.0.0.7", r"192\.0\.2\.\d{1,3}"),
        ("HOSPITAL", "Fletcher District Hospital", r"[A-Z].* District Hospital"),
        ("ADDRESS", "92 Ashleigh Crescent, Leahchester, ML1 3HB", r"\d\d \w+ \w+, [\w ]+, [A-Z]{2}\d \d[A-Z]{2}"),
        ("ADDRESS", "33101", r"\d{5}"),
        ("PLACE", "Boston", r"[A-Z][\w ]+"),
    ],
)
def test_other_identifiers_keep_their_shape(kind, old, shape):
    made = surrogates()
    new = made.replace(kind, old)
    assert re.fullmatch(shape, new)
    assert new != old
    assert made.replace(kind, old) == new


def test_marks_of_mimic_become_tags():
    text, *_ = Deidentifier(DeidentifyConfig(operator="surrogate"), KEY).deidentified("[**Name**] came on ___.", "p")
    assert text == "[NAME] came on [REDACTED]."


def test_a_text_without_identifiers_stays():
    text, offsets, findings = Deidentifier(DeidentifyConfig()).deidentified("Chest clear.")
    assert (text, findings, offsets.span(0, 5)) == ("Chest clear.", [], (0, 5))


@given(st.text(max_size=80))
def test_any_text_can_be_read(text):
    new, _, findings = Deidentifier(DeidentifyConfig(operator="surrogate"), KEY).deidentified(text, "p", ["Ann Lee"])
    assert isinstance(new, str)
    assert all(0 <= finding.start < finding.end <= len(text) for finding in findings)
    if not findings:
        assert new == text
