"""Counts of a corpus that need little memory however many notes there are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any, Protocol

from tokenizers import Tokenizer

from wardspace.core.files import digest
from wardspace.core.nameable import is_nameable
from wardspace.corpus.note.scripts import count_words

_CHUNK = 1024
"""Texts tokenised at once: enough for the tokenizer's threads, little memory."""


class TokenCount:
    """Counts the tokens of texts, without special tokens.

    Parameters
    ----------
    tokenizer : tokenizers.Tokenizer
        With cutting and padding off.
    """

    def __init__(self, tokenizer: Tokenizer) -> None:
        self._tokenizer = tokenizer

    @property
    def identity(self) -> str:
        """A digest of the tokenizer."""
        return digest(self._tokenizer.to_str())

    def __call__(self, texts: Sequence[str]) -> list[int]:
        """Tokens of each text."""
        counts: list[int] = []
        for start in range(0, len(texts), _CHUNK):
            batch = list(texts[start : start + _CHUNK])
            counts.extend(map(len, self._tokenizer.encode_batch_fast(batch, add_special_tokens=False)))
        return counts


GENERAL_TEXT = (
    "The morning train leaves the harbour a little after seven, and on most days half of its seats are empty. "
    "People who live along the coast take it to the market, where they sell bread, eggs and whatever grew in the "
    "garden that week. The journey is slow because the track follows every bend of the shore.",
    "When the old bridge was closed for repair, the town council asked the schools to start an hour later. Some "
    "parents were pleased, since breakfast became a quiet meal again; others had to find new ways of getting to "
    "work on time. After three months almost nobody wanted to go back to the former hours.",
    "My neighbour keeps a small workshop behind her house. She mends chairs, sharpens knives and once built a "
    "boat that was too wide for the gate. We took the fence down on a Sunday, carried the boat to the river and "
    "put the fence up again before it was dark.",
    "Weather forecasts have become much better over the past forty years. A prediction for the next five days is "
    "now about as reliable as one for three days used to be. The gain comes from satellites, from faster "
    "computers and from a clearer understanding of how small errors grow.",
    "To cook rice well you need a heavy pot with a lid that fits. Wash the grains until the water runs clear, let "
    "them rest for a while, and use a little more water than rice. Once it boils, turn the heat down and leave "
    "the lid alone.",
    "The library bought a collection of letters written by two sisters who moved to different countries as young "
    "women. They wrote to each other every week about prices, friends, music and the price of coal. Historians "
    "value such letters because they describe ordinary days that no newspaper would have mentioned.",
)
"""About three hundred words in six paragraphs on everyday matters."""


class TokenCounter(Protocol):
    """Counts tokens under the base's own tokenizer, without special tokens; other processes are given a copy."""

    @property
    def identity(self) -> str:
        """A digest of everything that the counts depend on."""

    def __call__(self, texts: Sequence[str]) -> list[int]:
        """Tokens of each text."""


LENGTHS = (64, 128, 256, 512, 1024, 2048, 4096, 8192)
"""Lengths in tokens beyond which the share of notes is reported."""

_EDGES = sorted({round(10 ** (step / 8)) for step in range(8 * 8 + 1)} | {0})
_MOST_VALUES = 200


