from __future__ import annotations

import html
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wardspace.config import CleanConfig
from wardspace.corpus.note.clean import Cleaner
from wardspace.corpus.note.html import html_text, is_escaped_html, is_html, unescaped_html


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("<p>Heart <b>nor</b>mal.</p><p>Lungs clear.</p>", "Heart normal.\nLungs clear."),
        ("one<br>two<br/>three", "one\ntwo\nthree"),
        ("<p>No&nbsp;focal\n   consolidation &lt;5&nbsp;mm</p>", "No focal consolidation <5 mm"),
        ("<table><tr><td>Hb</td><td>12</td></tr><tr><td>K</td><td>4.1</td></tr></table>", "Hb 12\nK 4.1"),
        ("<ul><li>aspirin</li><li>insulin</li></ul>", "aspirin\ninsulin"),
        ("<head><title>x</title></head><style>p{}</style><script>if (a<b) x()</script>seen", "seen"),
        ("<pre>a\n  b</pre>c", "a\n  b\nc"),
        ("<div>open <p>never <b>closed", "open\nnever closed"),
        ("a < b and c > d", "a < b and c > d"),
        ("<html><head><title>t</title><body><p>seen", "seen"),
        ("<head><title>t</title>seen <b>today</b>", "seen today"),
        ("<html><head><meta charset='x'><style>p{}</style><p>seen", "seen"),
        ("<?xml version='1.0'?><!DOCTYPE html><!-- no --><p>seen", "seen"),
        ("<p><![CDATA[BP <5 & more]]></p>", "BP <5 & more"),
        ("<p title='a > b'>seen</p>", "seen"),
        ('<p title="a>seen</p><p>today</p>', "seen\ntoday"),
        ("<p>&#99999999999;&#x41;&copy &nosuch; &amp</p>", "\ufffdA© &nosuch; &"),
        ("<svg><text>drawn</text><p>seen", "seen"),
        ("<script/><p>seen", "seen"),
        ("Plan\n<b>rest</b>  and\n\nfluids", "Plan\nrest  and\n\nfluids"),
        ("", ""),
    ],
)
def test_html_reads_as_it_looks(markup, text):
    assert html_text(markup) == text


@given(st.text(alphabet="abc <>&/p\n;#", max_size=200))
def test_any_markup_gives_text(markup):
    assert isinstance(html_text(markup), str)


def test_words_of_html_are_all_there():
    words = [f"w{i}" for i in range(500)]
    markup = "".join(f"<p><span>{word}</span></p>" if i % 3 else f"{word} " for i, word in enumerate(words))
    assert html_text(markup).split() == words


class _Words(HTMLParser):
    """The words of a well-formed document, as Python's own parser finds them."""

    def __init__(self):
        super().__init__()
        self.words = []

    def handle_data(self, data):
        self.words += data.split()


@given(
    st.recursive(
        st.text(alphabet="abé <>&\n\"'5;", min_size=1, max_size=8).map(
            lambda text: " " + text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;") + " "
        ),
        lambda inner: st.tuples(st.sampled_from(["p", "b", "div", "td", "span"]), st.lists(inner, max_size=4)).map(
            lambda tag: f'<{tag[0]} class="a>b" id=x>{"".join(tag[1])}</{tag[0]}>'
        ),
        max_leaves=12,
    )
)
def test_the_words_are_those_that_pythons_own_parser_finds(markup):
    parser = _Words()
    parser.feed(markup)
    parser.close()
    assert html_text(markup).split() == parser.words


@pytest.mark.parametrize(
    ("text", "is_markup"),
    [
        ("<p>seen", True),
        ("seen<br>today", True),
        ("<b>Plan</b>", True),
        ("<!DOCTYPE html>", True),
        ("Temp <37 and K >5, seen by <Dr X>", False),
        ("a<b and c>d", False),
        ("<today> <TEXT>", False),
        ("x <p 5", False),
    ],
)
def test_what_looks_like_html(text, is_markup):
    assert is_html(text) is is_markup


