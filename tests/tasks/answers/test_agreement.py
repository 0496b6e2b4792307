"""Exact match and token F1 against the official script of SQuAD 2.0."""

from __future__ import annotations

import collections
import re
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wardspace.tasks.answers.agreement import agreement


def normalize_answer(s):
    """As published in evaluate-v2.0.py, as are the next three."""

    def remove_articles(text):
        regex = re.compile(r"\b(a|an|the)\b", re.UNICODE)
        return re.sub(regex, " ", text)

    def white_space_fix(text):
        return " ".join(text.split())

    def remove_punc(text):
        exclude = set(string.punctuation)
        return "".join(ch for ch in text if ch not in exclude)

    return white_space_fix(remove_articles(remove_punc(s.lower())))


def get_tokens(s):
    return normalize_answer(s).split() if s else []


def compute_exact(a_gold, a_pred):
    return int(normalize_answer(a_gold) == normalize_answer(a_pred))


def compute_f1(a_gold, a_pred):
    gold_toks, pred_toks = get_tokens(a_gold), get_tokens(a_pred)
    common = collections.Counter(gold_toks) & collections.Counter(pred_toks)
    num_same = sum(common.values())
    if len(gold_toks) == 0 or len(pred_toks) == 0:
        return int(gold_toks == pred_toks)
    if num_same == 0:
        return 0
    precision, recall = 1.0 * num_same / len(pred_toks), 1.0 * num_same / len(gold_toks)
    return (2 * precision * recall) / (precision + recall)


def official(answer, right):
    gold_answers = [one for one in right if normalize_answer(one)] or [""]
    return max(compute_exact(a, answer) for a in gold_answers), max(compute_f1(a, answer) for a in gold_answers)


TEXTS = st.text(st.sampled_from("The an a AN fever-fever's. Ä 4.5%\n\t"), max_size=30)


@given(TEXTS, st.lists(TEXTS, max_size=3))
def test_it_is_what_the_official_script_gives(answer, right):
    found = agreement(answer, right)
    assert (found.exact, found.f1) == (bool(official(answer, right)[0]), pytest.approx(official(answer, right)[1]))


@pytest.mark.parametrize(
    ("answer", "right", "exact", "f1"),
    [
        ("the Denver Broncos", ["Denver Broncos", "The Broncos"], True, 1.0),
        ("Broncos of Denver", ["Denver Broncos"], False, 0.8),
        ("", [], True, 1.0),
        ("fever", [], False, 0.0),
        ("", ["fever"], False, 0.0),
        ("the", ["a"], False, 0.0),  # a right answer without a word does not count: none is left
        ("fever fever", ["fever"], False, 2 / 3),
        ("4.5 mg", ["45 mg"], True, 1.0),
    ],
)
def test_by_hand(answer, right, exact, f1):
    if (answer, right) == ("the", ["a"]):
        exact, f1 = True, 1.0  # both are then no answer, as in the script
    assert agreement(answer, right) == (exact, pytest.approx(f1))


def test_scripts_without_blanks_are_compared_by_characters():
    assert agreement("胸痛三天", ["胸痛，三天。"]) == (True, 1.0)
    assert agreement("胸痛", ["胸痛三天"]) == (False, pytest.approx(2 * 2 / 6))
