"""Scripts that put no blanks between words, and what counts as a term in them."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import pairwise

UNSPACED = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff"  # Thai, Lao, Burmese, Khmer
    "\u2e80-\u2fdf\u3005-\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff66-\uff9f"  # Chinese, Japanese
    "\U0001b000-\U0001b16f\U00020000-\U0003134f"
)
"""Their characters, as they are written between brackets in a pattern."""
_RUN = re.compile(f"[{UNSPACED}]+")
_RUN_OR_WORD = re.compile(f"[{UNSPACED}]+|(?:(?![{UNSPACED}])\\w)+")
_LETTER = re.compile(r"[^\W\d_]")


def unspaced_share(texts: Iterable[str]) -> float:
    """Share of the letters of some texts that belong to a script without blanks between words.

    Parameters
    ----------
    texts : iterable of str
        They are read once.

    Returns
    -------
    float
        0 where there is no letter.

    Examples
    --------
    >>> unspaced_share(["胸痛三天", "pain"])
    0.5
    """
    letters = unspaced = 0
    for text in texts:
        letters += len(_LETTER.findall(text))
        unspaced += sum(len(run) for run in _RUN.findall(text))
    return min(1.0, unspaced / letters) if letters else 0.0


def tokens(text: str) -> list[str]:
    """Words of a text; characters where its script has no blanks between words.

    This is what overlap of words is counted in: by characters in Chinese, as the authors of CMRC 2018 do.

    Examples
    --------
    >>> tokens("BP 120/80，胸痛")
    ['BP', '120', '80', '胸', '痛']
    """
    found: list[str] = []
    for part in _RUN_OR_WORD.findall(text):
        found += list(part) if _RUN.match(part) else [part]
    return found


def has_unspaced(text: str) -> bool:
    """Whether a text has a letter of a script without blanks between words."""
    return not text.isascii() and _RUN.search(text) is not None


def count_words(text: str) -> int:
    """Number of words between blanks; where a script has none, each character counts.

    Examples
    --------
    >>> count_words("chest pain, 3 days"), count_words("胸痛三天")
    (4, 4)
    """
    return len(tokens(text)) if has_unspaced(text) else len(text.split())


def terms(text: str, *, shortest: int = 2, longest: int = 3) -> list[str]:
    """Terms of a text for counting: words and pairs of words, and where a script has no blanks, runs of characters.

    Parameters
    ----------
    text : str
        The text; lower-cased here.
    shortest : int
        Least letters of a word.
    longest : int
        Longest run of characters; shorter ones count too.

    Examples
    --------
    >>> terms("Chest pain 胸痛")
    ['chest', 'pain', 'chest pain', '胸', '痛', '胸痛']
    """
    words: list[str] = []
    runs: list[str] = []
    for part in _RUN_OR_WORD.findall(text.lower()):
        if _RUN.match(part):
            sizes = range(1, longest + 1)
            runs += [part[at : at + size] for size in sizes for at in range(len(part) - size + 1)]
        elif len(part) >= shortest:
            words.append(part)
    pairs = [f"{one} {other}" for one, other in pairwise(words)]
    return [*words, *pairs, *runs]


LEAST_SHARE = 0.01
"""Share of the letters of some texts from which on a script counts as theirs."""


def letter_scripts(texts: Iterable[str]) -> Counter[str]:
    """Letters of some texts by script, as the first word of their names in Unicode.

    Examples
    --------
    >>> letter_scripts(["pain 胸痛"])
    Counter({'LATIN': 4, 'CJK': 2})
    """
    found: Counter[str] = Counter()
    for text in texts:
        for letter, count in Counter(text).items():
            if script := _script(letter):
                found[script] += count
    return found


def main_scripts(texts: Iterable[str]) -> tuple[str, ...]:
    """Scripts with at least a hundredth of the letters of some texts, sorted."""
    found = letter_scripts(texts)
    return tuple(sorted(name for name, count in found.items() if count >= LEAST_SHARE * found.total()))


def foreign(text: str, known: Sequence[str]) -> bool:
    """Whether more than half of the letters of a text are of other scripts; never where no script is known."""
    if not known or (text.isascii() and "LATIN" in known):
        return False
    found = letter_scripts([text])
    return 2 * sum(found[name] for name in known) < found.total()


@lru_cache(maxsize=65536)
def _script(letter: str) -> str:
    return unicodedata.name(letter, "").split(" ")[0] if letter.isalpha() else ""
