"""Blend: teach the encoder the space of its base beside that of the notes' own words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from wardspace.config import BlendConfig, MlmConfig
from wardspace.core.seeds import derive
from wardspace.encoders import MaskedModel
from wardspace.encoders.pooling import pool_packed
from wardspace.objectives.base import Objective, Precision, Read, Setting
from wardspace.objectives.notes import Example, Ids, Reading, piece_bounds, piece_count
from wardspace.objectives.passes import Batch, Pass, passes
from wardspace.objectives.teaching import blended, drawn_together, turned_onto
from wardspace.objectives.whole import whole_vectors
from wardspace.objectives.word_space import word_space


@dataclass(frozen=True)
class Places:
    """Where notes are to stand.

    Parameters
    ----------
    note_ids : list of str [n]
        The notes.
    centre : Tensor [d]
        Mean of the base's unit vectors; places are seen from there.
    targets : float32 Tensor [n, d]
        Unit vectors.
    """

    note_ids: list[str]
    centre: Tensor
    targets: Tensor


class Blend(Objective):
    """1 - cosine between the vector of each piece of a note and the note's place in the space to be taught.

    That space is worked out once, from the notes that training will read, before training: the base's own vectors of
    whole notes, beside vectors of the words that notes have in common (latent semantic analysis of the whole note),
    each drawn a little towards its nearest neighbours, and turned onto the base's dimensions. The base keeps what it
    knows, the encoder learns which words matter here, and every piece of a long note learns what the note is about.
    No label and no metadata take part, and nothing is hidden.

    A note is read in as few pieces as the window allows, of nearly equal length.

    Parameters
    ----------
    config : BlendConfig
        Dimensions and weight of the words, neighbours and their pull.
    masked : MaskedModel
        The encoder; its masked-word head takes no part.
    setting : Setting
        Window, vocabulary, pooling and seed.

    References
    ----------
    Deerwester et al. 1990, Indexing by Latent Semantic Analysis.
    Reimers and Gurevych 2020, Making Monolingual Sentence Embeddings Multilingual using Knowledge Distillation.

    Examples
    --------
    >>> objective = build(BlendConfig(), masked, setting)  # doctest: +SKIP
    >>> objective.heed(objective.look_at(examples, precision))  # doctest: +SKIP
    >>> objective(objective.collate([Reading(examples[0], epoch=0)])).parts  # doctest: +SKIP
    {'blend': tensor(…)}
    """

    words = MlmConfig()
    uses_head = False
    centre: Tensor
    targets: Tensor

    def __init__(self, config: BlendConfig, masked: MaskedModel, setting: Setting) -> None:
        super().__init__(masked, setting)
        self.options = config
        self.weights = {"blend": 1.0}
        self.rows: dict[str, int] = {}
        # worked out anew from the notes after an interruption, so that checkpoints hold nothing of them
        self.register_buffer("centre", torch.zeros(masked.dimension), persistent=False)
        self.register_buffer("targets", torch.zeros(1, masked.dimension), persistent=False)

    def pieces(self, example: Example) -> int:
        """Windows it takes to read the whole note."""
        return piece_count(len(example.ids), self.setting.room)

    def usable(self, example: Example) -> bool:
        """Any note with a token."""
        return len(example.ids) > 0

    def tokens(self, reading: Reading) -> int:
        """Tokens of the piece with its special tokens."""
        return len(self._piece(reading)) + self.setting.vocabulary.specials_per_sequence

    def look_at(self, notes: Sequence[Example], precision: Precision, *, show_progress: bool = True) -> Places:
        """Read all notes with the base and work out where each is to stand."""
        title = "reading notes with the base" if show_progress else None
        texts = [note.ids for note in notes]
        vectors = whole_vectors(self.masked, self.setting, texts, precision, title=title)
        centre = vectors.mean(0)
        base = functional.normalize(vectors - centre, dim=-1).cpu().numpy()
        options, seed = self.options, derive(self.setting.seed, "blend") % 2**32
        words = word_space(texts, options.dimensions, seed, longest=options.sequences)
        space = drawn_together(blended(base, words, options.weight), options.neighbours, options.pull)
        return Places([note.note_id for note in notes], centre.cpu(), torch.from_numpy(turned_onto(space, base)))

    def heed(self, found: Places) -> None:
        """Teach these places."""
        self.rows = {note_id: row for row, note_id in enumerate(found.note_ids)}
        self.centre.copy_(found.centre)
        self.targets = found.targets.to(self.centre.device)

    def collate(self, readings: Sequence[Reading]) -> Batch:
        """Pieces, each with the row of its note."""
        pieces = [self._piece(reading) for reading in readings]
        rows = np.array([self._row(reading.example) for reading in readings], dtype=np.int64)
        return Batch(
            passes(pieces, self.setting.vocabulary, self.setting.reading),
            labels=torch.from_numpy(rows[:, None]),
            counts={"blend": len(pieces)},
        )

    def read(self, one: Pass, labels: Tensor, *, words: bool = True) -> Read:
        """How far each piece is from where it should be, summed."""
        found = functional.normalize(self._vectors(one), dim=-1) - self.centre
        nearness = functional.cosine_similarity(found, self.targets[labels[one.rows, 0]])
        return Read({"blend": (1 - nearness).sum()}, None)

    def _row(self, example: Example) -> int:
        # until the notes were looked at there is one place for all: enough to tell how long training takes
        return self.rows[example.note_id] if self.rows else 0

    def _vectors(self, one: Pass) -> Tensor:
        return pool_packed(self.masked.hidden(one.ids, one.layout), one.layout, self.setting.pooling)

    def _piece(self, reading: Reading) -> Ids:
        start, end = piece_bounds(len(reading.example.ids), self.setting.room, reading.piece)
        return reading.example.ids[start:end]
