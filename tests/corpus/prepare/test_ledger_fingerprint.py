from hypothesis import given
from hypothesis import strategies as st

from wardspace.corpus.prepare.ledger import fingerprint, normalised


def test_case_blanks_and_punctuation_are_set_aside():
    assert fingerprint("No fever, today.") == fingerprint("NO  fever\n\n today")
    assert fingerprint("Fieber – Größe!") == fingerprint("FIEBER GRÖSSE")
    assert fingerprint("No fever") != fingerprint("Low fever")
    assert fingerprint("38.5") == fingerprint("3 85")


def test_texts_without_letters_are_told_apart():
    assert fingerprint("???") != fingerprint("---")
    assert fingerprint(" ??? ") == fingerprint("???")


@given(st.text(alphabet=st.characters(max_codepoint=127), max_size=40))
def test_the_fast_way_for_ascii_gives_the_same(text):
    assert fingerprint(text) == _slow(text)


def _slow(text):
    import hashlib

    return hashlib.blake2b(normalised(text).encode(), digest_size=16).digest()
