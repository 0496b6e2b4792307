"""Labels of sentences: each there or not, by the mean of a sentence's tokens in the note around it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import torch
from sklearn.metrics import precision_recall_curve
from torch import Tensor, nn
from torch.nn import functional

from wardspace.config.section import Section
from wardspace.models import LanguageModel
from wardspace.models.windows import most_central, spans
from wardspace.objectives.base import Objective, ObjectiveSettings, Output, Read
from wardspace.objectives.heads import TwoLayerHead
from wardspace.objectives.masking import Masked
from wardspace.objectives.micro_batches import Batch, MicroBatch, micro_batches
from wardspace.objectives.units import Reading, Unit

BOUNDS, LABELS = "bounds", "labels"
"""Targets of a unit: first token of each sentence and the one after its last, int64 [s, 2]; its labels, bool [s, k]."""
_NOTE, _SENTENCE, _TOKENS, _TRUTH = 0, 1, 2, 3
"""Columns of a batch's labels: place of the part's note in the batch, number of its sentence, its tokens, labels."""


def token_bounds(offsets: npt.NDArray[np.integer], places: npt.NDArray[np.integer]) -> npt.NDArray[np.int64]:
    """Tokens that share a character with stretches of their text.

    Parameters
    ----------
    offsets : int [t, 2]
        First character of each token and the one after its last, in the order of the text.
    places : int [s, 2]
        The same of each stretch.

    Returns
    -------
    int64 [s, 2]
        First token of each stretch and the one after its last; equal where it has none.

    Examples
    --------
    >>> token_bounds(np.array([[0, 3], [4, 9], [9, 10]]), np.array([[0, 3], [4, 10]])).tolist()
    [[0, 1], [1, 3]]
    """
    first = np.searchsorted(offsets[:, 1], places[:, 0], side="right")
    last = np.searchsorted(offsets[:, 0], places[:, 1], side="left")
    return np.stack([first, np.maximum(first, last)], axis=1).astype(np.int64).reshape(-1, 2)


class Part(NamedTuple):
    """Tokens of a sentence that one window reads for it: mostly all of them."""

    sentence: int
    tokens: npt.NDArray[np.int64]
    """Their places in the note, rising."""


def parts(bounds: npt.NDArray[np.int64], tokens: int, windows: Sequence[tuple[int, int]]) -> list[list[Part]]:
    """Share the sentences of a note out to the windows that it is read in.

    A sentence is read in the window that holds all of it with the most context on its poorer side, the first of equals;
    one that no window holds is read in parts, each token in the window in which it is most central.
    """
    found: list[list[Part]] = [[] for _ in windows]
    central = most_central(tokens, windows)
    for number, (first, last) in enumerate(bounds.tolist()):
        own = np.arange(first, last)
        if not len(own):
            continue
        whole = {at: _context(first, last, one, tokens) for at, one in enumerate(windows) if _holds(one, first, last)}
        if whole:
            found[max(whole, key=lambda at: (whole[at], -at))].append(Part(number, own))
            continue
        for at in np.unique(central[own]).tolist():
            found[at].append(Part(number, own[central[own] == at]))
    return found


def _holds(window: tuple[int, int], first: int, last: int) -> bool:
    return window[0] <= first and last <= window[1]


def _context(first: int, last: int, window: tuple[int, int], tokens: int) -> int:
    """Tokens on the poorer side; nothing is missing where the text begins or ends."""
    before = first - window[0] if window[0] else tokens
    after = window[1] - last if window[1] < tokens else tokens
    return min(before, after)


@dataclass(frozen=True)
class LabelledSentences:
    """What a classifier of sentences is made with.

    Parameters
    ----------
    name : str
        Name of the task, under which the head is kept.
    head : TwoLayerHead
        Scores the labels from a sentence's vector.
    positive_weights : float [labels]
        What a sentence that has a label counts in the loss, where one that lacks it counts 1.
    overlap : float
        Share of a window that the next one reads again.
    """

    name: str
    head: TwoLayerHead
    positive_weights: npt.NDArray[np.float64]
    overlap: float


class SentenceClassification(Objective):
    """Binary cross-entropy of every label of every sentence, all sentences of a window read at once.

    A sentence's vector is the mean of its own tokens, which have read the note around them. A long note is read in
    overlapping windows, each once an epoch, every sentence in one of them (see `parts`). In validation the parts of a
    sentence that no window holds are put together, and the best weights are those of the highest micro F1, each label
    at the threshold that is best for it on the same sentences.

    Parameters
    ----------
    config : Section
        Options of fine-tuning.
    model : LanguageModel
        Whose encoder learns with the head.
    setting : ObjectiveSettings
        Window, vocabulary, seed.
    labelled : LabelledSentences
        Head, weights, overlap of windows.

    References
    ----------
    Cohan et al. 2019, Pretrained Language Models for Sequential Sentence Classification (all sentences of a text read
    together). Mullenbach et al. 2021, CLIP (labels of sentences of discharge notes, with the note as context).
    """

    def __init__(
        self, config: Section, model: LanguageModel, setting: ObjectiveSettings, labelled: LabelledSentences
    ) -> None:
        super().__init__(config, model, setting)
        self.name = f"sentence_classification.{labelled.name}"
        self.head = labelled.head
        self.overlap = labelled.overlap
        self.weights = {"labels": 1.0}
        weights = torch.tensor(labelled.positive_weights, dtype=torch.float32)
        self.register_buffer("positive_weights", weights, persistent=False)

    positive_weights: Tensor

    def modules_to_keep(self) -> dict[str, nn.Module]:
        """The head."""
        return {self.name: self.head}

    def usable(self, unit: Unit) -> bool:
        """Any note with a sentence that has a token."""
        bounds = unit.targets.get(BOUNDS)
        return bounds is not None and bool((bounds[:, 0] < bounds[:, 1]).any())

    def pieces(self, unit: Unit) -> int:
        """Its windows."""
        return len(self._windows(unit)) if self.usable(unit) else 0

    def tokens(self, reading: Reading) -> int:
        """Tokens of what is read, with special tokens."""
        special = self.setting.vocabulary.specials_per_sequence
        return sum(end - start + special for start, end in self._read(reading))

    def collate(self, readings: Sequence[Reading]) -> Batch:
        """Windows with the tokens of each part, and what is known of the parts: int64 [parts, 3 + labels]."""
        sequences: list[Masked] = []
        rows: list[list[int]] = []
        for place, reading in enumerate(readings):
            unit, windows = reading.unit, self._windows(reading.unit)
            shared = parts(unit.targets[BOUNDS], len(unit.ids), windows)
            for window in self._read(reading):
                own = shared[windows.index(window)]
                sequences.append(_window(unit, window, own, len(rows)))
                truth = unit.targets[LABELS].astype(int).tolist()
                rows += [[place, one.sentence, len(one.tokens), *truth[one.sentence]] for one in own]
        labels = torch.tensor(rows, dtype=torch.int64).reshape(len(rows), _TRUTH + self.head.out.out_features)
        packed = micro_batches(sequences, self.setting.vocabulary, self.setting.reading)
        return Batch(packed, labels, counts={"labels": len(rows)})

    def read(self, one: MicroBatch, labels: Tensor, *, vectors_only: bool = False) -> Read:
        """The loss of the parts of a micro-batch; in validation their vectors as well."""
        hidden = self.model.hidden(one.ids, one.layout)[one.targets["positions"]]
        rows, owners = torch.unique(one.targets["words"], return_inverse=True)
        with torch.autocast(hidden.device.type, enabled=False):
            vectors = _means(hidden.float(), owners, len(rows))
            scores, truth = self.scores(vectors), labels[rows, _TRUTH:]
            weights = self.positive_weights.to(scores.dtype)
            each = functional.binary_cross_entropy_with_logits(
                scores, truth.to(scores), reduction="none", pos_weight=weights
            )
        return Read({"labels": each.mean(dim=1).sum()}, None, None if self.training else vectors)

    def scores(self, vectors: Tensor) -> Tensor:
        """Logits [s, labels] of vectors of sentences [s, d]."""
        logits: Tensor = self.head(vectors)
        return logits

    def validation_score(self, read: Sequence[tuple[Batch, Output]]) -> float | None:
        """Micro F1 of whole sentences."""
        truth, scored = [], []
        for batch, output in read:
            labels = batch.labels
            vectors = torch.cat(list(output.scores))
            order = torch.cat([torch.unique(one.targets["words"]) for one in batch.micro_batches])
            known = labels[order]
            _, sentence = torch.unique(known[:, [_NOTE, _SENTENCE]], dim=0, return_inverse=True)
            tokens, count = known[:, _TOKENS].to(vectors), int(sentence.max()) + 1 if len(sentence) else 0
            sums = vectors.new_zeros(count, vectors.shape[1]).index_add(0, sentence, vectors * tokens[:, None])
            sizes = vectors.new_zeros(count).index_add(0, sentence, tokens)
            scored.append(self.head.probabilities(sums / sizes[:, None]))
            right = labels.new_zeros(count, labels.shape[1] - _TRUTH)
            right[sentence] = known[:, _TRUTH:]
            truth.append(right.cpu().numpy().astype(bool))
        return micro_f1(np.concatenate(truth), np.concatenate(scored)) if truth else None

    def _read(self, reading: Reading) -> list[tuple[int, int]]:
        """One window in training, all of them in validation."""
        windows = self._windows(reading.unit)
        return windows if reading.epoch < 0 else [windows[reading.piece]]

    def _windows(self, unit: Unit) -> list[tuple[int, int]]:
        return spans(len(unit.ids), self.setting.text_window, self.overlap)


def _means(vectors: Tensor, owners: Tensor, count: int) -> Tensor:
    """Mean vector of each owner [count, d], each of which has one at least."""
    sums = vectors.new_zeros(count, vectors.shape[1]).index_add(0, owners, vectors)
    return sums / torch.bincount(owners, minlength=count)[:, None]


def _window(unit: Unit, window: tuple[int, int], own: Sequence[Part], first: int) -> Masked:
    """A window and the tokens of its parts, each with the number of the part, counted from `first`."""
    start, end = window
    places = [one.tokens - start for one in own]
    numbers = np.repeat(np.arange(first, first + len(own), dtype=np.int32), [len(one) for one in places])
    return Masked(unit.ids[start:end], np.concatenate([np.zeros(0, dtype=np.int64), *places]), numbers)


def micro_f1(truth: npt.NDArray[np.bool_], probabilities: npt.NDArray[np.float32]) -> float:
    """F1 of all decisions together, each label at the threshold that is best for it on these sentences.

    Parameters
    ----------
    truth : bool [n, labels]
        Which labels each sentence has.
    probabilities : float32 [n, labels]
        Of every label.
    """
    hits = said = 0.0
    for has, likely in zip(truth.T, probabilities.T, strict=True):
        if has.any():
            precision, recall, _ = precision_recall_curve(has, likely)
            best = int(np.argmax(2 * precision * recall / np.maximum(precision + recall, 1e-12)))
            hits += recall[best] * has.sum()
            said += recall[best] * has.sum() / max(precision[best], 1e-12)
    right = float(truth.sum())
    return 2 * hits / (said + right) if right else 0.0
