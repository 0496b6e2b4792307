"""Sentences of notes: the rules one by one, and that nothing of a text is lost."""

from __future__ import annotations

import textwrap

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wardspace.corpus.note.sentences import sentences


def cut(text):
    return [text[one.start : one.end] for one in sentences(text)]


PIECES = st.sampled_from(
    ["pain", "Dr", "b.i.d", "J", "No", "4.5", ".", "?", "!", "...", "\n", "\n\n", " ", "\t", "- ", "1. ", "a) ", "PLAN",
     "PMH:", ",", "[**Last Name\n 12**]", "___", "[DATE]", "(", ")", '"', "。", "胸痛", "é", "Ö", "\u00a0", "\r"]
)  # fmt: skip


@given(st.lists(PIECES, max_size=40).map("".join) | st.text(max_size=60))
def test_sentences_hold_all_of_a_text_but_blanks_in_its_order(text):
    found = sentences(text)
    last = 0
    for one in found:
        assert last <= one.start < one.end <= len(text)
        assert not text[last : one.start].strip()
        assert not text[one.start].isspace() and not text[one.end - 1].isspace()
        last = one.end
    assert not text[last:].strip()


@pytest.mark.parametrize(
    "expected",
    [
        # lines and lists
        ["Fever", "\n", "Cough"],
        ["chest\npain"],
        ["Chest pain and\nCough"],
        ["- a", "\n", "- b", "\n", "3) c"],
        ["PLAN", "\n", "1. Aspirin for\nchest pain.", " ", "Home", "\n", "2. Review in 2 weeks"],
        ["Range of\n-5 mg for\n1.5 days"],
        ["PMH: asthma.", " ", "Seen"],
        ["Seen, well. ".strip(), " ", "PMH: asthma"],
        ["Many thanks,", "\n", "Dr Smith"],
        ["Fever\t", "\n\n", "rigors"],
        # signs
        ["One.", " ", "Two?", " ", "Three! ".strip(), " ", "Four"],
        ["BP 120/80.", " ", "T 98.6 F.", " ", "Pulse 80.", " ", "Hb 12.1"],
        ["Seen by Dr. Smith at 4.5 hours."],
        ["Aspirin 81 mg p.o. b.i.d. for pain.", " ", "Warfarin 5 mg. q.d."],
        ["Takes it b.i.d.", " ", "Denies pain"],
        ["? pneumonia. ".strip(), " ", "Why?", " ", "well... fine"],
        ["Pain.", "", "He slept"],
        ["slept well.", " ", "bowels open.", " ", "seen by dr. smith.", "\n", "obs stable"],
        ["患者胸痛。", "", "无发热。"],
        # tags of de-identification
        [
            "Seen by Dr. [**First Name8 (NamePattern2)\n 12. Aa**] today.",
            " ",
            "[**2151-7-16**] Home.",
            " ",
            "___ was seen",
        ],
        ["Seen by Dr. [NAME] on [DATE].", " ", "[NAME] agrees"],
    ],
)
def test_rules(expected):
    assert cut("".join(expected)) == [one.strip() for one in expected if one.strip()]


@pytest.mark.parametrize(
    "expected",
    [
        ["Hello World.", "My name is Jonas."],
        ["What is your name?", "My name is Jonas."],
        ["There it is!", "I found it."],
        ["My name is Jonas E. Smith."],
        ["Please turn to p. 55."],
        ["Were Jane and co. at the party?"],
        ["They closed the deal with Pitt, Briggs & Co. at noon."],
        ["Let's ask Jane and co.", "They should know."],
        ["I can see Mt. Fuji from here."],
        ["St. Michael's Church is on 5th st. near the light."],
        ["That is JFK Jr.'s book."],
        ["I visited the U.S.A. last year."],
        ["I live in the E.U.", "How about you?"],
        ["I live in the U.S.", "How about you?"],
        ["She has $100.00 in her bag.", "It is in her bag."],
        ["He teaches science (He previously worked for 5 years as an engineer.) at the local University."],
        ["Her email is Jane.Doe@example.com.", "I sent her an email."],
        ["The site is: https://www.example.50.com/new-site/awesome_content.html.", "Please check it out."],
        ["She turned to him, 'This is great.' she said."],
        ["Hello!!", "Long time no see."],
        ["Hello?!", "Is that you?"],
    ],
)
def test_published_cases(expected):
    """From the Golden Rules of Pragmatic Segmenter (K. Dias), those that notes have."""
    assert cut(" ".join(expected)) == expected


def test_lines_that_are_full_go_on():
    text = (
        "The patient was admitted under the care of the Birch team after a fall at the house of his daughter in "
        "Leeds. He was seen by the Orthopaedic registrar on Tuesday and was told that the Hip was not broken. "
        "Mobilised with Physiotherapy on the ward, and went home on Friday."
    )
    broken = textwrap.fill(text, 48)
    assert [one.replace("\n", " ") for one in cut(broken)] == cut(text)
    assert len(cut(text)) == 3


def test_line_ends_of_windows():
    assert cut("No pain and\r\nNo fever.\r\nSeen\r\n\r\nHome") == ["No pain and\r\nNo fever.", "Seen", "Home"]


def test_lists_of_short_lines_are_no_broken_lines():
    drugs = [f"Drug{number} {number * 5} mg OD" for number in range(1, 12)]
    assert cut("\n".join(drugs)) == drugs
