import pytest

from tests.corpus.deidentify.finding import found


@pytest.mark.parametrize(
    "date",
    [
        "Christmas 2022",
        "Labor Day weekend",
        "Fourth of July",
        "New Year's Day 2023",
        "Veterans Day",
        "March fifth, 2022",
        "fifth of March",
        "first week of March",
        "Febuary 3, 2022",
        "Oct 3, 4 and 5, 2023",
        "Oct 3rd/4th 2023",
        "March/April 2022",
        "March and April 2022",
        "March 5 of this year",
        "2022-Mar-05",
        "2022 March 5",
        "Mar-5-2022",
        "03 / 05 / 2022",
        "may 5th",
        "Q3 of 2022",
    ],
)
def test_days_in_words_and_odd_notations(date):
    assert found(f"She was seen on {date} again.", "DATE") == [date]


def test_two_days_with_a_word_between():
    assert found("Admitted from 3/5 to 3/7, seen 10/3/23-10/4/23.", "DATE") == ["3/5", "3/7", "10/3/23", "10/4/23"]
    assert found("Seen on 3-5-22.", "DATE") == ["3-5-22"]


@pytest.mark.parametrize(
    "text",
    [
        "Power 4/5 and 5/5, a fifth of patients, the second week in bed.",
        "Walks 3-5-22 m, may 5 times fall, in the summer of 2022 and last spring.",
        "Pain 3/5 to 4/5",
    ],
)
def test_what_is_no_day(text):
    assert found(text, "DATE") == []
