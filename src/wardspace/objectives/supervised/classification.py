"""Labels of whole notes, or of pairs of texts: one of several classes, or each label there or not."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from sklearn.metrics import f1_score, precision_recall_curve
from torch import Tensor, nn
from torch.nn import functional

from wardspace.config.section import Section
from wardspace.core.seeds import generator
from wardspace.models import LanguageModel
from wardspace.models.tokens import TokenPair
from wardspace.models.windows import pair_windows, spans
from wardspace.objectives.base import Objective, ObjectiveSettings, Output, Read
from wardspace.objectives.heads import TwoLayerHead
from wardspace.objectives.micro_batches import Batch, MicroBatch, micro_batches
from wardspace.objectives.units import Ids, Reading, Unit

CLASS = "class"
"""Target of a unit with one label: its code, int []."""
MEMBERS = "members"
"""Target of a unit that may have several: which it has, bool [classes]."""
SECOND = "second"
"""Target of a unit that is a pair of texts read together: where in its ids the second one begins, int []."""
_PLACE, _TOKENS, _TRUTH = 0, 1, 2
"""Columns of a batch's labels: place of the sequence's unit in the batch, tokens of the sequence, class or members."""


Score = Callable[[npt.NDArray[np.int64], npt.NDArray[np.float32]], float]
"""How good probabilities [n, classes] are, given what is right, int [n, 1] or [n, classes]."""


def macro_f1(truth: npt.NDArray[np.int64], probabilities: npt.NDArray[np.float32]) -> float:
    """Macro F1: of the likeliest class, or of every label at the threshold that is best for it on these notes.

    Parameters
    ----------
    truth : int [n, 1] or [n, classes]
        Class of each note, or which labels it has.
    probabilities : float32 [n, classes]
        Of every class.
    """
    classes = probabilities.shape[1]
    if truth.shape[1] == 1 < classes:
        predicted = probabilities.argmax(axis=1)
        return float(f1_score(truth[:, 0], predicted, labels=range(classes), average="macro", zero_division=0))
    best = [_best_f1(has, likely) for has, likely in zip(truth.T, probabilities.T, strict=True) if has.any()]
    return float(np.mean(best)) if best else 0.0


def _best_f1(has: npt.NDArray[np.int64], probabilities: npt.NDArray[np.float32]) -> float:
    precision, recall, _ = precision_recall_curve(has, probabilities)
    return float(np.max(2 * precision * recall / np.maximum(precision + recall, 1e-12)))


@dataclass(frozen=True)
class LabelledNotes:
    """What a classifier of notes is made with.

    Parameters
    ----------
    name : str
        Name of the task, under which the head is kept.
    head : TwoLayerHead
        Scores the classes from a note's vector.
    class_weights : float [classes]
        What a note of each class counts in the loss.
    overlap : float
        Share of a window that the next one reads again.
    score : callable
        What the best weights are the best by: a function of what is right, int [n, 1] or [n, classes], and of the
        probabilities of all classes.
    """

    name: str
    head: TwoLayerHead
    class_weights: npt.NDArray[np.float64]
    overlap: float
    score: Score = macro_f1


class Classification(Objective):
    """Cross-entropy of the class of a note, weighed by class; binary cross-entropies where it may have several labels.

    Of a note longer than the window one window is read in training, another in each epoch, drawn by (seed, epoch,
    note); in validation all its windows are, and the note's vector is their mean by tokens, as an encoder pools them.
    The best weights are those of the highest macro F1 (or what `labelled` says) on validation, a loss being misled by a
    few notes that it is sure about. With several labels each has the threshold that is best for it on the same notes.
    A pair of texts is read together; of a longer one the windows are those of `pair_windows`.

    Parameters
    ----------
    config : Section
        Options of fine-tuning.
    model : LanguageModel
        Whose encoder learns with the head.
    setting : ObjectiveSettings
        Window, vocabulary, pooling, seed.
    labelled : LabelledNotes
        Head, weights of the classes, overlap of windows.

    References
    ----------
    Devlin et al. 2019, BERT (fine-tuning). For the study's use of it: Taylor et al. 2024, Developing Healthcare
    Language Model Embedding Spaces.
    """

    def __init__(
        self, config: Section, model: LanguageModel, setting: ObjectiveSettings, labelled: LabelledNotes
    ) -> None:
        super().__init__(config, model, setting)
        self.name = f"classification.{labelled.name}"
        self.head = labelled.head
        self.overlap, self.score = labelled.overlap, labelled.score
        self.weights = {"class": 1.0}
        self.register_buffer("balance", torch.tensor(labelled.class_weights, dtype=torch.float32), persistent=False)

    balance: Tensor

    def modules_to_keep(self) -> dict[str, nn.Module]:
        """The head."""
        return {self.name: self.head}

    def usable(self, unit: Unit) -> bool:
        """Any note with a label: an empty one is classified by its special tokens."""
        return CLASS in unit.targets or MEMBERS in unit.targets

    def tokens(self, reading: Reading) -> int:
        """Tokens of the windows that are read, with their special tokens."""
        special = self.setting.vocabulary.specials_of
        return sum(len(window) + special(window) for window in self._windows(reading))

    def collate(self, readings: Sequence[Reading]) -> Batch:
        """Windows with their places, sizes and labels: int64 [windows, 2 + 1 or classes]."""
        special = self.setting.vocabulary.specials_of
        windows: list[Ids | TokenPair] = []
        rows: list[list[int]] = []
        for place, reading in enumerate(readings):
            truth = _truth(reading.unit)
            for window in self._windows(reading):
                windows.append(window)
                rows.append([place, len(window) + special(window), *truth])
        width = _TRUTH + (self.head.out.out_features if self.head.several else 1)
        labels = torch.tensor(rows, dtype=torch.int64).reshape(len(rows), width)
        sequences = micro_batches(windows, self.setting.vocabulary, self.setting.reading)
        return Batch(sequences, labels, counts={"class": len(windows)})

    def read(self, one: MicroBatch, labels: Tensor, *, vectors_only: bool = False) -> Read:
        """The loss of each window by itself."""
        vectors = self.pooled(self.model.hidden(one.ids, one.layout), one)
        if vectors_only:
            return Read({}, vectors)
        truth = labels[one.rows, _TRUTH:]
        with torch.autocast(vectors.device.type, enabled=False):
            scores = self.scores(vectors)
            if self.head.several:
                each = functional.binary_cross_entropy_with_logits(scores, truth.to(scores), reduction="none")
                loss = each.mean(dim=1).sum()
            else:
                weight = self.balance.to(scores.dtype)
                loss = functional.cross_entropy(scores, truth[:, 0], weight=weight, reduction="sum")
        return Read({"class": loss}, vectors)

    def scores(self, vectors: Tensor) -> Tensor:
        """Logits [n, classes] of pooled vectors [n, d]."""
        logits: Tensor = self.head(vectors)
        return logits

    def validation_score(self, read: Sequence[tuple[Batch, Output]]) -> float | None:
        """Score of whole notes."""
        found = [(batch.labels, output.vectors) for batch, output in read if output.vectors is not None]
        truth = [labels[_firsts(labels), _TRUTH:].cpu().numpy() for labels, _ in found]
        scored = [self.head.probabilities(_noted(labels, vectors)) for labels, vectors in found]
        return self.score(np.concatenate(truth), np.concatenate(scored)) if found else None

    def _windows(self, reading: Reading) -> list[Ids] | list[TokenPair]:
        """One window in training, all of them in validation."""
        ids, pair = reading.unit.ids, reading.unit.targets.get(SECOND)
        windows: list[Ids] | list[TokenPair]
        if pair is None:
            windows = [ids[start:end] for start, end in spans(len(ids), self.setting.text_window, self.overlap)]
        else:
            room = self.setting.window - self.setting.vocabulary.pairs.count
            windows = pair_windows(TokenPair(ids[: int(pair)], ids[int(pair) :]), room, self.overlap)
        if reading.epoch >= 0 and len(windows) > 1:
            random = generator("window", self.setting.seed, reading.epoch, reading.unit.id)
            at = int(random.integers(len(windows)))
            return windows[at : at + 1]
        return windows


def _truth(unit: Unit) -> list[int]:
    if MEMBERS in unit.targets:
        return [int(has) for has in unit.targets[MEMBERS]]
    return [int(unit.targets[CLASS])]


def _firsts(labels: Tensor) -> Tensor:
    """Where each unit's windows begin; they lie next to each other, in the order of the units."""
    places = labels[:, _PLACE]
    return torch.cat([torch.ones_like(places[:1], dtype=torch.bool), places[1:] != places[:-1]])


def _noted(labels: Tensor, vectors: Tensor) -> Tensor:
    """Vectors of units [k, d] from those of their windows [n, d]: the mean by tokens."""
    places, tokens = labels[:, _PLACE], labels[:, _TOKENS].to(vectors)
    count = int(places[-1]) + 1
    sums = vectors.new_zeros(count, vectors.shape[1]).index_add(0, places, vectors * tokens[:, None])
    return sums / vectors.new_zeros(count).index_add(0, places, tokens)[:, None]
