from datetime import date
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wardspace.synthetic.patients.people import AGE_BANDS, age_band, birthday, nhs_check_digit, nhs_number, person


@pytest.mark.parametrize("number", ["9434765919", "4010232137", "4505577104"])
def test_check_digit_of_published_numbers(number):
    assert nhs_check_digit(number[:9]) == int(number[9])


@given(st.integers())
def test_nhs_numbers_are_valid_and_of_the_test_range(seed):
    number = nhs_number(Random(seed))
    digits = number.replace(" ", "")
    assert number.startswith("999 ") and len(digits) == 10
    weighted = sum(int(digit) * weight for digit, weight in zip(digits, range(10, 0, -1), strict=True))
    assert weighted % 11 == 0


@given(st.integers(18, 89), st.integers())
def test_birthday_gives_the_age(age, seed):
    on = date(2021, 6, 15)
    born = birthday(Random(seed), on, age)
    assert on.year - born.year - ((on.month, on.day) < (born.month, born.day)) == age


def test_bands_meet_without_gaps():
    assert [age_band(age) for age in (18, 34, 35, 49, 50, 64, 65, 79, 80, 89)] == [
        "18-34", "18-34", "35-49", "35-49", "50-64", "50-64", "65-79", "65-79", "80+", "80+",
    ]  # fmt: skip
    assert [highest for highest, _ in AGE_BANDS] == sorted(highest for highest, _ in AGE_BANDS)


def test_a_person_depends_on_seed_and_index_alone():
    def made(seed, index):
        return person(seed, index, Random(5), "F", date(1950, 1, 1))

    first = made(1, 1)
    made(1, 2)
    made(2, 1)
    assert made(1, 1) == first
    assert made(1, 2).name != first.name or made(1, 2).address != first.address


def test_nothing_made_up_can_reach_anybody():
    made = [person(3, index, Random(index), "M", date(1950, 1, 1)) for index in range(40)]
    assert all(who.email.rpartition("@")[2] in ("example.org", "example.com", "example.net") for who in made)
    assert all(who.email.isascii() for who in made)
    assert len({who.mrn for who in made}) == 40
