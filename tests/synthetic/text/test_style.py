from random import Random

from hypothesis import given
from hypothesis import strategies as st

from wardspace.synthetic.text.style import ABBREVIATIONS, HURRIED_NURSE, Style, misspelt


@given(st.text("abcdefghijklmnopqrstuvwxyz", min_size=5, max_size=14), st.integers())
def test_a_slip_is_one_slip(word, seed):
    slipped = misspelt(word, Random(seed))
    assert abs(len(slipped) - len(word)) <= 1
    assert slipped[0] == word[0]
    same = sum(1 for a, b in zip(word, slipped, strict=False) if a == b)
    if len(slipped) == len(word):
        assert len(word) - same in (1, 2)


def test_everything_is_shortened_when_the_author_always_does():
    style = Style(abbreviates=1.0)
    assert (
        style.written("Patient with history of falls, review in two weeks", Random(0))
        == "Pt w/ h/o falls, r/v in two wks"
    )


def test_words_that_contain_a_short_form_stay_whole():
    assert Style(abbreviates=1.0).written("within, patients, withdrawn", Random(0)) == "within, patients, withdrawn"


def test_a_careful_author_changes_nothing():
    text = " ".join(ABBREVIATIONS)
    assert Style().written(text, Random(0)) == text


def test_a_hurried_nurse_types_small_letters():
    assert HURRIED_NURSE.written("BP Stable", Random(0)).islower()


def test_slips_come_as_often_as_asked():
    rng, style = Random(1), Style(misspells=0.02)
    text = "comfortable overnight without concerns"
    slipped = sum(style.written(text, rng) != text for _ in range(4000))
    assert 0.05 < slipped / 4000 < 0.11  # four long words at two per cent each
