import pytest

from wardspace.report import wording


@pytest.mark.parametrize(
    ("function", "value", "shown"),
    [
        (wording.points, 0.7424, "74.2"),
        (wording.points, -0.00001, "0.0"),
        (wording.gap, 0.021, "+2.1"),
        (wording.gap, -0.05, "−5.0"),
        (wording.gap, 0.0004, "0.0"),
        (wording.gap, -0.0004, "0.0"),
        (wording.plain, 0.0604, "0.060"),
        (wording.plain, -2.6, "−2.60"),
        (wording.plain, 38.46, "38.5"),
        (wording.plain, 1234.5, "1,234"),
        (wording.plain, 0.0, "0"),
        (wording.plain, -0.00001, "0.000"),
        (wording.thousands, 1204, "1,204"),
        (wording.tokens, 1_000_312, "1.0 M"),
        (wording.tokens, 999_900, "1.0 M"),
        (wording.tokens, 500_312, "500.3 k"),
        (wording.tokens, 812, "812"),
        (wording.share, 0.07, "7%"),
        (wording.share, 0.0438, "4.4%"),
        (wording.share, 0.333, "33%"),
        (wording.share, 0.0, "0%"),
        (wording.listed, ["a"], "a"),
        (wording.listed, ["a", "b", "c"], "a, b and c"),
        (wording.listed, [], "none"),
    ],
)
def test_numbers_as_a_reader_says_them(function, value, shown):
    assert function(value) == shown


def test_values_side_by_side_have_equal_decimals():
    assert wording.plain(0.98, [1.23]) == "0.98"
    assert wording.plain(1.23, [0.98]) == "1.23"


def test_counts_agree_with_their_noun():
    assert wording.counted(1, "note") == "1 note"
    assert wording.counted(1204, "note") == "1,204 notes"
    assert wording.counted(2, "class", "classes") == "2 classes"


@pytest.mark.parametrize(
    ("value", "said"),
    [(0, "0%"), (0.0003, "under 0.1%"), (0.0005, "0.1%"), (0.0712, "7.1%"), (0.34, "34%"), (1, "100%")],
)
def test_a_share_that_is_not_zero_is_never_called_zero(value, said):
    assert wording.share(value) == said


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
    assert wording.between(low, high, signed=True) == said
    assert wording.between(0.0, 0.5) == "0.0 to 50.0"


@pytest.mark.parametrize(
    ("low", "high", "said"),
    [(0.0003, 0.012, "+0.0003 to +0.0120"), (-0.0003, 0.012, "0.000 to +0.012"), (-3.0, -2.0, "−3.00 to −2.00")],
)
def test_the_same_on_the_scale_of_a_measure(low, high, said):
    assert wording.signed_between(low, high, [0.55]) == said
