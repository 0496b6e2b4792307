"""Places in a cleaned text lead back to where its characters come from."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wardspace.config import CleanConfig
from wardspace.corpus.note.clean import Cleaner

STEPS = [
    "controls",
    "line_ends",
    "trailing_space",
    "blank_lines",
    "newlines",
    "titles",
    "deidentified_spans",
    "unicode",
]


def cleaner(*steps):
    off = {name: [] if name == "headers" else False for name in CleanConfig.model_fields}
    return Cleaner(CleanConfig.model_validate({**off, **dict.fromkeys(steps, True)}))


@pytest.mark.parametrize(
    ("text", "word", "source"),
    [
        ("<p>chest <b>pain</b></p>", "pain", "pain"),
        ("<p>chest&nbsp;pain</p>", "chest pain", "chest&nbsp;pain"),
        ("&lt;5 mg aspirin", "<5 mg", "&lt;5 mg"),
        ("<i>fever</i><br>cough", "cough", "cough"),
    ],
)
def test_through_markup(text, word, source):
    done = cleaner("html").plain(text, follow=True)
    at = done.text.index(word)
    start, end = done.offsets.origin(at, at + len(word))
    assert text[start:end] == source


@settings(max_examples=150, deadline=None)
@given(st.lists(st.sampled_from(["fever", "dr. ", "\r\n", "  ", "\n\n\n", "\x00", "[**x**]", "é", "e\u0301", "a"])))
def test_words_that_no_step_touches_are_found_again(parts):
    text = "".join(parts)
    done = cleaner(*STEPS).clean(text, follow=True)
    for one in re.finditer("fever", done.text):
        start, end = done.offsets.origin(one.start(), one.end())
        assert text[start:end].replace("[**x**]", "").replace("\x00", "") == "fever"


@settings(max_examples=150, deadline=None)
@given(st.lists(st.sampled_from(["fever", "dr. ", "\r\n", "  ", "\n\n\n", "\x00", "[**x**]", "a"])), st.data())
def test_there_and_back_covers_the_span(parts, data):
    text = "".join(parts)
    done = cleaner(*STEPS).clean(text, follow=True)
    if not done.text:
        return
    start = data.draw(st.integers(0, len(done.text) - 1))
    end = data.draw(st.integers(start + 1, len(done.text)))
    back = done.offsets.origin(start, end)
    assert 0 <= back[0] < back[1] <= len(text)
    again = done.offsets.span(*back)
    assert again is not None and again[0] <= start and again[1] >= end
