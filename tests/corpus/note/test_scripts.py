import string

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.feature_extraction.text import CountVectorizer

from wardspace.corpus.duplicates.sketching import shingles
from wardspace.corpus.note.scripts import count_words, terms, tokens, unspaced_share

CHINESE = "患者诉左腿疼痛三天"


@pytest.mark.parametrize(
    ("text", "share"),
    [
        ("chest pain", 0.0), ("Schmerzen über Tage", 0.0), ("боль в ноге", 0.0), ("ألم في الساق", 0.0),
        (CHINESE, 1.0), ("左足の痛み", 1.0), ("ปวดขา", 1.0), ("120/80 mm", 0.0), ("", 0.0), ("12 3", 0.0),
        ("ab痛み", 0.5),
    ],
)  # fmt: skip
def test_the_share_of_letters_without_blanks(text, share):
    assert unspaced_share([text]) == pytest.approx(share)


def test_characters_count_where_there_are_no_blanks():
    assert tokens("左腿疼痛 since Monday, 38.5 Grad") == ["左", "腿", "疼", "痛", "since", "Monday", "38", "5", "Grad"]
    assert terms("疼痛") == ["疼", "痛", "疼痛"]


@given(st.text(alphabet=string.ascii_letters + string.digits + " .,-\näöüéñß"))
def test_with_blanks_terms_are_those_of_scikit_learn(text):
    assert terms(text) == CountVectorizer(ngram_range=(1, 2)).build_analyzer()(text)


@given(st.text())
def test_no_letter_is_lost(text):
    joined = "".join(tokens(text))
    assert all(letter in joined for letter in text if letter.isalnum())


@given(st.text(alphabet=string.printable + "äöüéñß"))
def test_between_blanks_words_are_counted_as_ever(text):
    assert count_words(text) == len(text.split())


def test_near_copies_are_found_without_blanks():
    note = "患者诉左腿疼痛三天，伴有发热和恶心，既往高血压病史十年，长期服药，血压控制尚可，否认糖尿病史。"
    first, second = (set(shingles(text, 3).tolist()) for text in (note, note.replace("三天", "五天")))
    other = set(shingles("胸部CT示右肺上叶结节，边界清楚，建议三个月后复查，余肺野清晰，心影大小正常。", 3).tolist())
    assert len(first & second) / len(first | second) > 0.7
    assert len(first & other) / len(first | other) < 0.1
