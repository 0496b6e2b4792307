"""Blend: train the encoder on its base's embeddings joined with latent semantic analysis of the notes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor
from torch.nn import functional

from wardspace.config import BlendConfig
from wardspace.core.seeds import derive
from wardspace.models import LanguageModel
from wardspace.models.pooling import pool_packed
from wardspace.objectives.base import Objective, ObjectiveSettings, Precision, Read
from wardspace.objectives.micro_batches import Batch, MicroBatch, micro_batches
from wardspace.objectives.rehearsal import Rehearsal
from wardspace.objectives.self_supervised.distillation_targets import blended, drawn_together, levelled, turned_onto
from wardspace.objectives.self_supervised.document_vectors import whole_vectors
from wardspace.objectives.self_supervised.lsa import word_space
from wardspace.objectives.units import Ids, Reading, Unit, piece_count, piece_of


@dataclass(frozen=True)
class Places:
    """The targets of the windows of notes.

    Parameters
    ----------
    firsts : dict of str to int
        Row of the first piece of each note; its others follow.
    centre : Tensor [d]
        Mean of the base's unit vectors; places are seen from there.
    targets : float32 Tensor [n, d]
        Unit vectors.
    kept : float32 Tensor [t, d]
        Unit vectors that the base gives to the texts of the rehearsal.
    """

    firsts: dict[str, int]
    centre: Tensor
    targets: Tensor
    kept: Tensor


class Blend(Objective):
    """1 - cosine between the vector of each piece of a note and its place in the space to be taught.

    That space is worked out once, from the notes that training will read, before training: the base's own vector of
    the window, joined with a vector of the words that its note shares with others (latent semantic analysis of the
    whole note), drawn a little towards its nearest neighbours, and turned onto the base's dimensions. The base keeps
    what it knows, the encoder learns which words matter here, and every piece of a long note learns what the note is
    about. No label takes part, and metadata only in the search for neighbours (`across`): notes of one type are alike
    in how they are written, which says little of what they are about.

    A note is read in as few pieces as the window allows, of nearly equal length. With `keep`, texts that are no notes
    are read between them, and there the encoder is held to the base's own vectors: what it knew of other text stays.

    Parameters
    ----------
    config : BlendConfig
        Dimensions and weight of the words, neighbours and their pull.
    model : LanguageModel
        The encoder; its head for words takes no part.
    setting : ObjectiveSettings
        Window, vocabulary, pooling and seed.

    References
    ----------
    Deerwester et al. 1990, Indexing by Latent Semantic Analysis.
    Reimers and Gurevych 2020, Making Monolingual Sentence Embeddings Multilingual using Knowledge Distillation.
    Robins 1995, Catastrophic Forgetting, Rehearsal and Pseudorehearsal.

    Examples
    --------
    >>> objective = build(BlendConfig(), model, setting)  # doctest: +SKIP
    >>> objective.set_targets(objective.prepare_targets(units, precision))  # doctest: +SKIP
    >>> objective(objective.collate([Reading(units[0], epoch=0)])).parts  # doctest: +SKIP
    {'blend': tensor(…)}
    """

    options: BlendConfig
    centre: Tensor
    targets: Tensor
    kept: Tensor

    def __init__(self, config: BlendConfig, model: LanguageModel, setting: ObjectiveSettings) -> None:
        super().__init__(config, model, setting)
        self.across = config.learned_from(list(setting.categories))
        self.rehearsal = Rehearsal.of(config.texts, config.keep, model.tokenizer, setting)
        self.weights = {"blend": 1.0, "keep": 1.0}
        self.firsts: dict[str, int] = {}
        # worked out anew from the notes after an interruption, so that checkpoints hold nothing of them
        self.register_buffer("centre", torch.zeros(model.dimension), persistent=False)
        self.register_buffer("targets", torch.zeros(1, model.dimension), persistent=False)
        self.register_buffer("kept", torch.zeros(len(self.rehearsal.texts), model.dimension), persistent=False)

    def pieces(self, unit: Unit) -> int:
        """Windows it takes to read the whole note."""
        return piece_count(len(unit.ids), self.setting.text_window)

    def usable(self, unit: Unit) -> bool:
        """Any note with a token."""
        return len(unit.ids) > 0

    def tokens(self, reading: Reading) -> int:
        """Tokens of the piece and of the texts read with it, each with its special tokens."""
        return sum(len(ids) + self.setting.vocabulary.specials_per_sequence for ids in self._read_with(reading))

    def prepare_targets(self, notes: Sequence[Unit], precision: Precision, *, show_progress: bool = True) -> Places:
        """Read all notes with the base and compute the target of each of their windows."""
        title = "reading notes with the base" if show_progress else None
        counts = np.array([self.pieces(note) for note in notes], dtype=np.int64)
        owners = np.repeat(np.arange(len(notes)), counts)
        pieces = [self._piece(Reading(note, 0, piece)) for note in notes for piece in range(self.pieces(note))]
        vectors = whole_vectors(self.model, self.setting, pieces, precision, title=title)
        centre = vectors.mean(0)
        base = functional.normalize(vectors - centre, dim=-1).cpu().numpy()
        options, seed = self.options, derive(self.setting.seed, "blend") % 2**32
        words = word_space([note.ids for note in notes], options.dimensions, seed, longest=options.sequences)
        space = blended(base, words[owners], options.weight)
        seen = levelled(space, self._classes(notes)[owners]) if self.across else None
        drawn = drawn_together(space, owners, options.neighbours, options.pull, seen=seen)
        places = turned_onto(drawn, base)
        kept = whole_vectors(self.model, self.setting, self.rehearsal.texts, precision, title=title)
        firsts = dict(zip([note.id for note in notes], (np.cumsum(counts) - counts).tolist(), strict=True))
        return Places(firsts, centre.cpu(), torch.from_numpy(places), kept.cpu())

    def target_tokens(self, units: Iterable[Unit]) -> int:
        """All tokens of the notes, and of the texts to rehearse."""
        return sum(len(unit.ids) for unit in units) + sum(map(len, self.rehearsal.texts))

    def set_targets(self, found: Places) -> None:
        """Teach these places."""
        self.firsts = found.firsts
        self.centre.copy_(found.centre)
        self.targets = found.targets.to(self.centre.device)
        self.kept = found.kept.to(self.centre.device)

    def collate(self, readings: Sequence[Reading]) -> Batch:
        """Pieces with their rows, and the texts read with them, which count down from -1; int64 [n, 1]."""
        pieces = [self._piece(reading) for reading in readings]
        texts = [
            text for r, piece in zip(readings, pieces, strict=True) for text in self.rehearsal.drawn(r, len(piece))
        ]
        rows = [*(self._row(reading) for reading in readings), *(-1 - text for text in texts)]
        sequences = [*pieces, *(self.rehearsal.texts[text] for text in texts)]
        return Batch(
            micro_batches(sequences, self.setting.vocabulary, self.setting.reading),
            labels=torch.tensor(rows, dtype=torch.int64)[:, None],
            counts={"blend": len(pieces), **({"keep": len(texts)} if self.rehearsal.texts else {})},
        )

    def read(self, one: MicroBatch, labels: Tensor, *, vectors_only: bool = False) -> Read:
        """How far each piece is from where it should be, and each other text from where it was, summed."""
        found, rows = functional.normalize(self._vectors(one), dim=-1), labels[one.rows, 0]
        notes, others = rows >= 0, rows < 0
        nearness = functional.cosine_similarity(found[notes] - self.centre, self.targets[rows[notes]])
        sums = {"blend": (1 - nearness).sum()}
        if self.rehearsal.texts:
            stayed = functional.cosine_similarity(found[others], self.kept[-1 - rows[others]])
            sums["keep"] = (1 - stayed).sum()
        return Read(sums, None)

    def _classes(self, notes: Sequence[Unit]) -> npt.NDArray[np.int64]:
        """Codes of the columns that neighbours are looked for across [notes, columns]."""
        codes = [[note.code(column) for column in self.across] for note in notes]
        return np.array(codes, dtype=np.int64)

    def _read_with(self, reading: Reading) -> list[Ids]:
        piece = self._piece(reading)
        return [piece, *(self.rehearsal.texts[text] for text in self.rehearsal.drawn(reading, len(piece)))]

    def _row(self, reading: Reading) -> int:
        # until the notes were looked at there is one place for all: enough to estimate how long training takes
        return self.firsts[reading.unit.id] + reading.piece if self.firsts else 0

    def _vectors(self, one: MicroBatch) -> Tensor:
        return pool_packed(self.model.hidden(one.ids, one.layout), one.layout, self.setting.pooling)

    def _piece(self, reading: Reading) -> Ids:
        return piece_of(reading, self.setting.text_window)
