"""How likely a model with a masked-word head finds words where they are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from wardspace.core.seeds import generator
from wardspace.models import LanguageModel
from wardspace.models.tokens import Affixes, Ids, affixes, token_ids, untruncated
from wardspace.models.windows import padded
from wardspace.privacy.attacker.batches import numbers

GROUPS = 7
"""A reading hides one token in so many: 14%, as in training."""


@dataclass(frozen=True)
class Query:
    """Tokens to be guessed in a sequence.

    Parameters
    ----------
    ids : int32 [n]
        The sequence, without special tokens.
    hidden : int64 [m]
        Places that are hidden and guessed.
    """

    ids: Ids
    hidden: NDArray[np.int64]


class MaskedWords:
    """A masked language model that is asked for words.

    Parameters
    ----------
    masked : LanguageModel
        The model; its head must be a trained one for the answers to mean anything.
    window : int
        Tokens read at once, special ones included.
    """

    def __init__(self, masked: LanguageModel, window: int) -> None:
        self.masked = masked.eval()
        self.around: Affixes = affixes(masked.tokenizer)
        self.room = window - self.around.count
        self._mask = int(masked.tokenizer.mask_token_id or 0)
        self._pad = int(masked.tokenizer.pad_token_id or 0)
        self._special = set(masked.tokenizer.all_special_ids)

    def ids(self, texts: Sequence[str]) -> list[Ids]:
        """Tokens of texts."""
        return token_ids(self.masked.tokenizer, texts)

    @torch.inference_mode()
    def losses(self, queries: Sequence[Query]) -> list[float]:
        """Mean cross-entropy of the hidden tokens of each query, in nats."""
        blinded = [self._blinded(query) for query in queries]
        before = len(self.around.before)
        device = self.masked.device

        def read(ids: torch.Tensor, mask: torch.Tensor, places: list[int]) -> list[float]:
            hidden = self.masked.encoder(input_ids=ids.to(device), attention_mask=mask.to(device)).last_hidden_state
            counts = [len(queries[place].hidden) for place in places]
            rows = torch.repeat_interleave(torch.arange(len(places)), torch.tensor(counts))
            columns = torch.from_numpy(np.concatenate([queries[place].hidden for place in places])) + before
            targets = torch.from_numpy(np.concatenate([queries[p].ids[queries[p].hidden] for p in places])).long()
            scores = self.masked.logits(hidden[rows, columns]).float()
            losses = torch.nn.functional.cross_entropy(scores, targets.to(device), reduction="none").cpu()
            return [float(part.mean()) for part in torch.split(losses, counts)]

        return numbers(blinded, self.around, self._pad, read)

    def secret_scores(self, pieces: Sequence[tuple[str, str, str]]) -> list[float]:
        """Pseudo-log-likelihood of words within sentences: their tokens hidden one at a time (Salazar et al. 2020).

        Parameters
        ----------
        pieces : sequence of (before, words, after)
            Each sentence in three parts, blanks at the seams included.

        Returns
        -------
        list of float
            Sums of log-probabilities over the tokens of the words.
        """
        queries, owners = [], []
        for owner, (before, words, after) in enumerate(pieces):
            ids, first, end = self._cut(before, words, after)
            for place in range(first, end):
                queries.append(Query(ids, np.array([place])))
                owners.append(owner)
        return [-s for s in np.bincount(owners, weights=self.losses(queries), minlength=len(pieces)).tolist()]

    @property
    def mask_token(self) -> str:
        """What stands for a hidden token in a text."""
        return str(self.masked.tokenizer.mask_token)

    @torch.inference_mode()
    def fill_scores(self, before: str, after: str, names: Sequence[str]) -> list[float]:
        """Mean log-probability of the tokens of each name in a slot, all of them hidden at once.

        Parameters
        ----------
        before, after : str
            What is around the slot.
        names : sequence of str
            What might be in it; the model reads the slot once for each number of tokens they have.
        """
        # a blank belongs to the word after it in some vocabularies
        blank = " " if before.endswith(" ") else ""
        left, right, *options = self.ids([before.removesuffix(" "), after, *(blank + name for name in names)])
        sizes = sorted({len(option) for option in options if len(option)})
        guesses = {size: self._slot(left, right, size) for size in sizes}
        return [float(guesses[len(one)][np.arange(len(one)), one].mean()) if len(one) else -np.inf for one in options]

    def note_queries(self, texts: Sequence[str], names: Sequence[str], masks: int, seed: int) -> list[list[Query]]:
        """Readings of whole notes with hidden tokens, the same for every model of one tokenizer.

        Parameters
        ----------
        texts, names : sequence of str
            The notes and their names, which with the seed decide what is hidden.
        masks : int
            Readings of each note; no token is hidden in two of them.
        seed : int
            Seed.

        Returns
        -------
        list of list of Query
            For each note its readings; none for a note without words.
        """
        return [
            self._readings(ids, masks, generator("membership masks", seed, name))
            for ids, name in zip(self.ids(texts), names, strict=True)
        ]

    def _readings(self, ids: Ids, masks: int, random: np.random.Generator) -> list[Query]:
        pieces = [ids[start : start + self.room] for start in range(0, len(ids), self.room)]
        found = []
        for piece in pieces:
            free = [place for place, token in enumerate(piece.tolist()) if token not in self._special]
            order = random.permutation(np.array(free, dtype=np.int64))
            groups = [np.sort(order[group::GROUPS]) for group in range(masks)]
            found += [Query(piece, group) for group in groups if len(group)]
        return found

    def _cut(self, before: str, words: str, after: str) -> tuple[Ids, int, int]:
        """Tokens of a sentence, and where its words begin and end among them; far context is left out."""
        # tokenised in one piece, as in training: seams change the tokens of some vocabularies
        encoding = untruncated(self.masked.tokenizer).encode(before + words + after, add_special_tokens=False)
        start, stop = len(before), len(before) + len(words)
        own = [place for place, (left, right) in enumerate(encoding.offsets) if left < stop and right > start]
        first, end = (own[0], own[-1] + 1) if own else (0, 0)
        free = max(0, self.room - (end - first))
        ids = np.asarray(encoding.ids, dtype=np.int32)
        cut = max(0, min(first - free // 2, len(ids) - self.room))
        return ids[cut : cut + self.room], first - cut, min(end - cut, self.room)

    def _slot(self, left: Ids, right: Ids, size: int) -> NDArray[np.float32]:
        """Log-probabilities of all words at each place of a slot [size, vocabulary]."""
        free = max(0, self.room - size)
        left = left[max(0, len(left) - free // 2) :]
        ids = np.concatenate([left, np.full(size, self._mask, dtype=np.int32), right[: free - len(left)]])
        tokens, mask = map(torch.from_numpy, padded([ids], self.around, self._pad)[:2])
        device = self.masked.device
        hidden = self.masked.encoder(input_ids=tokens.to(device), attention_mask=mask.to(device)).last_hidden_state
        start = len(self.around.before) + len(left)
        scores = self.masked.logits(hidden[0, start : start + size]).float().log_softmax(-1)
        found: NDArray[np.float32] = scores.cpu().numpy()
        return found

    def _blinded(self, query: Query) -> Ids:
        ids = query.ids.copy()
        ids[query.hidden] = self._mask
        return ids
