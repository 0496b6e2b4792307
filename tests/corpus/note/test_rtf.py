from __future__ import annotations

import pytest

from wardspace.corpus.note.rtf import rtf_text


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        (r"{\rtf1\ansi Chest pain\par on {\b exertion}.}", "Chest pain\non exertion."),
        (r"{\rtf1\ansi\ansicpg1252 Caf\'e9 \u8217?s 5\'b0}", "Café ’s 5°"),
        (r"{\rtf1{\fonttbl{\f0 Arial;}}{\*\generator Word;}seen\line next}", "seen\nnext"),
        (r"{\rtf1 a{\pict\pngblip\picw10 89504e470d0a1a0a" + "00ff" * 500 + r"}b}", "ab"),
    ],
)
def test_rtf_without_pictures_and_fonts(markup, text):
    assert rtf_text(markup) == text


def test_what_is_no_rtf_is_refused():
    with pytest.raises(ValueError, match="does not begin as RTF"):
        rtf_text("Chest pain")


@pytest.mark.parametrize("size", [1, 3])
def test_the_bytes_of_a_picture_may_hold_braces(size):
    assert rtf_text(rf"{{\rtf1 a{{\pict{{\*\blipuid 0f}}\bin{size} {'}' * size}}}b}}") == "ab"


def test_fonts_that_do_not_end_are_refused_and_many_that_do_are_not():
    with pytest.raises(ValueError, match="table of fonts"):
        rtf_text(r"{\rtf1{\fonttbl" + r"\f1" * 50_000 + "} a}")
    fonts = "".join(rf"{{\f{i}\fcharset0 Font {i};}}" for i in range(2000))
    assert rtf_text(rf"{{\rtf1{{\fonttbl{fonts}}}" + r"\f1 a \f2 b" * 400 + "}").startswith("a b")


def test_links_keep_their_words():
    assert rtf_text(r'{\rtf1 see {\field{\*\fldinst{HYPERLINK "http://x"}}{\fldrslt the form}}}') == "see the form"
