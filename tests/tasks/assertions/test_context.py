"""The rules on sentences whose answers anyone can read. `[mention]` marks what is asked of."""

from __future__ import annotations

import re

import pytest

from wardspace.tasks.assertions.context import Assertion, assertions
from wardspace.tasks.assertions.fitted import assertion_of
from wardspace.tasks.assertions.triggers import triggers
from wardspace.tasks.entities.mentions import Mention

SIGNS = {"n": "negated", "h": "historical", "y": "hypothetical", "f": "family"}


def marked(sentence: str) -> tuple[str, list[Mention]]:
    """The text without brackets, and where they were."""
    text, mentions = "", []
    for piece in re.split(r"(\[[^]]*\])", sentence):
        plain = piece[1:-1] if piece.startswith("[") else piece
        if plain != piece:
            mentions.append(Mention(len(text), len(text) + len(plain), "Problem"))
        text += plain
    return text, mentions


def answers(sentence: str) -> str:
    """Signs of each mention, as `n - hf`."""
    found = assertions(*marked(sentence))
    return " ".join("".join(sign for sign, name in SIGNS.items() if getattr(one, name)) or "-" for one in found)


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("He has [fever] and [cough].", "- -"),
        # negation: direction, scope and its ends
        ("Denies [fever], [chills] or [night sweats].", "n n n"),
        ("Denies [fever] but has [cough].", "n -"),
        ("No [fever]. [Cough] for two days.", "n -"),
        ("There is no evidence of [pneumonia].", "n"),
        ("[Pneumonia] was ruled out.", "n"),
        ("[Cough]: none. [Fever]: no", "n n"),
        ("Without [rash], with [pruritus].", "n -"),
        ("She is not reporting [nausea] or [vomiting].", "n n"),
        # what only looks like a negation
        ("No increase in the [effusion].", "-"),
        ("[Pneumonia] cannot be ruled out.", "-"),
        ("Rule out [fracture].", "-"),
        ("Not only [fever] but also [cough].", "- -"),
        ("Gram-negative [sepsis].", "-"),
        # the past
        ("History of [stroke], now presents with [weakness].", "h -"),
        ("Previous [stroke]; he is in hospital for a new [seizure].", "h -"),
        ("[Measles] as a child. [Cough] today.", "h -"),
        ("s/p [MI] in 2003", "h"),
        ("[Appendicitis] ten years ago", "h"),
        ("[Pneumonia], since resolved", "h"),
        ("No history of [asthma].", "n"),
        # and what only looks like it
        ("A six-month history of [weakness].", "-"),
        ("A 3 day history of [cough].", "-"),
        ("A 65 year old man with [cough].", "-"),
        ("[Cough] prior to admission", "-"),
        # what may come
        ("Return if [fever] or [vomiting] develops.", "y y"),
        ("Should he develop [rash], call the ward.", "y"),
        ("The risks include [bleeding] and [infection].", "y y"),
        ("Ondansetron as needed for [nausea].", "y"),
        ("Aspirin to prevent [stroke].", "y"),
        ("Continue tablets if possible, he still has [nausea].", "-"),
        # relatives
        ("His mother had [breast cancer].", "f"),
        ("Mother with [lupus]; the patient has [rash].", "f -"),
        ("[Heart disease] in his sister.", "f"),
        ("No family history of [gout].", "nf"),
        ("Nobody in the family has had [gout].", "nf"),
        ("His mother reports [fever].", "-"),
        ("Mother denies [fever].", "n"),
        ("Lives with his father, has [asthma].", "-"),
    ],
)
def test_sentences(sentence, expected):
    assert answers(sentence) == expected


@pytest.mark.parametrize(
    ("note", "expected"),
    [
        ("PMH: [asthma], [gout].\nHPC: [cough].", "h h -"),
        ("PAST MEDICAL HISTORY\n1. [Asthma]\n2. No [diabetes]\n\nPLAN\n[Cough] to be treated.", "h n -"),
        ("FAMILY HISTORY\nFather died of [MI].\nNo [cancer].\n\nPLAN\nTreat [cough].", "f nf -"),
        ("Family history: [gout], [MI]. Social history: retired because of [back pain].", "f f -"),
        ("FHx: Mother: [diabetes]. Father: [MI]\nExam: [rash]", "f f -"),
        ("ROS: CARDIAC: No [palpitations]. LUNGS: [cough].", "n -"),
        ("Return precautions:\n- [fever]\n- [vomiting]", "y y"),
    ],
)
def test_a_heading_speaks_for_its_section(note, expected):
    assert answers(note) == expected


@pytest.mark.parametrize(
    ("note", "expected"),
    [
        ("No [fever] or\n[rash] today", "n n"),  # a line that breaks in the middle
        ("He denies any\nchest\n[pain] at rest.", "n"),
        ("Denies fever,\n[Chills]", "n"),
        ("No [fever]\n[Cough] since Monday", "n -"),  # one sentence a line
        ("- no [fever]\n- [cough]\n- no [rash]", "n - n"),
        ("1. No [fever]\n2. [Cough]", "n -"),
        ("No [fever]\n\n[Cough]", "n -"),
        ("Seen by Dr. Smith, no [fever].", "n"),
        ("NO [FEVER]. DENIES [COUGH].", "n n"),
    ],
)
def test_line_breaks_and_lists(note, expected):
    assert answers(note) == expected


def test_words_of_the_mention_itself_are_no_triggers():
    assert answers("He has [no appetite].") == "-"
    assert answers("Seen for [family history of cancer].") == "-"


def test_offsets_hold_where_small_letters_are_longer():
    text, mentions = marked("İİİ No [fever]. Has [cough].")
    assert [one.negated for one in assertions(text, mentions)] == [True, False]


def test_other_scripts_empty_texts_and_no_mentions():
    assert assertions("", []) == []
    assert assertions("胸痛三天", [Mention(0, 2, "x")]) == [Assertion()]
    assert assertion_of(["No fever", "fever"], [[Mention(3, 8, "x")], [Mention(0, 5, "x")]]) == [
        [Assertion(negated=True)], [Assertion()],
    ]  # fmt: skip


def test_mentions_in_any_order_and_across_sentences():
    text, mentions = marked("No [fever. Has] cough. [Rash].")
    assert assertions(text, mentions[::-1]) == assertions(text, mentions)[::-1]


@pytest.mark.parametrize(
    ("question", "trigger"),
    zip(Assertion._fields, ["denies", "history of", "risk of", "mother with"], strict=True),
)
def test_every_question_has_triggers_in_the_order_of_its_answers(question, trigger):
    assert tuple(triggers()) == Assertion._fields
    (said,) = assertions(*marked(f"{trigger} [thing]"))
    assert said == Assertion(**{question: True})
