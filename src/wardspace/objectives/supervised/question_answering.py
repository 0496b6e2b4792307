"""Answers to questions: where in a text the answer begins and ends, or that it has none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from wardspace.config.section import Section
from wardspace.models import LanguageModel
from wardspace.models.tokens import TokenPair
from wardspace.objectives.base import Objective, ObjectiveSettings, Output, Read
from wardspace.objectives.micro_batches import Batch, MicroBatch, micro_batches
from wardspace.objectives.supervised.answer_spans import SpanHead, Windows, best_spans, log_probabilities
from wardspace.objectives.supervised.answer_windows import AnswerWindows, Sampling, WindowPlan
from wardspace.objectives.units import Reading, Unit

QUESTION, ANSWERS = "question", "answers"
"""Targets of a unit, whose ids are those of the text: token ids of the question, int32 [q], and the tokens of its right
answers, int64 [k, 2]."""
_PLACE, _TEXT, _START, _END, _SHARED, _FIRST, _LAST, _RIGHT = range(8)
"""Columns of a batch's labels: place of the window's unit in the batch, where in the sequence the text begins, its
start and end, how much of the question it speaks of (in millionths), first and last token of the answer in the window
(-1: none), then all right answers of the unit."""
_MILLION = 1_000_000
WEIGHTS = (0.0, 2.0, 4.0, 8.0, 16.0, 32.0)
"""What the words that question and window share may count beside the log probabilities of the model."""


@dataclass(frozen=True)
class AskedQuestions:
    """What a reader is made with.

    Parameters
    ----------
    name : str
        Name of the task, under which the head is kept.
    head : SpanHead
        Scores the tokens.
    overlap : float
        Share of a window that the next one reads again.
    sampling : Sampling
        Which windows are learned from.
    windows : int, optional
        Windows of a text that are read for a question.
    longest : int, optional
        Most tokens of an answer.
    """

    name: str
    head: SpanHead
    overlap: float
    sampling: Sampling
    windows: int | None = None
    longest: int | None = None


class QuestionAnswering(Objective):
    """Cross-entropy of the first and the last token of the answer; without one, of the first token of the sequence.

    A unit is a question with its text. A long text is read in overlapping windows, each with the question before it. In
    an epoch those that hold an answer are read and a sample of the others. In validation the best span over the windows
    is the answer, by its log probability plus a weight times what question and window share; weight and threshold are
    the best on validation, and the best weights of the model are those of the highest token F1 over positions.

    Parameters
    ----------
    config : Section
        Options of fine-tuning.
    model : LanguageModel
        Whose encoder learns with the head.
    setting : ObjectiveSettings
        Window, vocabulary, seed.
    asked : AskedQuestions
        Head and windows.

    References
    ----------
    Devlin et al. 2019, BERT, section 4.3 (SQuAD 2.0). Alberti et al. 2019, A BERT Baseline for the Natural Questions
    (windows without an answer are sampled). Yang et al. 2019, End-to-End Open-Domain Question Answering with BERTserini
    (scores of the search and of the reader are added).
    """

    def __init__(
        self, config: Section, model: LanguageModel, setting: ObjectiveSettings, asked: AskedQuestions
    ) -> None:
        super().__init__(config, model, setting)
        self.name = f"question_answering.{asked.name}"
        self.head = asked.head
        self.asked = asked
        self.plan = WindowPlan(setting.window - setting.vocabulary.pairs.count, asked.overlap, asked.windows)
        self.weights = {"spans": 1.0}

    def modules_to_keep(self) -> dict[str, nn.Module]:
        """The head."""
        return {self.name: self.head}

    def usable(self, unit: Unit) -> bool:
        """Any text with a token."""
        return QUESTION in unit.targets and len(unit.ids) > 0

    def pieces(self, unit: Unit) -> int:
        """Its windows of an epoch."""
        return self.asked.sampling.count(unit.id, self._windows(unit)) if self.usable(unit) else 0

    def tokens(self, reading: Reading) -> int:
        """Tokens of what is read, with the question and special tokens."""
        found = self._windows(reading.unit)
        chosen = found.windows[self._read(reading, found)]
        question = len(self.plan.question(reading.unit.targets[QUESTION]))
        return int((chosen[:, 1] - chosen[:, 0] + question + self.setting.vocabulary.pairs.count).sum())

    def collate(self, readings: Sequence[Reading]) -> Batch:
        """Windows with the question before them, and what is known of each: int64 [windows, 7 + 2 answers]."""
        pairs: list[TokenPair] = []
        rows: list[list[int]] = []
        most = max((len(reading.unit.targets[ANSWERS]) for reading in readings), default=0)
        around = self.setting.vocabulary.pairs
        for place, reading in enumerate(readings):
            unit, found = reading.unit, self._windows(reading.unit)
            question = self.plan.question(unit.targets[QUESTION])
            text = len(around.before) + len(question) + len(around.between)
            right = np.full((most, 2), -1, dtype=np.int64)
            right[: len(found.answers)] = found.answers
            for window in self._read(reading, found):
                start, end = found.windows[window].tolist()
                pairs.append(TokenPair(question, unit.ids[start:end]))
                target = found.target(window, max(0, reading.epoch))
                shared = round(_MILLION * float(found.shared[window]))
                rows.append([place, text, start, end, shared, *target, *right.ravel().tolist()])
        labels = torch.tensor(rows, dtype=torch.int64).reshape(len(rows), _RIGHT + 2 * most)
        packed = micro_batches(pairs, self.setting.vocabulary, self.setting.reading)
        return Batch(packed, labels, counts={"spans": len(pairs)})

    def read(self, one: MicroBatch, labels: Tensor, *, vectors_only: bool = False) -> Read:
        """The loss of a micro-batch; in validation the best span of each window."""
        own = labels[one.rows]
        windows = Windows(one.layout.starts, own[:, _TEXT], own[:, _END] - own[:, _START])
        hidden = self.model.hidden(one.ids, one.layout)
        with torch.autocast(hidden.device.type, enabled=False):
            logs = log_probabilities(self.scores(hidden.float()), windows)
            targets = own[:, _FIRST : _LAST + 1] + 1  # no answer is at 0
            loss = -logs.gather(1, targets[:, None]).sum() / 2
        if self.training:
            return Read({"spans": loss}, None)
        found = best_spans(logs, self.asked.longest)
        return Read({"spans": loss}, None, torch.stack([one.rows.to(logs), *(each.to(logs) for each in found)], dim=1))

    def scores(self, hidden: Tensor) -> Tensor:
        """Scores [t, 2] of token vectors [t, d]."""
        found: Tensor = self.head(hidden)
        return found

    def validation_score(self, read: Sequence[tuple[Batch, Output]]) -> float | None:
        """Token F1 over positions, at the weight and the threshold that are best for it."""
        reached = []
        for weight in WEIGHTS:
            judged = [one for batch, output in read for one in _judged(batch, output, weight)]
            if not judged:
                return None
            scores, answered, silent = np.array(judged).T
            reached.append(best_threshold(scores, answered, silent)[1])
        return max(reached)

    def _windows(self, unit: Unit) -> AnswerWindows:
        return self.plan.read(unit.ids, unit.targets[QUESTION], unit.targets[ANSWERS])

    def _read(self, reading: Reading, found: AnswerWindows) -> list[int]:
        """The window of the reading's piece in training, all that are likely in validation."""
        if reading.epoch < 0:
            return [int(window) for window in found.likely]
        return [self.asked.sampling.window(reading.unit.id, found, reading.piece, reading.epoch)]


