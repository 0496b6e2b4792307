from hypothesis import given
from hypothesis import strategies as st

from wardspace.report.figures.style import CATEGORIES, RAMP
from wardspace.report.maps.maps import MISSING, coded


def test_the_commonest_value_comes_first_and_missing_ones_stay_apart():
    found = coded("c", ["b", None, "a", "b"])
    assert (found.values, found.codes, found.rarer, found.ordered) == (["b", "a"], [0, MISSING, 1, 0], 0, False)


def test_rare_values_are_not_told_apart():
    found = coded("c", [f"v{i:03d}" for i in range(100)] + ["v000"])
    assert len(found.values) == CATEGORIES
    assert found.values[0] == "v000"
    assert found.rarer == 100 - CATEGORIES
    assert found.codes[99] == CATEGORIES


def test_many_numbers_become_bands_of_about_equal_size():
    found = coded("age", [str(i) for i in range(120)] + [None])
    assert found.ordered
    assert found.values[0] == "0 to 19"
    assert found.values[-1] == "100 to 119"
    assert found.codes[:20] == [0] * 20
    assert found.codes[119:] == [RAMP - 1, MISSING]


def test_a_number_that_is_nearly_everywhere_is_a_band_of_its_own():
    found = coded("n", ["0"] * 900 + [str(i) for i in range(1, 101)])
    assert found.values == ["0", "1 to 100"]


def test_few_numbers_are_values_like_others():
    assert coded("ward", ["12", "7", "7"]).values == ["7", "12"]


def test_dates_become_years_or_quarters():
    years = coded("day", [f"{2010 + i % 12}-{1 + i % 9:02d}-03" for i in range(60)])
    assert years.ordered
    assert years.values[0] == "2010 to 2011"
    quarters = coded("day", [f"2019-{1 + i // 28:02d}-{1 + i % 28:02d}" for i in range(200)])
    assert quarters.values == ["2019 Q1", "2019 Q2", "2019 Q3"]


def test_words_among_numbers_are_no_numbers():
    assert not coded("c", [*(str(i) for i in range(40)), "unknown"]).ordered
    assert not coded("c", [*(str(i) for i in range(40)), "nan"]).ordered


@given(st.lists(st.one_of(st.none(), st.integers(-(10**6), 10**6).map(str), st.text(max_size=3)), max_size=120))
def test_every_note_has_a_code_that_stands_for_something(values):
    found = coded("c", values)
    assert len(found.codes) == len(values)
    assert len(found.values) <= CATEGORIES
    for value, code in zip(values, found.codes, strict=True):
        assert (code == MISSING) == (value is None)
        if value is not None and not found.ordered:
            assert found.values[code] == value if code < len(found.values) else found.rarer > 0


@given(st.lists(st.floats(-1e6, 1e6), min_size=60, max_size=120, unique=True))
def test_bands_keep_the_order_of_numbers(numbers):
    found = coded("c", [str(number) for number in numbers])
    ranked = [code for _, code in sorted(zip(numbers, found.codes, strict=True))]
    assert ranked == sorted(ranked)
    assert set(ranked) == set(range(len(found.values)))


def test_a_value_as_long_as_a_text_is_not_named():
    text = "the patient was found by her neighbour in the garden, and said that she had fallen"
    found = coded("c", [text, text, "a"])
    assert (found.values, found.codes, found.rarer) == (["a"], [1, 1, 0], 1)
