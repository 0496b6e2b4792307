"""Names that are known beforehand: the patient's own, the next of kin's, the doctor's."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import permutations

from wardspace.corpus.deidentify import lexicon
from wardspace.corpus.deidentify.findings import Finding
from wardspace.corpus.deidentify.folding import folded

_WORD = re.compile(r"[^\W\d_]+(?:['-][^\W\d_]+)*")
_APART = r"[\s,.\-–·・]{1,3}"
_LETTER = r"[^\W\d_]"
_CYRILLIC = re.compile(r"[\u0400-\u04ff]")
_DENSE = (  # Thai, Lao, Myanmar, Khmer, Japanese, Chinese, Korean
    r"\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af"
    r"\uf900-\ufaff\U00020000-\U0003ffff"
)
_UNSPACED = re.compile(rf"[{_DENSE}]")
_TITLES = re.compile(r"dr|mrs?|ms|mx|miss|prof|sir|jr|sr|ii|iii|iv|herrn?|frau|mme|mlle|sra|med")
# what follows a Chinese, Japanese or Korean surname alone: Mr, Ms, doctor, nurse, teacher
_TITLE_AFTER = (
    r"(?=[ ]?(?:某|氏|姓|先生|女士|小姐|太太|夫人|医生|医师|醫生|醫師|大夫|主任|护士"
    r"|護士|护师|教授|老师|看護師|さん|様|君|씨|님|선생))"
)
_COMPOUND_SURNAMES = re.compile(
    "欧阳|歐陽|司马|司馬|上官|诸葛|諸葛|皇甫|尉迟|公孙|慕容|令狐|长孙|宇文|司徒|夏侯|南宫|독고|남궁|황보|제갈|선우"
)
_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "å": "aa", "ø": "oe", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue"})
_MOST_PAIRS = 40
_SPACED = r"[0-9A-Za-z\u00c0-\u0dff\u10a0-\u177f\u1e00-\u1fff]"
"""Letters of scripts with spaces between words: next to others, as in 患者Li今日, a name is a word of its own."""
_BOUNDED = f"(?<!{_SPACED})(?i:{{}})(?!{_SPACED})"


class KnownNames:
    """Finds given names whole and in part, in any case and spelling.

    Text and names are compared folded (see `folded`): accents, apostrophes, hyphens and blanks of any kind count as
    the plain ones, and "Müller" is also "Mueller". A whole name is found in both orders ("Ann Lee", "Lee, Ann"), with
    initials between, and where its parts come as names of their own ("Li", "Wei"). Each part of two letters or more
    is found alone, save particles ("de", "van"). Common words among them are found alone where they are capitalised and
    are not next to a number ("Mr Day", not "Day 3"). In scripts without spaces between words, names of two characters
    or more are found anywhere, surnames of one character before a title or between other signs.

    Parameters
    ----------
    names : iterable of str
        Full names or parts of them.
    """

    name = "known"

    def __init__(self, names: Iterable[str]) -> None:
        self._pattern = _pattern(tuple(names))

    def find(self, text: str, found: Sequence[Finding]) -> list[Finding]:
        """Every stretch of `text`, which is folded, that is one of the names or a part of one; 's stays outside."""
        if self._pattern is None:
            return []
        return [Finding(*match.span(), "NAME", 1.0, self.name) for match in self._pattern.finditer(text)]


@lru_cache(1024)
def _pattern(names: tuple[str, ...]) -> re.Pattern[str] | None:
    """One expression for all names of a patient, kept for the patient's next note."""
    spelt = [tuple(_WORD.findall(spelling)) for name in dict.fromkeys(names) for spelling in _spellings(name)]
    spelt = [words for words in dict.fromkeys(spelt) if words]
    pairs = [one + other for one, other in permutations(spelt, 2) if _weak(one) or _weak(other)]
    whole = dict.fromkeys(order for words in (*spelt, *pairs[:_MOST_PAIRS]) for order in _orders(words))
    words = [(word, len(words) == 1) for words in spelt for word in words]
    # of several options that begin at one place the first wins: whole names, then their parts
    bounded = [option for each in whole if not _dense(each) for option in _together(each)]
    bounded += sorted({option for word, _ in words for option in _alone(word)}, key=len, reverse=True)
    options = [r"[\s,·・=]{0,3}".join(map(re.escape, each)) for each in whole if _dense(each)]
    options += [option for word, _ in words if _dense([word]) for option in _unspaced(word)]
    options += [_BOUNDED.format("|".join(bounded))] if bounded else []
    options += [option for word, only in words for option in _doubtful(word, only=only)]
    return re.compile("|".join(dict.fromkeys(options))) if options else None