class Lengths:
    """A distribution of whole numbers, kept as a count of each."""

    def __init__(self) -> None:
        self.counts: Counter[int] = Counter()

    def add(self, *numbers: int) -> None:
        """Count these numbers."""
        self.counts.update(numbers)

    @property
    def total(self) -> int:
        """Sum of all numbers."""
        return sum(number * count for number, count in self.counts.items())

    def quantiles(self, shares: Sequence[float]) -> list[float]:
        """Quantiles, by linear interpolation between neighbours (as NumPy's default)."""
        ordered = sorted(self.counts.items())
        n = self.counts.total()
        return [self._at(ordered, share * (n - 1)) for share in shares]

    @staticmethod
    def _at(ordered: list[tuple[int, int]], rank: float) -> float:
        below, found = 0, 0.0
        for i, (number, count) in enumerate(ordered):
            below += count
            if rank < below:
                found = float(number)
                if rank > below - 1:  # between the last of this number and the first of the next
                    found += (rank - (below - 1)) * (ordered[i + 1][0] - number)
                break
        return found

    def histogram(self) -> dict[str, list[int]]:
        """Counts in bins eight to a decade: bin i holds `edges[i] <= number < edges[i + 1]`."""
        top, bottom = max(self.counts), min(self.counts)
        last = next(i for i, edge in enumerate(_EDGES) if edge > top)
        first = max(i for i, edge in enumerate(_EDGES) if edge <= bottom)
        edges = _EDGES[first : last + 1]
        counts = [0] * (len(edges) - 1)
        for number, count in self.counts.items():
            counts[_bin(edges, number)] += count
        return {"edges": edges, "counts": counts}

    def summary(self) -> dict[str, Any]:
        """Mean, quantiles and histogram as plain values; empty where nothing was counted."""
        n = self.counts.total()
        if not n:
            return {}
        names = ("quartile_1", "median", "quartile_3", "p95")
        values = zip(names, self.quantiles((0.25, 0.5, 0.75, 0.95)), strict=True)
        bounds = {"min": min(self.counts), "max": max(self.counts), "mean": self.total / n, "total": self.total}
        return {**bounds, **dict(values), "histogram": self.histogram()}

    def share_above(self, number: int) -> float:
        """Share of numbers greater than this one."""
        return sum(count for value, count in self.counts.items() if value > number) / max(1, self.counts.total())


def _bin(edges: list[int], number: int) -> int:
    return next(i for i in range(len(edges) - 1) if number < edges[i + 1])


class Categories:
    """Values of each label and metadata column by split.

    At most 200 values of a column are counted by name, the first ones met; the others are counted together, and so are
    values too long to be names. A column of free text, named as a label by mistake, neither fills the memory nor
    reaches the results, which hold these counts.
    """

    def __init__(self, columns: Sequence[str]) -> None:
        self._counts: dict[str, dict[str, Counter[str]]] = {column: {} for column in columns}
        self._missing: dict[str, Counter[str]] = {column: Counter() for column in columns}
        self._other: dict[str, Counter[str]] = {column: Counter() for column in columns}

    def add(self, column: str, values: Sequence[str | None], splits: Sequence[str]) -> None:
        """Count values and the splits they are in."""
        known = self._counts[column]
        for (value, split), count in Counter(zip(values, splits, strict=True)).items():
            if value is None:
                self._missing[column][split] += count
            elif value in known or (len(known) < _MOST_VALUES and is_nameable(value)):
                known.setdefault(value, Counter())[split] += count
            else:
                self._other[column][split] += count

    def summary(self) -> dict[str, Any]:
        """Counts by column, value and split; `missing` and `other` have the notes without a value counted by name."""
        return {
            column: {
                "values": {value: dict(counts) for value, counts in sorted(known.items())},
                "missing": dict(self._missing[column]),
                "other": dict(self._other[column]),
            }
            for column, known in self._counts.items()
        }


class TextStatistics:
    """Words and tokens per note.

    A word is a stretch without blanks. Pieces per word (tokens / words) tell how well the tokenizer knows the language
    of the notes; the same figure on a general English text is given for comparison.

    Parameters
    ----------
    tokens : TokenCounter, optional
        Counts tokens; without it only words are counted.
    """

    def __init__(self, tokens: TokenCounter | None) -> None:
        self._count_tokens = tokens
        self._words, self._tokens = Lengths(), Lengths()

    def add(self, texts: list[str], tokens: Sequence[int | None]) -> None:
        """Count these texts; of those whose tokens are given, these are taken."""
        self._words.add(*map(count_words, texts))
        if self._count_tokens is not None:
            changed = [text for text, count in zip(texts, tokens, strict=True) if count is None]
            counted = [count for count in tokens if count is not None]
            self._tokens.add(*counted, *(self._count_tokens(changed) if changed else ()))

    def summary(self) -> dict[str, Any]:
        """Words, tokens and pieces per word as plain values; tokens are null where no tokenizer was given."""
        found: dict[str, Any] = {"words": self._words.summary(), "tokens": None, "pieces_per_word": None}
        if self._count_tokens is not None:
            longer = {str(length): self._tokens.share_above(length) for length in LENGTHS}
            general = sum(self._count_tokens(GENERAL_TEXT))
            found["tokens"] = {**self._tokens.summary(), "longer_than": longer}
            found["pieces_per_word"] = {
                "notes": self._tokens.total / max(1, self._words.total),
                "general": general / sum(len(text.split()) for text in GENERAL_TEXT),
            }
        return found
