"""Pairs: a note near what its metadata say in words, far from what those of others say."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from wardspace.config import PairsConfig
from wardspace.core.errors import WardspaceError
from wardspace.core.seeds import generator
from wardspace.models import LanguageModel
from wardspace.objectives.base import Objective, ObjectiveSettings, Precision, Read
from wardspace.objectives.losses.ntxent import NTXent
from wardspace.objectives.micro_batches import Batch, MicroBatch, micro_batches
from wardspace.objectives.self_supervised.document_vectors import whole_vectors
from wardspace.objectives.units import MISSING, Ids, Reading, Unit, piece_count, piece_of

_UNKNOWN = 0
_TIE = 1e-4
"""What is as near as the partner but for rounding (another spelling of the same text) is no negative either."""


@dataclass(frozen=True)
class Guide:
    """The base's embeddings of the notes and of their texts.

    Parameters
    ----------
    note_ids : list of str [n]
        The notes.
    notes : float32 Tensor [n, d]
        Unit vectors of whole notes.
    texts : float32 Tensor [t, d]
        Unit vectors of the texts.
    """

    note_ids: list[str]
    notes: Tensor
    texts: Tensor


class Pairs(Objective):
    """NT-Xent between a piece of a note and a text of its metadata: its title, the question that it answers.

    Notes with the same text are no negatives of each other. With `guide`, neither are those that the unadapted base
    places nearer than the true partner: among notes of one ward many are about the same. Where a note has several
    columns one is drawn by (seed, epoch, note). A note is read in as few pieces as the window allows.

    Parameters
    ----------
    config : PairsConfig
        Columns, temperature, guide.
    model : LanguageModel
        The encoder; its head for words takes no part.
    setting : ObjectiveSettings
        Window, vocabulary, pooling, seed, and the values of each column.

    Raises
    ------
    WardspaceError
        If a column has fewer than two values in the training notes.

    References
    ----------
    Henderson et al. 2017, Efficient Natural Language Response Suggestion for Smart Reply.
    Solatorio 2024, GISTEmbed: Guided In-sample Selection of Training Negatives.

    Examples
    --------
    >>> objective = build(PairsConfig(columns=["title"]), model, setting)  # doctest: +SKIP
    >>> objective.set_targets(objective.prepare_targets(units, precision))  # doctest: +SKIP
    >>> objective(objective.collate([Reading(one, epoch=0), Reading(other, epoch=0)])).parts  # doctest: +SKIP
    {'pairs': tensor(…)}
    """

    options: PairsConfig
    compares = True
    group_lengths = False
    guide_notes: Tensor
    guide_texts: Tensor

    def __init__(self, config: PairsConfig, model: LanguageModel, setting: ObjectiveSettings) -> None:
        super().__init__(config, model, setting)
        _check(config.columns, setting)
        self.weights = {"pairs": 1.0}
        self.contrast = NTXent(config.temperature)
        self.starts: dict[str, int] = {}
        self.texts: list[Ids] = []
        for column in config.columns:
            self.starts[column] = len(self.texts)
            read = model.tokenizer(list(setting.categories[column]), add_special_tokens=False, verbose=False)
            self.texts += [np.array(ids[: setting.text_window], dtype=np.int32) for ids in read["input_ids"]]
        self.rows: dict[str, int] = {}
        # worked out anew after an interruption, so that checkpoints hold nothing of the notes
        self.register_buffer("guide_notes", torch.zeros(1, model.dimension), persistent=False)
        self.register_buffer("guide_texts", torch.zeros(len(self.texts), model.dimension), persistent=False)

    def pieces(self, unit: Unit) -> int:
        """Windows it takes to read the whole note."""
        return piece_count(len(unit.ids), self.setting.text_window) if self.usable(unit) else 0

    def usable(self, unit: Unit) -> bool:
        """Notes with a token and with a text in one of the columns."""
        return len(unit.ids) > 0 and bool(self._texts(unit))

    def tokens(self, reading: Reading) -> int:
        """Tokens of the piece and of the text, each with its special tokens."""
        specials = 2 * self.setting.vocabulary.specials_per_sequence
        return len(self._piece(reading)) + len(self.texts[self._text(reading)]) + specials

    def prepare_targets(
        self, notes: Sequence[Unit], precision: Precision, *, show_progress: bool = True
    ) -> Guide | None:
        """Read all notes and all texts with the base, if it is to be the guide."""
        if not self.options.guide:
            return None
        title = "reading notes with the base" if show_progress else None
        own = whole_vectors(self.model, self.setting, [note.ids for note in notes], precision, title=title)
        texts = whole_vectors(self.model, self.setting, self.texts, precision, title=title and f"{title}: texts")
        return Guide([note.id for note in notes], own.cpu(), texts.cpu())

    def set_targets(self, found: Guide | None) -> None:
        """MicroBatch over the negatives that the base places nearer than the true partner."""
        if found is None:
            return
        self.rows = {note_id: row for row, note_id in enumerate(found.note_ids)}
        self.guide_notes = found.notes.to(self.guide_notes.device)
        self.guide_texts = found.texts.to(self.guide_texts.device)

    def collate(self, readings: Sequence[Reading]) -> Batch:
        """Pieces, then texts; labels are the text and the note's row in the guide, int64 [n, 2]."""
        pieces = [self._piece(reading) for reading in readings]
        texts = [self._text(reading) for reading in readings]
        rows = [self.rows.get(reading.unit.id, _UNKNOWN) for reading in readings]
        return Batch(
            micro_batches(
                [*pieces, *(self.texts[text] for text in texts)], self.setting.vocabulary, self.setting.reading
            ),
            labels=torch.tensor([texts, rows], dtype=torch.int64).T.reshape(-1, 2),
            counts={},
        )

    def read(self, one: MicroBatch, labels: Tensor, *, vectors_only: bool = False) -> Read:
        """Vectors of pieces and texts."""
        return Read({}, self.pooled(self.model.hidden(one.ids, one.layout), one))

    def views(self, vectors: Tensor) -> Tensor:
        """Each piece with its text."""
        return torch.stack(vectors.chunk(2), dim=1)

    def compare(self, views: Tensor, labels: Tensor) -> tuple[dict[str, Tensor], dict[str, int]]:
        """Contrast pieces with texts; what may be a partner too is no negative."""
        texts = labels[:, 0].repeat(2)
        alike = texts[:, None] == texts[None, :]
        if self.rows:
            alike |= self._as_near(labels)
        return {"pairs": self.contrast(views[:, 0], views[:, 1], passed_over=alike)}, {"pairs": 2 * len(views)}

    def _as_near(self, labels: Tensor) -> Tensor:
        """What the base places as near to each as its partner, or nearer, bool [2k, 2k]."""
        guide = torch.cat([self.guide_notes[labels[:, 1]], self.guide_texts[labels[:, 0]]])
        near = guide @ guide.T
        partner = (guide * guide.roll(len(labels), dims=0)).sum(1, keepdim=True)
        return near > partner - _TIE

    def _texts(self, unit: Unit) -> list[int]:
        codes = [(start, unit.code(column)) for column, start in self.starts.items()]
        return [start + code for start, code in codes if code != MISSING and len(self.texts[start + code])]

    def _text(self, reading: Reading) -> int:
        texts = self._texts(reading.unit)
        place = generator(self.setting.seed, "text", reading.epoch, reading.unit.id)
        return texts[int(place.integers(len(texts)))]

    def _piece(self, reading: Reading) -> Ids:
        return piece_of(reading, self.setting.text_window)


def _check(columns: Sequence[str], setting: ObjectiveSettings) -> None:
    for column in columns:
        values = len(setting.categories.get(column, ()))
        if values < 2:
            raise WardspaceError(
                f"column {column!r} has {values} different texts in the training notes; a contrast needs at least two",
                where="adapt.objectives.pairs.columns",
                fix="choose a column that distinguishes notes: a title, a question, a problem",
            )
