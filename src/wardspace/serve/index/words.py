"""The words of notes, counted so that BM25 can be computed for whatever notes an index holds at the moment."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

K1, B = 0.9, 0.4
"""How soon a word that is repeated counts no more, and how much long notes are held down: as in Anserini."""
_WORD = re.compile(r"\w+")
_FUNCTION_WORDS = """
a also an and are as at be been being but by can could did do does for from had has have he her his how i if in is it
its may might not of on or our she should so such than that the their them then there these they this those to us was
we were what when where which who why will with would you your
"""
_STOP = frozenset(_FUNCTION_WORDS.split())
"""Words that say nothing of what a note is about."""
_PLURAL = 4
"""Letters of a word below which its last s is no plural."""


class Words(NamedTuple):
    """Which notes of a segment have which words, as the columns of a sparse matrix.

    Words are kept as 64-bit hashes: they take the same room each, and are found by bisection in a mapped file.
    """

    terms: NDArray[np.uint64]
    """Hashes of the words, rising, uint64 [v]."""
    starts: NDArray[np.int64]
    """First entry of each word, and the one after the last, int64 [v + 1]."""
    notes: NDArray[np.int32]
    """Note of each entry, rising within a word, int32 [e]."""
    counts: NDArray[np.int32]
    """How often it has the word, int32 [e]."""
    lengths: NDArray[np.int32]
    """Words of each note, int32 [n]."""

    def entries(self, term: np.uint64) -> slice:
        """Where the entries of a word are."""
        place = int(np.searchsorted(self.terms, term))
        if place == len(self.terms) or self.terms[place] != term:
            return slice(0, 0)
        return slice(int(self.starts[place]), int(self.starts[place + 1]))


def words_of(text: str) -> list[str]:
    """Words to search by, and pairs of neighbours: in lower case, without function words and the s of plurals.

    References
    ----------
    Harman 1991, How Effective Is Suffixing?, for the plurals.
    """
    single = [_singular(word) for word in _WORD.findall(text.casefold()) if word not in _STOP]
    return single + [f"{first} {second}" for first, second in pairwise(single)]


def _singular(word: str) -> str:
    if not word.endswith("s") or word.endswith(("ss", "us", "is")) or len(word) < _PLURAL:
        return word
    return f"{word[:-3]}y" if word.endswith("ies") and len(word) > _PLURAL else word[:-1]


@lru_cache(maxsize=1 << 18)
def hashed(word: str) -> int:
    """A 64-bit hash that is the same everywhere."""
    return int.from_bytes(hashlib.blake2b(word.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "little")


def count_words(texts: Iterable[str]) -> Words:
    """Count the words of the notes of a new segment."""
    terms: list[int] = []
    notes: list[int] = []
    counts: list[int] = []
    lengths: list[int] = []
    for row, text in enumerate(texts):
        found = Counter(words_of(text))
        terms.extend(map(hashed, found))
        counts.extend(found.values())
        notes.extend([row] * len(found))
        lengths.append(found.total())
    return _sorted(
        np.array(terms, dtype=np.uint64),
        np.array(notes, dtype=np.int32),
        np.array(counts, dtype=np.int32),
        np.array(lengths, dtype=np.int32),
    )


def merge_words(parts: Sequence[tuple[Words, NDArray[np.bool_]]]) -> Words:
    """Put the words of several segments together, of the notes that are kept; a word that none of them has is gone."""
    terms, notes, counts, lengths = [], [], [], []
    done = 0
    for words, kept in parts:
        new = np.cumsum(kept, dtype=np.int32) - np.int32(1) + np.int32(done)
        stays = kept[words.notes]
        terms.append(np.repeat(words.terms, np.diff(words.starts))[stays])
        notes.append(new[words.notes[stays]])
        counts.append(words.counts[stays])
        lengths.append(words.lengths[kept])
        done += int(kept.sum())
    return _sorted(*(np.concatenate(one) for one in (terms, notes, counts, lengths)))


def _sorted(
    terms: NDArray[np.uint64], notes: NDArray[np.int32], counts: NDArray[np.int32], lengths: NDArray[np.int32]
) -> Words:
    order = np.argsort(terms, kind="stable")  # notes rise already
    known, first = np.unique(terms[order], return_index=True)
    starts = np.append(first, len(terms)).astype(np.int64)
    return Words(known, starts, notes[order], counts[order], lengths)


def bm25(segments: Sequence[tuple[Words, NDArray[np.bool_] | None]], query: str) -> list[NDArray[np.float32]]:
    """Score every note of every segment for the words of a query.

    The frequency of a word and the mean length are those of all segments together, so the scores do not depend on how
    notes came into the index. The formula is that of Lucene and of bm25s (`method="lucene"`): the sum over the words of
    the query of ``idf · tf / (tf + k1 (1 - b + b · length / mean length))``.

    Parameters
    ----------
    segments : sequence of (Words, bool [n] or None)
        With which notes are alive; None for all.
    query : str
        A word that is repeated counts again.

    Returns
    -------
    list of float32 [n]
        One array a segment; 0 where no word is shared, and for notes that are not alive.

    References
    ----------
    Robertson and Zaragoza 2009, The Probabilistic Relevance Framework: BM25 and Beyond. Lù 2024, BM25S.
    """
    alive = [np.ones(len(words.lengths), dtype=bool) if kept is None else kept for words, kept in segments]
    total = sum(int(kept.sum()) for kept in alive)
    length = sum(int(words.lengths[kept].sum(dtype=np.int64)) for (words, _), kept in zip(segments, alive, strict=True))
    found = [np.zeros(len(kept), dtype=np.float32) for kept in alive]
    if not length:
        return found
    shrink = [
        np.asarray(K1 * (1 - B + B * words.lengths / (length / total)), dtype=np.float32) for words, _ in segments
    ]
    for word, times in Counter(words_of(query)).items():
        term = np.uint64(hashed(word))
        entries = [words.entries(term) for words, _ in segments]
        having = [words.notes[some] for (words, _), some in zip(segments, entries, strict=True)]
        frequency = sum(int(kept[own].sum()) for kept, own in zip(alive, having, strict=True))
        weight = np.float32(times * np.log1p((total - frequency + 0.5) / (frequency + 0.5)))
        for place, ((words, _), some, own) in enumerate(zip(segments, entries, having, strict=True)):
            counts = words.counts[some].astype(np.float32)
            found[place][own] += weight * counts / (counts + shrink[place][own])
    for scores, kept in zip(found, alive, strict=True):
        scores[~kept] = 0
    return found
