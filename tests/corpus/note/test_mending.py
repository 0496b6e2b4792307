import pytest
from hypothesis import given
from hypothesis import strategies as st

from wardspace.corpus.note.mending import BYTES, CHARACTERS, LINES, UTF16, Mention, mend

LENGTHS = {
    CHARACTERS: len,
    UTF16: lambda text: len(text.encode("utf-16-le")) // 2,
    BYTES: lambda text: len(text.encode("utf-8")),
    LINES: lambda text: len(text.replace("\r\n", "\n")),
    f"{UTF16}, {LINES}": lambda text: len(text.replace("\r\n", "\n").encode("utf-16-le")) // 2,
    f"{BYTES}, {LINES}": lambda text: len(text.replace("\r\n", "\n").encode("utf-8")),
}
"""How long a text is in each unit, as Python's codecs have it."""


def words_at(text, places):
    return [None if place is None else "".join(text[start:end] for start, end in place) for place in places]


@st.composite
def annotated(draw):
    """A text of words that are all different, and some of them."""
    sign = st.sampled_from(["", "", "é", "°C", "痛", "🤒", "\U0001f9a0"])
    between = st.sampled_from([" ", " ", ".\r\n", "\n", ", "])
    count = draw(st.integers(3, 25))
    text, spans = "", []
    for i in range(count):
        word = f"w{i}x{draw(sign)}x"
        spans.append((len(text), len(text) + len(word)))
        text += word + draw(between)
    chosen = draw(st.lists(st.sampled_from(spans), min_size=1, max_size=8, unique=True))
    return text, sorted(chosen)


@given(annotated(), st.sampled_from(list(LENGTHS)))
def test_a_document_that_counts_otherwise_is_read_as_it_counts(made, units):
    text, spans = made
    length = LENGTHS[units]
    given_places = [(length(text[:start]), length(text[:end])) for start, end in spans]
    quoted = [Mention((place,), text[s:e]) for place, (s, e) in zip(given_places, spans, strict=True)]
    found, mending = mend(text, quoted)
    assert found == [(span,) for span in spans]
    assert (mending.read, mending.lost) == (len(spans), 0)
    as_usual = [place for place, span in zip(given_places, spans, strict=True) if place == span]
    if units in (CHARACTERS, LINES):
        assert mending.mended == 0
    elif LINES not in units:
        assert mending.mended == len(spans) - len(as_usual)


@given(annotated(), st.data())
def test_single_offsets_that_are_off_are_mended(made, data):
    text, spans = made
    places = st.sets(st.integers(0, len(spans) - 1), max_size=(len(spans) - 1) // 2)  # else other units may fit better
    wrong = data.draw(places)
    off = [data.draw(st.integers(-8, 8)) if i in wrong else 0 for i in range(len(spans))]
    quoted = [Mention(((s + step, e + step),), text[s:e]) for (s, e), step in zip(spans, off, strict=True)]
    found, mending = mend(text, quoted)
    assert found == [(span,) for span in spans]
    assert (mending.mended, mending.lost) == (sum(step != 0 for step in off), 0)
    assert mending.first == next((i for i, step in enumerate(off) if step), None)


OFFSETS = st.integers(-5, 70)


@given(st.text(max_size=60), st.lists(st.tuples(OFFSETS, OFFSETS, st.text(max_size=6)), max_size=5))
def test_whatever_is_annotated_is_at_its_words_or_lost(text, made):
    found, mending = mend(text, [Mention(((start, end),), words) for start, end, words in made])
    assert mending.read == len(made) == len(found)
    assert mending.lost == found.count(None)
    for place, (*_, words) in zip(found, made, strict=True):
        if place is not None:
            ((start, end),) = place
            assert 0 <= start <= end <= len(text)
            if words.isascii() and text.isascii():
                assert text[start:end].lower().split() == words.lower().split()


def test_the_nearest_of_several_is_taken_where_it_is_clear():
    text = "pain in the leg, no chest pain"
    assert mend(text, [Mention(((1, 5),), "pain")])[0] == [((0, 4),)]
    assert mend(text, [Mention(((24, 28),), "pain")])[0] == [((26, 30),)]
    assert mend(text, [Mention(((13, 17),), "pain")])[0] == [None]  # as near to the one as to the other
    far = "pain " + "x" * 100 + " and pain"
    assert mend(far, [Mention(((50, 54),), "pain")])[0] == [None]
    assert mend(far.removesuffix("pain"), [Mention(((50, 54),), "pain")])[0] == [((0, 4),)]


def test_two_of_the_same_words_go_to_places_of_their_own():
    text = "fever, then fever again"
    found, _ = mend(text, [Mention(((0, 5),), "fever"), Mention(((3, 8),), "fever")])
    assert found == [((0, 5),), ((12, 17),)]


def test_what_is_unclear_moves_as_the_others_do():
    text = "x" * 40 + " rash. No rash. Cough and fever today."
    off = [Mention(((text.index(word) - 30, text.index(word) - 30 + len(word)),), word) for word in ("Cough", "fever")]
    rash = text.rindex("rash")
    found, mending = mend(text, [*off, Mention(((rash - 30, rash - 26),), "rash")])
    assert words_at(text, found) == ["Cough", "fever", "rash"]
    assert found[-1] == ((rash, rash + 4),)
    assert mending.mended == 3


def test_words_of_their_own_come_before_parts_of_words():
    text = "hyperpain and pain"
    assert mend(text, [Mention(((9, 13),), "pain")])[0] == [((14, 18),)]
    assert mend("hypertension", [Mention(((1, 6),), "hyper")])[0] == [((0, 5),)]


def test_blanks_case_and_ends():
    text = "Chest\n pain today"
    for words in ("Chest pain", "chest  pain"):
        assert mend(text, [Mention(((0, 11),), words)])[0] == [((0, 11),)]
        assert mend(text, [Mention(((0, 12),), words)])[0] == [((0, 11),)]  # a blank that is none of its own
        assert mend(text, [Mention(((2, 9),), words)])[0] == [((0, 11),)]
    assert mend(text, [Mention(((0, 12),), "Chest pain ")])[0] == [((0, 12),)]


def test_stretches_of_one_mention_move_together():
    text = "North and South America"
    assert mend(text, [Mention(((0, 5), (16, 23)), "North America")])[0] == [((0, 5), (16, 23))]
    assert mend(text, [Mention(((2, 7), (18, 25)), "North America")])[0] == [((0, 5), (16, 23))]
    assert mend(text, [Mention(((0, 5), (10, 15)), "North America")])[0] == [None]


@pytest.mark.parametrize("text", ["", "short", "x" * 10_000])
def test_long_mentions_and_empty_texts(text):
    found, mending = mend(text, [Mention(((0, len(text)),), text), Mention(((0, 4),), "gone")])
    assert found == [((0, len(text)),), None]
    assert mending.lost == 1
    assert mend(text, []) == ([], mending._replace(read=0, lost=0, first=None))
