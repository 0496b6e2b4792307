"""Made-up names in the place of real ones."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache

from wardspace.corpus.deidentify import lexicon
from wardspace.corpus.deidentify.surrogates.key import Keyed

_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
_TITLE_BEFORE = re.compile(r"\b(?:Dr|Doctor|Mr|Mrs|Ms|Miss|Mx|Prof|Professor)\.?[ \t]*$", re.I)
LETTERS = "ABCDEGHJKLMPRST"
"""Initials with at least three names for women, three for men and three surnames in the lists."""


class SurrogateNames:
    """Replaces each word of a name by one of the same part: given names of the same sex, surnames, initials.

    The new first letter depends on the old one, so "John Smith", "J. Smith" and "J. S." of one patient still agree.

    Parameters
    ----------
    keyed : Keyed
        Where choices come from.
    """

    def __init__(self, keyed: Keyed) -> None:
        self._keyed = keyed
        self._surnames: set[str] = set()

    def learn(self, names: Iterable[str]) -> None:
        """Take the last words of whole names for surnames where they stand alone ("Terry Owen", then "Owen")."""
        for name in names:
            words = list(_WORD.finditer(name))
            if len(words) > 1:
                self._surnames.add(words[self._surname(name, words, "")][0].lower())

    def name(self, text: str, before: str = "") -> str:
        """A name in the style of `text`.

        Parameters
        ----------
        text : str
            The name without its title: "Smith, John A.", "J. Smith", "SMITH".
        before : str
            What stands in front of it: a title says that a single word is a surname.
        """
        words = list(_WORD.finditer(text))
        last = self._surname(text, words, before)
        new, at = "", 0
        for i, word in enumerate(words):
            new += text[at : word.start()] + self._word(word[0], surname=i == last)
            at = word.end()
        return new + text[at:]

    def initial(self, letter: str) -> str:
        """The letter in the place of a letter."""
        new = self._keyed.pick(LETTERS, "initial", letter.lower())
        return new if letter.isupper() else new.lower()

    def _surname(self, text: str, words: list[re.Match[str]], before: str) -> int:
        """Which word is the surname; -1 if none."""
        if len(words) > 1:
            comma = text.find(",")
            return sum(word.end() <= comma for word in words) - 1 if comma > 0 else len(words) - 1
        if not words or words[0][0].lower() in self._surnames or _TITLE_BEFORE.search(before):
            return 0
        return -1 if words[0][0].lower() in lexicon.given_names() else 0

    def _word(self, word: str, *, surname: bool) -> str:
        if len(word) == 1:
            return self.initial(word)
        if word in lexicon.words("particles"):
            return word
        start = self.initial(word[0].upper()).upper()
        options = _starting("surnames" if surname else _sex_list(word, self._keyed), start)
        others = [name for name in options if name != word.lower()]
        return _cased(self._keyed.pick(others, "surname" if surname else "given", word.lower()), word)


def _sex_list(word: str, keyed: Keyed) -> str:
    female, male = (word.lower() in lexicon.given_names(sex) for sex in "FM")
    if female != male:
        return "female" if female else "male"
    return keyed.pick(("female", "male"), "sex", word.lower())


@cache
def _starting(name: str, letter: str) -> tuple[str, ...]:
    return tuple(sorted(word for word in lexicon.words(name) if word.startswith(letter.lower())))


def _cased(new: str, old: str) -> str:
    if old.isupper():
        return new.upper()
    return new if old.islower() else new.capitalize()
