"""Questions made up from notes: a stretch of a sentence is the answer, words around it ask for it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from wardspace.core.seeds import generator
from wardspace.corpus.note.sentences import sentences
from wardspace.tasks.answers.asked import Passage, Question

_WORD = re.compile(r"\w+(?:[-/'’]\w+)*")
_OPENING, _CLOSING = re.compile(r"\W*\w+"), re.compile(r"\W*$")
_FEWEST, _MOST = 6, 60
"""Words of a sentence that a question is made from."""
_ASKED = (3, 8)
"""Words of a question, at least and at most."""
_BESIDE, _INSIDE, _AROUND = 1.0, 0.35, 0.15
"""How likely a word becomes one of the question: of the sentence but not of the answer; of the answer; of the sentence
before or after. A real question repeats some words of its answer, and more of what is said beside it."""


class Frame(NamedTuple):
    """How a real question begins and ends."""

    opening: str
    """Its first word, with the signs before it."""
    closing: str
    """The signs behind its last word."""


def frames(questions: Sequence[Question]) -> list[Frame]:
    """How some questions begin and end; those without a word have none."""
    found = [(_OPENING.match(one.text), _CLOSING.search(one.text.rstrip())) for one in questions]
    return [Frame(first[0].strip(), last[0] if last else "") for first, last in found if first]


def made_up(text: str, name: str, count: int, seed: int, like: Sequence[Frame] = ()) -> Passage:
    """Make questions from a note: at most one of each sentence.

    The answer is a stretch of the sentence, from a quarter of its words to all of them. The question has three to
    eight words of the sentence and of the two next to it, in their order, rare ones rather than common ones.

    Parameters
    ----------
    text, name : str
        The note, and what it is called.
    count : int
        Questions wanted; there are fewer where there are fewer sentences.
    seed : int
        Seed of the draws.
    like : sequence of Frame
        Real questions; each one that is made up begins and ends like one of them.

    Returns
    -------
    Passage
        The note with its questions, in a random order.

    References
    ----------
    Lee et al. 2019, Latent Retrieval for Weakly Supervised Open Domain Question Answering (inverse cloze task). Lewis,
    Denoyer and Riedel 2019, Unsupervised Question Answering by Cloze Translation.
    """
    draw = generator("cloze", seed, name)
    words = [[(one.start() + start, one.end() + start) for one in _WORD.finditer(text[start:end])]
             for start, end in sentences(text)]  # fmt: skip
    often = Counter(text[start:end].lower() for own in words for start, end in own)
    found: list[Question] = []
    for place in draw.permutation(len(words)).tolist():
        if len(found) >= count:
            break
        if not _FEWEST <= len(words[place]) <= _MOST:
            continue
        own = words[place]
        size = int(draw.integers(max(1, len(own) // 4), len(own) + 1))
        first = int(draw.integers(0, len(own) - size + 1))
        answer = own[first][0], own[first + size - 1][1]
        around = [*(words[place - 1] if place else []), *own, *(words[place + 1] if place + 1 < len(words) else [])]
        chances = [_chance(word, answer, (own[0][0], own[-1][1])) for word in around]
        said = _drawn([text[start:end] for start, end in around], chances, often, draw)
        if len(said) < _ASKED[0]:
            continue
        frame = like[int(draw.integers(len(like)))] if like else Frame("", "")
        asked = " ".join([*([frame.opening] if frame.opening else []), *said]) + frame.closing
        found.append(Question(f"{name}#cloze-{place}", asked, (answer,)))
    return Passage(text, found)


def _chance(word: tuple[int, int], answer: tuple[int, int], sentence: tuple[int, int]) -> float:
    if answer[0] <= word[0] < answer[1]:
        return _INSIDE
    return _BESIDE if sentence[0] <= word[0] < sentence[1] else _AROUND


def _drawn(words: Sequence[str], chances: Sequence[float], often: Counter[str], draw: np.random.Generator) -> list[str]:
    """Some of the words in their order, each once."""
    once = {word.lower(): place for place, word in reversed([*enumerate(words)])}
    places = np.sort(np.fromiter(once.values(), np.int64, len(once)))
    weights = np.array([chances[place] / often[words[place].lower()] ** 0.5 for place in places])
    wanted = min(int(draw.integers(_ASKED[0], _ASKED[1] + 1)), len(places))
    chosen = draw.choice(places, size=wanted, replace=False, p=weights / weights.sum())
    return [words[place] for place in np.sort(chosen).tolist()]
