"""Tokens counted, nothing else: light enough to be sent to other processes, which need no torch for it."""

from __future__ import annotations

from collections.abc import Sequence

from tokenizers import Tokenizer

from wardspace.core.files import digest

_CHUNK = 1024
"""Texts tokenised at once: enough for the tokenizer's threads, little memory."""


class TokenCount:
    """Counts the tokens of texts, special tokens aside.

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