def _spellings(name: str) -> Iterator[str]:
    """A name folded; umlauts as two letters too, and two letters as the one without its accent."""
    plain = folded(name).text
    yield plain
    yield folded(unicodedata.normalize("NFC", name).translate(_UMLAUTS)).text
    for word in plain.split():
        short = re.sub(r"([aou])e(?=[^aeiouy\W])", r"\1", word, flags=re.I)
        if short != word and len(short) > 3:
            yield short


def _weak(words: Sequence[str]) -> bool:
    """Whether a word is not looked for alone, or not everywhere, so that it needs the other names next to it."""
    return any(len(word) < 3 or _dense([word]) or _is_particle(word) or lexicon.common(word) for word in words)


def _is_particle(word: str) -> bool:
    return word.lower() in lexicon.words("particles") or word.lower() in lexicon.words("function")


def _dense(words: Sequence[str]) -> bool:
    return all(_UNSPACED.search(word) for word in words)


def _orders(words: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """The orders in which a whole name is written."""
    if len(words) > 1:
        yield from (words, (words[-1], *words[:-1]), (*words[1:], words[0]))


def _together(words: Sequence[str]) -> Iterator[str]:
    """Words one after the other: with initials, commas or blanks between them, or written as one."""
    yield rf"(?:{_APART}{_LETTER}\.?)?{_APART}".join(map(_escaped, words))
    joined = "".join(words)
    if len(joined) > 4 and not lexicon.common(joined):
        yield re.escape(joined)


def _parts(word: str) -> set[str]:
    """A word, and the parts that hyphens join, less titles."""
    parts = {word, *word.split("-")} if not _dense([word]) else set()
    return {part for part in parts if len(part) > 1 and not _TITLES.fullmatch(part.lower())}


def _alone(word: str) -> Iterator[str]:
    """Parts of a word that are a name wherever they are words, with the endings of cases: Иванова, Müllers."""
    for part in _parts(word):
        if len(part) < 3 or _is_particle(part) or lexicon.common(part):
            continue
        if _CYRILLIC.search(part) and len(part) > 3:
            stem = part[:-1] if part[-1].lower() in "аяийьоеы" else part
            yield rf"{_escaped(stem)}[\u0400-\u04ff]{{0,3}}"
        else:
            yield f"{_escaped(part)}s?" if len(part) > 3 else _escaped(part)


def _doubtful(word: str, *, only: bool) -> Iterator[str]:
    """Parts of a word that are something else too, where it is likely that they are the name."""
    for part in _parts(word):
        forms = "|".join(sorted({_escaped(form) for form in (part.capitalize(), part.upper())}))
        capital = rf"(?<!\w)(?:{forms})(?!\w)(?!\s*\d)"
        if _is_particle(part):
            # "He" begins many sentences: alone it is a name only inside one, and where it is all of a name
            if only:
                yield rf"(?<=[\w,][ \t])(?<!\d[ \t]){capital}"
        elif lexicon.common(part):
            yield capital
        elif len(part) == 2:
            # not a unit, an element or a tube: 5 ng, Li 0.8, NG tube
            yield rf"(?<![\d/])(?<!\d[ \t]){_BOUNDED.format(part)}(?![ \t]*(?:[\d/%]|(?i:tube|feed|level|line)))"


def _unspaced(word: str) -> Iterator[str]:
    """A name in a script without spaces, its given name, and its surname before a title."""
    if len(word) == 1:
        yield rf"(?<!\w){word}(?!\w)"
        yield rf"{word}{_TITLE_AFTER}"
        return
    yield re.escape(word)
    if not re.fullmatch(r"[\u3400-\u9fff\uac00-\ud7af]{2,4}", word):
        return
    surname = 2 if _COMPOUND_SURNAMES.match(word) or len(word) == 4 else 1
    yield from (part for part in (word[:surname], word[surname:]) if len(part) > 1)
    yield rf"{word[:surname]}{_TITLE_AFTER}"


def _escaped(part: str) -> str:
    """A word with its apostrophes and hyphens there or not, and none where it is written as one: OBrien, VanDyke."""
    seams = re.sub(r"(?<=[a-z])(?=[A-Z])|(?<=^[ODLM])(?=[A-Za-z]{4})", "'", part)
    return re.escape(seams).replace("'", r"[' -]?").replace(r"\-", r"[\-– ]?")
