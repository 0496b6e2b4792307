"""How texts become vectors, window by window, whatever computes the vectors of a window; without torch."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence, Sized
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

import numpy as np
from numpy.typing import NDArray

from wardspace.core.progress import Advance, progress
from wardspace.models import windows
from wardspace.models.token_vectors import Reader, TokenVectors, merged
from wardspace.models.tokens import (
    Affixes,
    AnyTokenizer,
    Ids,
    TokenPair,
    affixes,
    pair_affixes,
    token_ids,
    tokens_with_offsets,
)
from wardspace.models.unit_length import unit_length
from wardspace.models.windows import Around

if TYPE_CHECKING:
    Vectors = NDArray[np.float32]
    Padded = NDArray[np.int64]

P = TypeVar("P", bound=Sized)
Pass = Callable[["Padded", "Padded", "Padded"], "Vectors"]
"""From ids, mask and token types [windows, tokens] to float32: [windows, d] pooled, or [windows, tokens, d]."""
_BLOCK = 8192
"""Notes tokenised and sorted together: bounds memory, and is enough to fill batches with notes of one length."""
TOKEN_BLOCK = 64
"""Texts whose token vectors are held at once."""


@dataclass(frozen=True)
class Reading:
    """What decides how texts are cut, batched and put together again."""

    tokenizer: AnyTokenizer
    """Cuts text into tokens."""
    window: int
    """Tokens read at once, special tokens included."""
    overlap: float
    """Share of a window that the next one reads again."""
    normalise: bool
    """Whether vectors of texts are scaled to length one."""
    dimension: int
    """Length of a vector."""
    budget: int
    """Tokens of a batch, padding counted."""
    pad: int
    """Id of the padding token."""


def check_texts(texts: Sequence[str], method: str) -> None:
    """Refuse one string in the place of a list, and what is no string."""
    if isinstance(texts, str) or not all(isinstance(text, str) for text in texts):
        raise TypeError(f"{method} takes a list of strings: write {method}([text]) for one note")


def check_pairs(firsts: Sequence[str], seconds: Sequence[str]) -> None:
    """Refuse texts that are no lists of strings, or not in pairs."""
    for texts in (firsts, seconds):
        check_texts(texts, "encode_pairs")
    if len(firsts) != len(seconds):
        raise ValueError(f"{len(firsts)} first texts and {len(seconds)} second ones")


def encode_notes(how: Reading, embed: Pass, texts: Sequence[str], *, show_progress: bool) -> Vectors:
    """Vectors of texts of any length, float32 [n, d]; `embed` pools and does not normalise."""
    around = affixes(how.tokenizer)

    def plans(some: slice) -> list[list[Ids]]:
        return cut(how, texts[some])

    return _encoded(how, embed, plans, len(texts), around, show_progress=show_progress)


def cut(how: Reading, texts: Sequence[str]) -> list[list[Ids]]:
    """The windows of texts, int32 [t] each, without special tokens."""
    room = how.window - affixes(how.tokenizer).count
    tokens = token_ids(how.tokenizer, texts)
    cuts = [windows.spans(len(note), room, how.overlap) for note in tokens]
    return [[note[start:end] for start, end in plan] for note, plan in zip(tokens, cuts, strict=True)]


def encode_pairs(
    how: Reading, embed: Pass, firsts: Sequence[str], seconds: Sequence[str], *, show_progress: bool
) -> Vectors:
    """Vectors of pairs of texts that are read together, float32 [n, d]; `embed` as for `encode_notes`."""
    around = pair_affixes(how.tokenizer)
    room = how.window - around.count

    def plans(some: slice) -> list[list[TokenPair]]:
        sides = (token_ids(how.tokenizer, texts[some]) for texts in (firsts, seconds))
        return [windows.pair_windows(TokenPair(*pair), room, how.overlap) for pair in zip(*sides, strict=True)]

    return _encoded(how, embed, plans, len(firsts), around, show_progress=show_progress)


def block_token_vectors(how: Reading, forward: Pass, texts: Sequence[str], width: int) -> Iterator[TokenVectors]:
    """Vectors of the tokens of some texts; `forward` gives those of padded windows, `width` numbers each."""
    around = affixes(how.tokenizer)
    reader = Reader(how.window - around.count, how.overlap, around.count, how.budget, width)
    tokens = tokens_with_offsets(how.tokenizer, texts)
    return merged(tokens, reader, lambda pieces: content_rows(how, forward, pieces, around))


def content_rows(how: Reading, forward: Pass, pieces: list[Ids], around: Affixes) -> list[Vectors]:
    """Vectors of the tokens of windows, special ones left out."""
    first = len(around.before)
    rows = forward(*windows.padded(pieces, around, how.pad))
    return [row[first : first + len(piece)] for row, piece in zip(rows, pieces, strict=True)]


def _encoded(
    how: Reading,
    embed: Pass,
    plans: Callable[[slice], Sequence[Sequence[P]]],
    count: int,
    around: Around[P],
    *,
    show_progress: bool,
) -> Vectors:
    """Vectors of texts, or of pairs of them, of which `plans` gives the windows; float32 [count, d]."""
    vectors = np.empty((count, how.dimension), dtype=np.float32)
    with progress("embedding notes", count, show=show_progress) as advance:
        for start in range(0, count, _BLOCK):
            some = slice(start, min(start + _BLOCK, count))
            vectors[some] = _encode_block(how, embed, plans(some), around, advance)
    return vectors


def _encode_block(
    how: Reading, embed: Pass, plans: Sequence[Sequence[P]], around: Around[P], advance: Advance
) -> Vectors:
    owners = np.repeat(np.arange(len(plans)), [len(plan) for plan in plans])
    pieces = [piece for plan in plans for piece in plan]
    lengths = [len(piece) + around.count for piece in pieces]
    # each note's windows add up to one note on the progress bar
    shares = 1.0 / np.repeat([len(plan) for plan in plans], [len(plan) for plan in plans])
    sums = np.zeros((len(plans), how.dimension), dtype=np.float32)
    tokens = np.zeros(len(plans), dtype=np.float32)
    for places in windows.batches(lengths, how.budget):
        weights = np.asarray([max(lengths[place], 1) for place in places], dtype=np.float32)
        pooled = embed(*windows.padded([pieces[place] for place in places], around, how.pad))
        # a note may own several windows of one batch: plain indexed addition would count only one of them
        np.add.at(sums, owners[places], pooled * weights[:, None])
        np.add.at(tokens, owners[places], weights)
        advance(float(shares[places].sum()))
    means = sums / tokens[:, None]
    return unit_length(means) if how.normalise else means
