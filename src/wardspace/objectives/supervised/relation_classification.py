"""Types of relations between the mentions of a text, all pairs of which are scored in one reading."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn
from torch.nn import functional

from wardspace.config.section import Section
from wardspace.core.seeds import generator
from wardspace.models import LanguageModel
from wardspace.models.windows import spans
from wardspace.objectives.base import Objective, ObjectiveSettings, Output, Read
from wardspace.objectives.masking import Masked
from wardspace.objectives.micro_batches import Batch, MicroBatch, micro_batches
from wardspace.objectives.supervised.pair_head import Merge, PairHead, gaps_of, merged
from wardspace.objectives.units import Reading, Unit

MARKERS, ENDS, PAIRS, CLASSES = "markers", "ends", "pairs", "classes"
"""Targets of a unit: the marker of each mention, int64 [m], rising; the token after its words, int64 [m]; pairs of
mentions with the number of the candidate that they speak for and how many mentions there are of its head and tail,
int64 [p, 5]; the class of each candidate, int32 [c], 0 for no relation."""
Places = npt.NDArray[np.int64]
Plan = Sequence[tuple[int, int]]
_ROW, _HEAD, _TAIL, _GAP, _CANDIDATE, _CLASS, _HEADS, _TAILS, _COLUMNS = range(9)
"""Columns of a batch's labels, one row a pair: its sequence, its mentions among those of the sequence, how far they
are apart, number of the candidate in the batch, its class, and how many mentions there are of its head and tail."""


def windows_of(pairs: Places, markers: Places, plan: Plan, tokens: int) -> Places:
    """Choose for each pair of mentions the window that holds both most centrally.

    That is the one with the most context on the poorer side; where a window begins or ends with the text, nothing is
    missing there. Of windows that are equally good the first is chosen.

    Parameters
    ----------
    pairs : int64 [p, 2 or more]
        Places of mentions.
    markers : int64 [m]
        The token that stands for each mention.
    plan : sequence of (start, end)
        Windows of the text.
    tokens : int
        Tokens of the text.

    Returns
    -------
    int64 [p]
        Place in `plan`; -1 where no window holds both.
    """
    ends = np.sort(markers[pairs[:, :2]], axis=1)
    chosen, context = np.full(len(pairs), -1, dtype=np.int64), np.full(len(pairs), -1, dtype=np.int64)
    for place, (start, end) in enumerate(plan):
        inside = (ends[:, 0] >= start) & (ends[:, 1] < end)
        before = ends[:, 0] - start if start > 0 else np.full(len(pairs), tokens)
        after = end - 1 - ends[:, 1] if end < tokens else np.full(len(pairs), tokens)
        found = np.where(inside, np.minimum(before, after), -1)
        better = found > context
        chosen[better], context[better] = place, found[better]
    return chosen


@dataclass(frozen=True)
class RelatedTexts:
    """What relations are learned with.

    Parameters
    ----------
    name : str
        Name of the task, under which the head is kept.
    head : PairHead
        Scores pairs of mentions.
    class_weights : float [classes]
        What a candidate of each class counts in the loss.
    overlap : float
        Share of a window that the next one reads again.
    merge : {"logsumexp", "max"}
        How the scores of the pairs of a candidate become one.
    negatives : float or None
        Unrelated candidates to learn from for each related one of a reading; None for all.
    """

    name: str
    head: PairHead
    class_weights: npt.NDArray[np.float64]
    overlap: float
    merge: Merge = "logsumexp"
    negatives: float | None = None


class RelationClassification(Objective):
    """Cross-entropy of the class of each candidate: of two concepts (or mentions) of a text, how they are related.

    All mentions of a text are marked with their types, so that one reading scores all pairs; a candidate gets its
    scores from all pairs of its mentions. A text longer than the window is read in overlapping windows, each once an
    epoch, and each with the pairs that it holds. In validation a pair is read in the window that holds both mentions
    most centrally, and the best weights are those of the highest micro F1 at its best threshold of no relation.

    Parameters
    ----------
    config : Section
        Options of fine-tuning.
    model : LanguageModel
        Whose encoder learns with the head.
    setting : ObjectiveSettings
        Window, vocabulary, seed.
    related : RelatedTexts
        Head, weights of the classes, windows, how many candidates.

    References
    ----------
    Baldini Soares et al. 2019, Matching the Blanks (markers of mentions). Zhong and Chen 2021, A Frustratingly Easy
    Approach for Entity and Relation Extraction (typed markers, many pairs in one reading). Jia et al. 2019,
    Document-Level N-ary Relation Extraction with Multiscale Representation Learning (logsumexp over mentions).
    """

    def __init__(
        self, config: Section, model: LanguageModel, setting: ObjectiveSettings, related: RelatedTexts
    ) -> None:
        super().__init__(config, model, setting)
        self.name = f"relation_classification.{related.name}"
        self.head = related.head
        self.overlap, self.merge, self.negatives = related.overlap, related.merge, related.negatives
        self.weights = {"relations": 1.0}
        self.register_buffer("balance", torch.tensor(related.class_weights, dtype=torch.float32), persistent=False)

    balance: Tensor

    def modules_to_keep(self) -> dict[str, nn.Module]:
        """The head."""
        return {self.name: self.head}

    def usable(self, unit: Unit) -> bool:
        """Any text with a candidate."""
        return len(unit.targets.get(PAIRS, ())) > 0

    def pieces(self, unit: Unit) -> int:
        """Its windows."""
        return len(self._windows(unit)) if self.usable(unit) else 0

    def tokens(self, reading: Reading) -> int:
        """Tokens of what is read, with special tokens."""
        special = self.setting.vocabulary.specials_per_sequence
        windows = self._windows(reading.unit)
        read = windows if reading.epoch < 0 else [windows[reading.piece]]
        return sum(end - start + special for start, end in read)

    def collate(self, readings: Sequence[Reading]) -> Batch:
        """Windows with the pairs that they hold: int64 [pairs, 8]."""
        sequences: list[Masked] = []
        rows: list[Places] = []
        first = 0
        for reading in readings:
            for start, end, pairs in self._read(reading):
                window, own = _window(reading.unit, start, end, pairs)
                own[:, _ROW] = len(sequences)
                own[:, _CANDIDATE] += first
                sequences.append(window)
                rows.append(own)
            first += len(reading.unit.targets[CLASSES])
        labels = np.concatenate(rows)
        judged = len(np.unique(labels[:, [_ROW, _CANDIDATE]], axis=0))
        packed = micro_batches(sequences, self.setting.vocabulary, self.setting.reading)
        return Batch(packed, torch.from_numpy(labels), counts={"relations": judged})

    def read(self, one: MicroBatch, labels: Tensor, *, vectors_only: bool = False) -> Read:
        """The loss of the candidates of each window by itself; in validation the scores of their pairs as well."""
        own, pairs, mentions = _pairs_of(one, labels)
        hidden = self.model.hidden(one.ids, one.layout)
        with torch.autocast(hidden.device.type, enabled=False):
            scores = self.head(hidden.float(), mentions, pairs, own[:, _GAP], own[:, [_HEADS, _TAILS]])
            # in validation two windows may share a candidate: here each judges what it sees of it
            _, groups = torch.unique(own[:, [_ROW, _CANDIDATE]], dim=0, return_inverse=True)
            count = int(groups.max()) + 1 if len(groups) else 0
            truth = own.new_zeros(count).index_put((groups,), own[:, _CLASS])
            each = merged(scores, groups, count, self.merge)
            loss = functional.cross_entropy(each, truth, weight=self.balance.to(each.dtype), reduction="sum")
        return Read({"relations": loss}, None, None if self.training else scores)

    def validation_score(self, read: Sequence[tuple[Batch, Output]]) -> float | None:
        """Micro F1 of the candidates at the best threshold of no relation."""
        found = [_judged(batch, output.scores, self.merge) for batch, output in read if output.scores]
        if not found:
            return None
        truth, probabilities = (np.concatenate(each) for each in zip(*found, strict=True))
        return best_threshold(truth, probabilities).f1

    def _read(self, reading: Reading) -> list[tuple[int, int, Places]]:
        """In training one window with some of its candidates, in validation all with those that each reads best."""
        unit, windows = reading.unit, self._windows(reading.unit)
        pairs = unit.targets[PAIRS]
        if reading.epoch < 0:
            chosen = windows_of(pairs, unit.targets[MARKERS], windows, len(unit.ids))
            return [(*window, pairs[chosen == place]) for place, window in enumerate(windows)]
        start, end = windows[reading.piece]
        held = windows_of(pairs, unit.targets[MARKERS], [(start, end)], len(unit.ids)) == 0
        return [(start, end, self._sampled(reading, pairs[held]))]

    def _sampled(self, reading: Reading, pairs: Places) -> Places:
        """Pairs of all related candidates and of some others, drawn anew in each epoch."""
        if self.negatives is None:
            return pairs
        candidates = np.unique(pairs[:, 2])
        random = generator("negatives", self.setting.seed, reading.epoch, reading.unit.id, reading.piece)
        kept = candidates[sampled(reading.unit.targets[CLASSES][candidates], self.negatives, random)]
        return np.asarray(pairs[np.isin(pairs[:, 2], kept)])

    def _windows(self, unit: Unit) -> list[tuple[int, int]]:
        return spans(len(unit.ids), self.setting.text_window, self.overlap)


def sampled(classes: npt.NDArray[np.integer], negatives: float, random: np.random.Generator) -> Places:
    """Places of all related candidates, and of so many others for each of them (of one, if there are none); rising."""
    positive, negative = np.flatnonzero(classes), np.flatnonzero(classes == 0)
    size = min(len(negative), max(1, round(negatives * max(1, len(positive)))))
    return np.sort(np.concatenate([positive, random.choice(negative, size, replace=False)]))


def _window(unit: Unit, start: int, end: int, pairs: Places) -> tuple[Masked, Places]:
    """A window with its mentions, and its pairs as rows of labels."""
    markers = unit.targets[MARKERS]
    first, last = np.searchsorted(markers, [start, end])
    rows = np.zeros((len(pairs), _COLUMNS), dtype=np.int64)
    rows[:, _HEAD], rows[:, _TAIL], rows[:, _CANDIDATE] = pairs[:, 0] - first, pairs[:, 1] - first, pairs[:, 2]
    rows[:, _GAP] = gaps_of(markers[pairs[:, 0]], markers[pairs[:, 1]])
    rows[:, _CLASS] = unit.targets[CLASSES][pairs[:, 2]]
    rows[:, [_HEADS, _TAILS]] = pairs[:, 3:]
    sizes = np.minimum(unit.targets[ENDS][first:last], end) - markers[first:last]
    return Masked(unit.ids[start:end], markers[first:last] - start, sizes.astype(np.int32)), rows


def _pairs_of(one: MicroBatch, labels: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Labels of the pairs of a micro-batch, which of its mentions they are [p, 2], and their tokens [m, 2]."""
    owners = one.layout.owners[one.targets["positions"]]
    mentions = torch.bincount(owners, minlength=len(one.rows))
    first = labels.new_full((int(one.rows.max()) + 1,), -1)
    first[one.rows] = torch.cumsum(mentions, 0) - mentions
    rows = labels[:, _ROW]
    known = rows < len(first)
    own = labels[known][first[rows[known]] >= 0]
    starts = one.targets["positions"]
    mentions = torch.stack([starts, starts + one.targets["words"]], dim=1)
    return own, own[:, [_HEAD, _TAIL]] + first[own[:, _ROW], None], mentions


