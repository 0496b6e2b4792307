import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from wardspace.corpus.deidentify.folding import folded

LETTERS = st.characters(codec="utf-8")
MARKED = st.text(st.sampled_from("aeounAEOUN '-ßøłıæœ\u0301\u0308\u0327\u200b\u00ad\u00a0\u2019`1９年가ᄀ ｶﾞ…ﬁ½²º"))
LATIN = st.text(st.characters(min_codepoint=32, max_codepoint=0x17F))


@given(st.one_of(st.text(LETTERS), MARKED))
def test_what_is_found_in_the_folded_text_is_cut_from_the_original(text):
    folding = folded(text)
    size = len(folding.text)
    spans = [folding.span(i, i + 1) for i in range(size)]
    assert all(0 <= start < end <= len(text) for start, end in spans)
    assert spans == sorted(spans)
    for i in range(size):
        for j in (i + 1, min(size, i + 3), size):
            start, end = folding.span(i, j)
            assert (start, end) == (spans[i][0], spans[j - 1][1])
            assert folding.text[i:j] in folded(text[start:end]).text


@given(st.one_of(st.text(LETTERS), MARKED))
def test_letters_of_the_keyboard_stay_where_they_are(text):
    folding = folded(text)
    plain = [(text[slice(*folding.span(i, i + 1))], letter) for i, letter in enumerate(folding.text)]
    assert [old[0] for old, _ in plain if old[0].isascii() and old[0].isalnum()] == [
        letter for letter in text if letter.isascii() and letter.isalnum()
    ]


@given(LATIN)
def test_composed_and_decomposed_text_are_the_same(text):
    composed, apart = (folded(unicodedata.normalize(form, text)).text for form in ("NFC", "NFD"))
    assert composed == apart


@given(LATIN)
def test_folding_twice_changes_nothing_more(text):
    once = folded(text).text
    assert folded(once).text == once


def test_one_spelling():
    for written in ("O’Brien", "Oʼbrien", "O`Brien", "O´Brien", "O＇Brien"):
        assert folded(written).text.lower() == "o'brien"
    assert folded("92\u00a0year\u202fold").text == "92 year old"
    assert folded("Müller‑Straße, Łódź, Øre, Çelik").text == "Muller-Strasse, Lodz, Ore, Celik"
    assert folded("Mu\u0308l\u00adler").text == "Muller"
    assert folded("１２月").text == "12月"
    assert folded("10⁹/L, ½, m²").text == "10⁹/L, ½, m²"