def cleaned(text, *marked):
    """The text after the step, and where these words of it went."""
    plain = Cleaner(CleanConfig(html=True)).plain(text, follow=True)
    spans = [plain.offsets.span(text.index(words), text.index(words) + len(words)) for words in marked]
    return plain.text, [plain.text[slice(*span)] if span else None for span in spans]


def test_spans_follow_their_words():
    text = "<p>Acute <b>chest</b> pain,\n 5&nbsp;&lt;&nbsp;6 &amp; fever</p><p>caf&eacute; <i>no</i></p><!-- pain -->"
    marked = ("chest</b> pain", "5&nbsp;&lt;", "fever</p><p>caf&eacute;", "no", "<!-- pain -->", "<b>")
    assert cleaned(text, *marked) == (
        "Acute chest pain, 5 < 6 & fever\ncafé no",
        ["chest pain", "5 <", "fever\ncafé", "no", None, None],
    )


@given(st.lists(st.sampled_from(["<p>", "</p>", "<br>", "&amp;", "&nbsp;", "pain", "é", " ", "\n", "<!--x-->", "<b>"])))
def test_every_word_of_markup_is_where_its_offsets_say(parts):
    text = "<p>" + "".join(parts)
    plain = Cleaner(CleanConfig(html=True)).plain(text, follow=True)
    at = 3
    for part in parts:
        if part == "pain":
            assert plain.text[slice(*plain.offsets.span(at, at + 4))] == "pain"
        at += len(part)


@pytest.mark.parametrize("text", ["Plan:\n  rest,  5 < 6", "no tag &", "a\n\n\nb <c>"])
def test_notes_without_markup_stay_as_they_are(text):
    assert cleaned(text) == (text, [])


def test_notes_without_tags_keep_their_lines_and_lose_their_references():
    assert cleaned("Plan:\n  BP &lt; 120 &amp; &#39;rest&#39;  \n", "rest") == (
        "Plan:\n  BP < 120 & 'rest'  \n",
        ["rest"],
    )


@pytest.mark.parametrize("part", ["<", "<a ", '<a "', "<a '", "<!--", "<![CDATA[", "&#", "<script>", "</", "<svg>"])
def test_long_runs_of_what_opens_and_never_closes_take_no_time(part):
    # with time that grows with the square of the length this would not end
    assert isinstance(html_text(part * 200_000), str)


MARKUP = "<p>Temp &lt;38 &amp; <b>stable</b></p><p>K &gt;5</p>"


@pytest.mark.parametrize("times", [1, 2])
def test_html_that_was_escaped_is_read_as_what_it_was(times):
    escaped = MARKUP
    for _ in range(times):
        escaped = html.escape(escaped)
    assert is_escaped_html(escaped)
    assert unescaped_html(escaped) == html_text(MARKUP) == "Temp <38 & stable\nK >5"


@pytest.mark.parametrize("times", [1, 2])
def test_spans_follow_their_words_out_of_html_that_was_escaped(times):
    escaped = MARKUP
    for _ in range(times):
        escaped = html.escape(escaped)
    steps = Cleaner(CleanConfig(html=True))
    for note in (escaped, f"<div>{escaped}</div>" if times == 1 else escaped):
        plain = steps.plain(note, follow=True)
        assert plain.text == "Temp <38 & stable\nK >5"
        start, end = plain.offsets.span(note.index("stable"), note.index("stable") + 6)
        assert plain.text[start:end] == "stable"


@pytest.mark.parametrize(
    ("note", "plain"),
    [
        ("Temp &lt;38, BP &gt;120", "Temp <38, BP >120"),
        ("a &lt;b and b&gt; c, &lt;today&gt;", "a <b and b> c, <today>"),
        ("the portal shows &lt;br&gt; in its text", "the portal shows <br> in its text"),
        ("<p>the portal shows &lt;br&gt;</p>", "the portal shows <br>"),
        ("R&amp;D, &amp;lt; is a sign", "R&D, &lt; is a sign"),
    ],
)
def test_a_text_with_escaped_signs_keeps_them(note, plain):
    assert not is_escaped_html(note)
    assert unescaped_html(plain) == plain
    assert Cleaner(CleanConfig(html=True)).plain(note).text == plain