def _judged(
    batch: Batch, scores: Sequence[Tensor], how: Merge
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float64]]:
    """Class and probabilities of each candidate of a batch, from all windows that read its pairs."""
    labels = torch.cat([_pairs_of(one, batch.labels)[0] for one in batch.micro_batches])
    _, groups = torch.unique(labels[:, _CANDIDATE], return_inverse=True)
    count = int(groups.max()) + 1 if len(groups) else 0
    truth = labels.new_zeros(count).index_put((groups,), labels[:, _CLASS])
    each = merged(torch.cat(list(scores)).double(), groups, count, how).softmax(dim=1)
    return truth.cpu().numpy(), each.cpu().numpy()


class Threshold(NamedTuple):
    """From which probability that two things are related a relation is predicted, and what that scores."""

    at: float
    f1: float


def best_threshold(
    truth: npt.NDArray[np.integer], probabilities: npt.NDArray[np.floating], unseen: int = 0
) -> Threshold:
    """The threshold with the highest micro F1 of relations; the type is the likeliest one in any case.

    Parameters
    ----------
    truth : int [c]
        Class of each candidate, 0 for no relation.
    probabilities : float [c, classes]
        The first is that of no relation.
    unseen : int
        Relations that are no candidates, and are missed at any threshold.
    """
    total = int((truth > 0).sum()) + unseen
    if not len(truth) or not total:
        return Threshold(0.5, 0.0)
    related = 1 - probabilities[:, 0].astype(np.float64)
    order = np.argsort(-related, kind="stable")
    right = np.cumsum((probabilities[:, 1:].argmax(axis=1) + 1 == truth)[order])
    scores = 2 * right / (np.arange(1, len(truth) + 1) + total)
    value = related[order]
    last = np.append(np.diff(value) < 0, True)  # of equal probabilities all or none are predicted
    best = int(np.argmax(np.where(last, scores, -1)))
    below = value[best + 1] if best + 1 < len(value) else 0.0
    return Threshold(float((value[best] + below) / 2), float(scores[best]))
