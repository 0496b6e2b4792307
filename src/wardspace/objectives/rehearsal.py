"""Other texts, read between the notes, on which an encoder is held to what it was."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from transformers import PreTrainedTokenizerBase

from wardspace.core.seeds import generator
from wardspace.corpus.prepare.rehearsal import rehearsal_texts
from wardspace.objectives.base import ObjectiveSettings
from wardspace.objectives.units import Ids, Reading

MOST = 20_000
"""Most texts that are read; of more a part is drawn."""


@dataclass(frozen=True)
class Rehearsal:
    """Which texts are read with which piece of a note.

    Parameters
    ----------
    texts : list of int32 [n]
        Token ids without special tokens, each fitting the window.
    share : float
        Tokens of these texts for each token of the notes.
    seed : int
        Seed of the draw.
    specials : int
        Special tokens of a sequence.
    """

    texts: list[Ids]
    share: float
    seed: int
    specials: int

    @classmethod
    def of(cls, source: str, share: float, tokenizer: PreTrainedTokenizerBase, setting: ObjectiveSettings) -> Rehearsal:
        """Read and tokenise texts; nothing where none are to be read."""
        texts = rehearsal_texts(source) if share else []
        if len(texts) > MOST:
            drawn = generator(setting.seed, "rehearsal").choice(len(texts), MOST, replace=False)
            texts = [texts[index] for index in sorted(drawn.tolist())]
        read = tokenizer(texts, add_special_tokens=False, verbose=False)["input_ids"] if texts else []
        ids = [np.array(one[: setting.text_window], dtype=np.int32) for one in read]
        return cls([one for one in ids if len(one)], share, setting.seed, setting.vocabulary.specials_per_sequence)

    @cached_property
    def _mean(self) -> float:
        """Tokens of a text on average, special ones counted."""
        return sum(map(len, self.texts)) / len(self.texts) + self.specials

    def drawn(self, reading: Reading, tokens: int) -> list[int]:
        """Texts to read with a piece of so many tokens, as many as asked on average; by (seed, epoch, note, piece)."""
        if not self.texts:
            return []
        random = generator(self.seed, "rehearse", reading.epoch, reading.unit.id, reading.piece)
        count = int(self.share * tokens / self._mean + random.random())
        return [int(index) for index in random.integers(len(self.texts), size=count)]
