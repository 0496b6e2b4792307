"""How far two answers agree, as the official script of SQuAD 2.0 counts it."""

from __future__ import annotations

import re
import string
from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

from wardspace.corpus.note.scripts import has_unspaced, tokens

_ARTICLES = re.compile(r"\b(a|an|the)\b")
_PUNCTUATION = str.maketrans("", "", string.punctuation)


class Agreement(NamedTuple):
    """How an answer agrees with the right ones."""

    exact: bool
    """Whether it is one of them."""
    f1: float
    """Token F1 with the one that it agrees with best."""


def words(answer: str) -> list[str]:
    """Words of an answer without case, punctuation and English articles; characters in scripts without blanks.

    References
    ----------
    Rajpurkar et al. 2018, Know What You Don't Know: `normalize_answer` of evaluate-v2.0.py. Cui et al. 2019, A
    Span-Extraction Dataset for Chinese Machine Reading Comprehension (characters).

    Examples
    --------
    >>> words("The patient's  daughter, Ann."), words("胸痛，三天")
    (['patients', 'daughter', 'ann'], ['胸', '痛', '三', '天'])
    """
    plain = _ARTICLES.sub(" ", answer.lower().translate(_PUNCTUATION))
    return tokens(plain) if has_unspaced(plain) else plain.split()


def agreement(answer: str, right: Iterable[str]) -> Agreement:
    """Compare an answer with the right ones, of which the best counts.

    Parameters
    ----------
    answer : str
        Empty for no answer.
    right : iterable of str
        Those without a word do not count; if none is left, no answer is right.
    """
    said = words(answer)
    wanted = [one for one in map(words, right) if one] or [[]]
    return Agreement(said in wanted, max(token_f1(said, one) for one in wanted))


def token_f1(said: list[str], right: list[str]) -> float:
    """F1 of the words of two answers, each as often as it occurs; where one has none, whether both have none."""
    if not said or not right:
        return float(said == right)
    common = sum((Counter(said) & Counter(right)).values())
    return 2 * common / (len(said) + len(right))
