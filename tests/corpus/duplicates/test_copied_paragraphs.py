import sqlite3
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from wardspace.corpus.duplicates.copied import Earliest, paragraphs


def parts(text, fewest=1):
    return [text[part.start : part.end] for part in paragraphs(text, fewest)]


def test_paragraphs_are_parted_by_empty_lines():
    assert parts("one\ntwo\n\nthree\n \n\t\nfour") == ["one\ntwo", "three", "four"]


def test_without_empty_lines_they_are_parted_by_line_ends():
    assert parts("one\ntwo words\nthree") == ["one", "two words", "three"]


def test_short_ones_are_passed_over():
    assert parts("a b c\n\na b\n\nc d e", 3) == ["a b c", "c d e"]


@given(st.text("ab \n", max_size=60))
def test_each_begins_where_the_one_before_ends(text):
    found = list(paragraphs(text, 1))
    assert all(a.end <= a.following <= b.start for a, b in pairwise(found))
    assert sum(len(text[p.start : p.end].split()) for p in found) == len(text.split())


def test_the_earliest_note_of_a_patient_has_a_paragraph_first():
    earliest = Earliest(sqlite3.connect(":memory:"))
    for place in [(5.0, 0), (2.0, 3), (2.0, 4), (9.0, 1)]:
        earliest.add("p", "Lungs clear.", place)
    earliest.add("q", "Lungs clear.", (1.0, 7))
    assert not earliest.before("p", "lungs  CLEAR", (2.0, 3))
    assert earliest.before("p", "lungs clear", (2.0, 4))
    assert earliest.before("p", "lungs clear", (5.0, 0))