def best_threshold(
    scores: npt.NDArray[np.floating], answered: npt.NDArray[np.floating], silent: npt.NDArray[np.floating]
) -> tuple[float | None, float]:
    """The score from which on answering is best, and the mean value that it comes to.

    Parameters
    ----------
    scores : float [n]
        How much rather each question is answered than not.
    answered, silent : float [n]
        What it is worth to answer it as found, and to say that there is no answer.

    Returns
    -------
    (float or None, float)
        Halfway between the two scores that it parts; None where it is best to answer everything.
    """
    order = np.argsort(-scores, kind="stable")
    ranked, gains = scores[order], (answered - silent)[order]
    totals = silent.sum() + np.concatenate([[0.0], np.cumsum(gains)])
    # questions of one score are answered together
    totals[1:-1][ranked[1:] == ranked[:-1]] = -np.inf
    count = len(totals) - 1 - int(np.argmax(totals[::-1]))
    best = float(totals[count] / max(1, len(scores)))
    if count == len(scores):
        return None, best
    above = float(ranked[count - 1]) if count else float(ranked[0]) + 2.0
    return (above + float(ranked[count])) / 2, best


def _judged(batch: Batch, output: Output, weight: float) -> list[tuple[float, float, float]]:
    """Of each question of a batch how much rather it is answered than not, and what either is worth."""
    labels = batch.labels.cpu().numpy()
    found = torch.cat(list(output.scores)).double().cpu().numpy()
    found = found[np.argsort(found[:, 0])]
    judged = []
    for place in np.unique(labels[:, _PLACE]):
        own = labels[:, _PLACE] == place
        totals = found[own, 3] + weight * labels[own, _SHARED] / _MILLION
        best, start = found[own][np.argmax(totals)], labels[own][np.argmax(totals), _START]
        right = labels[own][0, _RIGHT:].reshape(-1, 2)
        right = right[right[:, 0] >= 0]
        said = (int(best[1]) + start, int(best[2]) + 1 + start)
        f1 = max((_position_f1(said, (int(first), int(last))) for first, last in right), default=0.0)
        judged.append((float(totals.max() - found[own, 4].min()), f1, float(not len(right))))
    return judged


def _position_f1(said: tuple[int, int], right: tuple[int, int]) -> float:
    common = max(0, min(said[1], right[1]) - max(said[0], right[0]))
    return 2 * common / (said[1] - said[0] + right[1] - right[0])
