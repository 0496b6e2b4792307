"""Questions that are made up from notes."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from wardspace.corpus.note.sentences import sentences
from wardspace.tasks.answers.asked import Question
from wardspace.tasks.answers.cloze import Frame, frames, made_up

NOTE = (
    "The patient was admitted with chest pain on the third of May. She was given aspirin and heparin by the team. "
    "An angiogram showed a narrowing of the left artery near its origin. Short one. "
    "She went home after four days with a plan for rehabilitation and follow up."
)
WORD = re.compile(r"\w+")


@given(st.text(alphabet="ab cdé.,\n!?-()1", max_size=300), st.integers(0, 20), st.integers(0, 3))
def test_an_answer_is_a_stretch_of_whole_words_of_a_sentence(text, count, seed):
    made = made_up(text, "n1", count, seed)
    assert made.text == text
    assert len(made.questions) <= count
    bounds = sentences(text)
    for one in made.questions:
        ((start, end),) = one.answers
        assert any(sentence.start <= start < end <= sentence.end for sentence in bounds)
        assert not (text[start - 1 : start] + text[start]).isalnum() or start == 0
        assert end == len(text) or not text[end - 1 : end + 1].isalnum()
    assert len({one.name for one in made.questions}) == len(made.questions)


def test_a_question_has_words_of_its_sentence_and_the_next_ones_in_their_order():
    bounds = sentences(NOTE)
    made = made_up(NOTE, "n1", 100, 0).questions
    assert len(made) == 4  # one of each sentence but the short one
    for one in made:
        place = int(one.name.rsplit("-", 1)[1])
        around = NOTE[bounds[max(0, place - 1)].start : bounds[min(place + 1, len(bounds) - 1)].end]
        asked = WORD.findall(one.text)
        assert 3 <= len(asked) <= 8
        rest = iter(WORD.findall(around))
        assert all(word in rest for word in asked)
        start, end = one.answers[0]
        assert bounds[place].start <= start < end <= bounds[place].end


def test_rare_words_ask_rather_than_common_ones():
    text = " ".join(f"the thing of the ward and the unit is a {word} of the day." for word in ("kilo", "lima", "mike"))
    said = [word for seed in range(60) for one in made_up(text, "n", 3, seed).questions for word in one.text.split()]
    assert sum(said.count(word) for word in ("kilo", "lima", "mike")) > said.count("the")


def test_real_questions_lend_their_first_word_and_their_last_sign():
    real = [Question("a", " ¿Qué toma? ", ()), Question("b", "?!", ()), Question("c", "Name the drug", ())]
    like = frames(real)
    assert like == [Frame("¿Qué", "?"), Frame("Name", "")]
    for one in made_up(NOTE, "n1", 100, 0, like).questions:
        assert one.text.startswith("¿Qué ") == one.text.endswith("?")
        assert one.text.split()[0] in {"¿Qué", "Name"}


def test_the_same_note_and_seed_make_the_same_questions():
    assert made_up(NOTE, "n1", 3, 1) == made_up(NOTE, "n1", 3, 1)
    assert made_up(NOTE, "n1", 3, 1) != made_up(NOTE, "n1", 3, 2) != made_up(NOTE, "n2", 3, 2)
    assert {one.name for one in made_up(NOTE, "n1", 2, 1).questions} < {
        one.name for one in made_up(NOTE, "n1", 3, 1).questions
    }
