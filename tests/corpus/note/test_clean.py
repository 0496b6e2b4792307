import pytest
from hypothesis import given
from hypothesis import strategies as st

from wardspace.config import CleanConfig
from wardspace.corpus.note.clean import ESCAPED, Cleaner

NONE = dict.fromkeys(CleanConfig.model_fields, False) | {"headers": []}
ALL = dict.fromkeys(CleanConfig.model_fields, True) | {"headers": ["Sample  Hospital", "Confidential"]}


def cleaner(**steps):
    return Cleaner(CleanConfig.model_validate({**NONE, **steps}))


@pytest.mark.parametrize(
    ("step", "before", "after"),
    [
        ("unicode", "Mu\u0308ller, cafe\u0301", "M\u00fcller, caf\u00e9"),
        ("controls", "a\x00b\x07c\td\ne\rf\x7fg\x9f", "abc\td\ne\rfg"),
        ("controls", "end\x0cnext", "end\x0cnext"),
        ("controls", "\ufeffseen\ufeff", "seen\ufeff"),
        ("line_ends", "a\r\nb\rc\x0cd\x85e\u2028f", "a\nb\nc\nd\ne\nf"),
        ("trailing_space", "a  \n\tb \t\n  c\u00a0", "a\n\tb\n  c"),
        ("trailing_space", "a  \r\nb", "a\r\nb"),
        ("blank_lines", "\n \n a\n\n\n\nb\n \n\nc\n\nd\n\n", " a\n\nb\n\nc\n\nd"),
        ("deidentified_spans", "seen by [**First Name (NI) 12**] on [**2151-7-16**].", "seen by  on ."),
        ("deidentified_spans", "an open [** span and [a**] other", "an open [** span and [a**] other"),
        ("rules", "a\n-----\n  = = = \nb\n***\n", "a\nb\n"),
        ("rules", "a\n-5 mg\nb_c\n", "a\n-5 mg\nb_c\n"),
        (
            "list_numerals",
            "1. aspirin\n  2) rest\n1.5 mg daily\nNo. 3. here",
            "aspirin\n  rest\n1.5 mg daily\nNo. 3. here",
        ),
        (
            "titles",
            "Dr. Who, DR. No, dr. x, M.D. and m.d.; adr. stays",
            "Doctor Who, DOCTOR No, doctor x, MD and md; adr. stays",
        ),
        ("newlines", "\n a \n b\tc  d\n", "a b c d"),
        ("lowercase", "BP 120 \u0130stanbul", "bp 120 i\u0307stanbul"),
    ],
)
def test_step(step, before, after):
    result = cleaner(**{step: True}).clean(before)
    assert result.text == after
    assert result.changed == ((step,) if before != after else ())


def test_headers_are_found_whatever_blanks_part_their_words():
    steps = cleaner(headers=["Sample Hospital", "Sample Hospital Trust (NHS)"])
    assert steps.clean("Sample\n Hospital Trust (NHS): seen. Sample Hospital.").text == ": seen. ."


def test_defaults_are_the_five_that_leave_words_alone():
    names = [step.name for step in Cleaner(CleanConfig()).steps]
    assert names == ["unicode", "controls", "line_ends", "trailing_space", "blank_lines"]


def test_steps_follow_the_order_of_the_configuration():
    every = cleaner(**ALL)
    names = [step.name for step in (*every.markup, *every.steps) if step.name != ESCAPED]
    assert names == list(CleanConfig.model_fields)


@pytest.mark.parametrize(
    "text", [" " * 200_000 + "x", "\n" * 200_000 + "x", "[**" * 60_000, "- " * 100_000 + "x", "1" * 200_000]
)
def test_hostile_texts_take_no_time(text):
    cleaned = cleaner(**ALL).clean("a" + text, follow=True)  # a quadratic pattern would take minutes
    assert cleaned.text.startswith("a")


# Words w0, w1, … are distinguished, so that the words under a span can be named before and after cleaning.
PIECES = [
    " ",
    "  ",
    "\t",
    "\n",
    "\r\n",
    "\r",
    "\x0c",
    "\n\n\n",
    " \n \n",
    "\x07",
    "e\u0301 ",
    "\u0130 ",
    "\u1100\u1161 ",
    "[**x 1**]",
]
PIECES += [
    "\n---\n",
    "\n1. ",
    "\n 2) ",
    "Dr. ",
    "m.d. ",
    "Sample \n Hospital",
    "Confidential",
    "\u00a0",
    "\u2028",
    "\x85",
]


@st.composite
def marked_texts(draw):
    """A text of numbered words and awkward pieces, and where each word is."""
    text, places = "", []
    for i in range(draw(st.integers(1, 12))):
        text += "".join(draw(st.lists(st.sampled_from(PIECES), max_size=4))) + " "
        places.append((len(text), len(text) + len(f"w{i}x")))
        text += f"w{i}x "
    return text + "".join(draw(st.lists(st.sampled_from(PIECES), max_size=3))), places


@given(marked_texts(), st.data())
def test_moved_spans_mark_the_same_words(marked, data):
    text, places = marked
    steps = data.draw(
        st.fixed_dictionaries({name: st.booleans() for name in CleanConfig.model_fields if name != "headers"})
    )
    result = cleaner(**steps, headers=data.draw(st.sampled_from([[], ALL["headers"]]))).clean(text, follow=True)
    first = data.draw(st.integers(0, len(places) - 1))
    last = data.draw(st.integers(first, len(places) - 1))
    start, end = result.offsets.span(places[first][0], places[last][1])
    covered = result.text[start:end]
    assert covered.startswith(f"w{first}x")
    assert covered.endswith(f"w{last}x")
    assert [f"w{i}x" in covered for i in range(len(places))] == [first <= i <= last for i in range(len(places))]


@given(
    st.text(
        alphabet=st.one_of(
            st.sampled_from("ab \n\t\r.-=_*[]()1Drmd\u0301\u0130\u00a0\u1100\u1161\u11a8\x0c\x07"), st.characters()
        ),
        max_size=60,
    )
)
def test_edits_tell_all_that_a_step_does(text):
    for step in cleaner(**ALL).steps:
        after, edits = step.apply(text), step.edits(text)
        kept, grown, at = [], 0, 0
        for edit in edits:
            assert at <= edit.start <= edit.end
            kept.append((text[at : edit.start], at + grown))
            grown += edit.size - (edit.end - edit.start)
            at = edit.end
        kept.append((text[at:], at + grown))
        assert len(after) == len(text) + grown
        if step.name != "lowercase":
            assert all(after.startswith(piece, place) for piece, place in kept)
        text = after


def test_a_span_that_is_cleaned_away_is_gone():
    result = cleaner(deidentified_spans=True).clean("by [**Name**] today", follow=True)
    assert result.offsets.span(3, 13) is None
    assert result.text[slice(*result.offsets.span(0, 19))] == "by  today"
