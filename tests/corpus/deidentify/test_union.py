from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from wardspace.corpus.deidentify import Contribution, Finding, contributions
from wardspace.corpus.deidentify.union import united

TEXT = "John Smith, 12 Main Street, Boston"


def finding(start, end, kind="NAME", detector="names", score=0.9):
    return Finding(start, end, kind, score, detector)


def test_the_longest_wins_and_remembers_the_others():
    [one] = united(TEXT, [finding(0, 4, "PLACE", "presidio"), finding(0, 10)])
    assert (one.start, one.end, one.type, one.detector, one.also) == (0, 10, "NAME", "names", ("presidio",))


def test_of_equally_long_ones_the_more_specific_wins():
    [one] = united(TEXT, [finding(0, 10, "PLACE", "presidio", 1.0), finding(0, 10, "NAME", "known", 0.6)])
    assert (one.type, one.detector, one.score) == ("NAME", "known", 1.0)


def test_nothing_that_was_marked_is_lost_where_kinds_differ():
    parts = united(TEXT, [finding(0, 10), finding(5, 26, "ADDRESS", "places")])
    assert [(each.start, each.end, each.type) for each in parts] == [(0, 5, "NAME"), (5, 26, "ADDRESS")]


def test_parts_of_one_name_and_of_one_address_are_joined():
    parts = united(
        TEXT, [finding(0, 4), finding(5, 10), finding(12, 26, "ADDRESS", "places"), finding(28, 34, "PLACE", "places")]
    )
    assert [(each.start, each.end, each.type) for each in parts] == [(0, 10, "NAME"), (12, 34, "ADDRESS")]


def test_names_in_two_sentences_stay_apart():
    assert len(united("Ann. Bob", [finding(0, 3), finding(5, 8)])) == 2


def test_each_detector_is_counted_for_what_it_marked_and_what_it_alone_marked():
    both = united(TEXT, [finding(0, 10), finding(0, 10, detector="presidio"), finding(28, 34, "PLACE", "places")])
    assert contributions(both) == {
        "names": Contribution(1, 0),
        "places": Contribution(1, 1),
        "presidio": Contribution(1, 0),
    }


@given(
    st.text("ab ,-", min_size=40, max_size=40),
    st.lists(
        st.tuples(
            st.integers(0, 38), st.integers(1, 12), st.sampled_from(["NAME", "DATE", "ADDRESS", "PLACE"]),
            st.sampled_from(["names", "presidio", "known"]),
        ),
        max_size=8,
    ),
)  # fmt: skip
def test_findings_are_apart_in_order_and_cover_all_words(text, drawn):
    findings = [finding(start, min(40, start + size), kind, by) for start, size, kind, by in drawn]
    whole = united(text, findings)
    assert all(first.end <= second.start for first, second in pairwise(whole))
    covered = {place for each in whole for place in range(each.start, each.end)}
    wanted = [place for each in findings for place in range(each.start, each.end) if text[place].isalnum()]
    assert covered.issuperset(wanted)
