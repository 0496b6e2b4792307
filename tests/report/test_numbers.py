import pytest

from wardspace.report import numbers


@pytest.mark.parametrize(
    ("function", "value", "shown"),
    [
        (numbers.points, 0.7424, "74.2"),
        (numbers.points, -0.00001, "0.0"),
        (numbers.gap, 0.021, "+2.1"),
        (numbers.gap, -0.05, "−5.0"),
        (numbers.gap, 0.0004, "0.0"),
        (numbers.gap, -0.0004, "0.0"),
        (numbers.plain, 0.0604, "0.060"),
        (numbers.plain, -2.6, "−2.60"),
        (numbers.plain, 38.46, "38.5"),
        (numbers.plain, 1234.5, "1,234"),
        (numbers.plain, 0.0, "0"),
        (numbers.plain, -0.00001, "0.000"),
        (numbers.thousands, 1204, "1,204"),
        (numbers.tokens, 1_000_312, "1.0 M"),
        (numbers.tokens, 999_900, "1.0 M"),
        (numbers.tokens, 500_312, "500.3 k"),
        (numbers.tokens, 812, "812"),
        (numbers.share, 0.07, "7%"),
        (numbers.share, 0.0438, "4.4%"),
        (numbers.share, 0.333, "33%"),
        (numbers.share, 0.0, "0%"),
        (numbers.listed, ["a"], "a"),
        (numbers.listed, ["a", "b", "c"], "a, b and c"),
        (numbers.listed, [], "none"),
    ],
)
def test_numbers_as_a_reader_says_them(function, value, shown):
    assert function(value) == shown


def test_values_side_by_side_have_equal_decimals():
    assert numbers.plain(0.98, [1.23]) == "0.98"
    assert numbers.plain(1.23, [0.98]) == "1.23"


def test_counts_agree_with_their_noun():
    assert numbers.counted(1, "note") == "1 note"
    assert numbers.counted(1204, "note") == "1,204 notes"
    assert numbers.counted(2, "class", "classes") == "2 classes"


@pytest.mark.parametrize(
    ("value", "said"),
    [(0, "0%"), (0.0003, "under 0.1%"), (0.0005, "0.1%"), (0.0712, "7.1%"), (0.34, "34%"), (1, "100%")],
)
def test_a_share_that_is_not_zero_is_never_called_zero(value, said):
    assert numbers.share(value) == said


@pytest.mark.parametrize(
    ("low", "high", "said"),
    [
        (0.003, 0.014, "+0.3 to +1.4"),
        (0.0004, 0.0121, "+0.04 to +1.21"),
        (-0.0121, -0.00004, "−1.210 to −0.004"),
        (-0.0004, 0.0121, "0.0 to +1.2"),
        (0.0, 0.0, "no interval"),
    ],
)
def test_an_interval_that_excludes_zero_has_no_end_printed_as_zero(low, high, said):
    assert numbers.between(low, high, signed=True) == said
    assert numbers.between(0.0, 0.5) == "0.0 to 50.0"


@pytest.mark.parametrize(
    ("low", "high", "said"),
    [(0.0003, 0.012, "+0.0003 to +0.0120"), (-0.0003, 0.012, "0.000 to +0.012"), (-3.0, -2.0, "−3.00 to −2.00")],
)
def test_the_same_on_the_scale_of_a_measure(low, high, said):
    assert numbers.signed_between(low, high, [0.55]) == said
