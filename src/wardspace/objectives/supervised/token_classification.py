"""Tags of tokens: which stretches of a text name something."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.nn.utils.rnn import pad_sequence

from wardspace.config.section import Section
from wardspace.models import LanguageModel
from wardspace.models.windows import most_central, spans
from wardspace.objectives.base import Objective, ObjectiveSettings, Output, Read
from wardspace.objectives.heads import HEAD_DROPOUT, HEAD_SPREAD
from wardspace.objectives.masking import Masked
from wardspace.objectives.micro_batches import Batch, MicroBatch, micro_batches
from wardspace.objectives.supervised.chains import Chain, decoded
from wardspace.objectives.supervised.crf import LinearChain
from wardspace.objectives.supervised.tags import TagScheme, TagSpan
from wardspace.objectives.units import Reading, Unit

TAGS, PLACES = "tags", "places"
"""Targets of a unit: its tags, int32 [p], and the tokens that carry them, int64 [p], rising."""
_PLACE, _START, _END, _TOKENS = 0, 1, 2, 3
"""Columns of a batch's labels: place of the window's unit in the batch, its start and end, tokens of the unit."""


class TagHead(nn.Module):
    """Dropout and a linear layer from token vectors to tags, with or without scores of transitions.

    Parameters
    ----------
    width : int
        Length of the vectors.
    scheme : TagScheme
        The tags.
    seed : int
        Seed of the weights; no other random state is touched.
    crf : bool
        Whether transitions are scored too.
    """

    def __init__(self, width: int, scheme: TagScheme, seed: int, *, crf: bool = False) -> None:
        super().__init__()
        self.scheme = scheme
        self.classes = scheme.names
        self.dropout = nn.Dropout(HEAD_DROPOUT)
        self.out = nn.Linear(width, len(scheme.names))
        self.crf = LinearChain(scheme) if crf else None
        nn.init.normal_(self.out.weight, std=HEAD_SPREAD, generator=torch.Generator().manual_seed(seed))
        nn.init.zeros_(self.out.bias)

    def forward(self, vectors: Tensor) -> Tensor:
        """Scores [t, tags] of token vectors [t, d]; log probabilities where transitions are not scored."""
        scores: Tensor = self.out(self.dropout(vectors))
        return scores if self.crf else scores.log_softmax(dim=-1)

    def chain(self) -> Chain:
        """What decoding needs besides."""
        return self.crf.chain() if self.crf else Chain.of(self.scheme)


@dataclass(frozen=True)
class TaggedNotes:
    """What a tagger is made with.

    Parameters
    ----------
    name : str
        Name of the task, under which the head is kept.
    head : TagHead
        Scores the tags.
    tag_weights : float [tags]
        What a position of each tag counts in the loss; not used where transitions are scored.
    overlap : float
        Share of a window that the next one reads again.
    """

    name: str
    head: TagHead
    tag_weights: npt.NDArray[np.float64]
    overlap: float


class TokenClassification(Objective):
    """Cross-entropy of the tags, or the likelihood of the chain of them, at the tagged tokens of a text.

    A long text is read in overlapping windows, each once an epoch. In validation a token that several windows read is
    judged by the one in which it is most central, and the best weights are those of the highest strict F1 of mentions.

    Parameters
    ----------
    config : Section
        Options of fine-tuning.
    model : LanguageModel
        Whose encoder learns with the head.
    setting : ObjectiveSettings
        Window, vocabulary, seed.
    tagged : TaggedNotes
        Head, weights of the tags, overlap of windows.

    References
    ----------
    Devlin et al. 2019, BERT, section 5.3 (the first piece of each word is tagged). Lample et al. 2016, Neural
    Architectures for Named Entity Recognition (the conditional random field on top).
    """

    def __init__(self, config: Section, model: LanguageModel, setting: ObjectiveSettings, tagged: TaggedNotes) -> None:
        super().__init__(config, model, setting)
        self.name = f"token_classification.{tagged.name}"
        self.head = tagged.head
        self.overlap = tagged.overlap
        self.weights = {"tags": 1.0}
        self.register_buffer("balance", torch.tensor(tagged.tag_weights, dtype=torch.float32), persistent=False)

    balance: Tensor

    def modules_to_keep(self) -> dict[str, nn.Module]:
        """The head."""
        return {self.name: self.head}

    def usable(self, unit: Unit) -> bool:
        """Any text with a tagged token."""
        return len(unit.targets.get(TAGS, ())) > 0

    def pieces(self, unit: Unit) -> int:
        """Its windows."""
        return len(self._windows(unit)) if self.usable(unit) else 0

    def tokens(self, reading: Reading) -> int:
        """Tokens of what is read, with special tokens."""
        special = self.setting.vocabulary.specials_per_sequence
        return sum(end - start + special for start, end in self._read(reading))

    def collate(self, readings: Sequence[Reading]) -> Batch:
        """Windows with their tags, and where each comes from: int64 [windows, 4]."""
        sequences: list[Masked] = []
        rows: list[list[int]] = []
        for place, reading in enumerate(readings):
            unit = reading.unit
            for start, end in self._read(reading):
                sequences.append(_window(unit, start, end))
                rows.append([place, start, end, len(unit.ids)])
        labels = torch.tensor(rows, dtype=torch.int64).reshape(len(rows), _TOKENS + 1)
        packed = micro_batches(sequences, self.setting.vocabulary, self.setting.reading)
        return Batch(packed, labels, counts={"tags": sum(len(one.positions) for one in sequences)})

    def read(self, one: MicroBatch, labels: Tensor, *, vectors_only: bool = False) -> Read:
        """The loss of the tags of a micro-batch; in validation their scores as well."""
        at, tags = one.targets["positions"], one.targets["words"]
        hidden = self.model.hidden(one.ids, one.layout)[at]
        with torch.autocast(hidden.device.type, enabled=False):
            scores = self.scores(hidden.float())
            if self.head.crf is None:
                loss = functional.nll_loss(scores, tags, weight=self.balance.to(scores.dtype), reduction="sum")
            else:
                loss = self._chained(self.head.crf, scores, tags, one, labels)
        return Read({"tags": loss}, None, None if self.training else scores)

    def scores(self, hidden: Tensor) -> Tensor:
        """Scores [t, tags] of token vectors [t, d]."""
        found: Tensor = self.head(hidden)
        return found

    def validation_score(self, read: Sequence[tuple[Batch, Output]]) -> float | None:
        """Strict F1 of mentions, over positions."""
        emissions: list[npt.NDArray[np.float32]] = []
        truth: list[list[TagSpan]] = []
        for batch, output in read:
            for text in _texts(batch, output.scores, len(self.setting.vocabulary.prefix)):
                emissions.append(text.scores)
                truth.append(self.head.scheme.decode(text.tags))
        if not emissions:
            return None
        predicted = [one.spans for one in decoded(emissions, self.head.chain())]
        return strict_f1(truth, predicted)

    def _chained(self, crf: LinearChain, scores: Tensor, tags: Tensor, one: MicroBatch, labels: Tensor) -> Tensor:
        owners = one.layout.owners[one.targets["positions"]]
        lengths = torch.bincount(owners, minlength=len(one.rows))
        kept = lengths > 0
        sizes = lengths[kept].tolist()
        padded, wanted = (pad_sequence(list(torch.split(each, sizes)), batch_first=True) for each in (scores, tags))
        bounds = labels[one.rows[kept]]
        whole = torch.stack([bounds[:, _START] == 0, bounds[:, _END] == bounds[:, _TOKENS]], dim=1)
        found: Tensor = crf(padded, wanted, lengths[kept], whole=whole)
        return found.sum()

    def _read(self, reading: Reading) -> list[tuple[int, int]]:
        """One window in training, all of them in validation."""
        windows = self._windows(reading.unit)
        return windows if reading.epoch < 0 else [windows[reading.piece]]

    def _windows(self, unit: Unit) -> list[tuple[int, int]]:
        return spans(len(unit.ids), self.setting.text_window, self.overlap)


def strict_f1(truth: Sequence[Sequence[TagSpan]], predicted: Sequence[Sequence[TagSpan]]) -> float:
    """F1 of spans that are right in borders and type, over all texts; 0 where there are none."""
    hits = sum(len(set(one) & set(other)) for one, other in zip(truth, predicted, strict=True))
    both = sum(len(one) + len(other) for one, other in zip(truth, predicted, strict=True))
    return 2 * hits / both if both else 0.0


def _window(unit: Unit, start: int, end: int) -> Masked:
    places = unit.targets[PLACES]
    first, last = np.searchsorted(places, [start, end])
    return Masked(unit.ids[start:end], places[first:last] - start, unit.targets[TAGS][first:last])


class _Text(NamedTuple):
    """The tagged positions of one text."""

    scores: npt.NDArray[np.float32]
    tags: npt.NDArray[np.int64]


def _texts(batch: Batch, scores: Sequence[Tensor], prefix: int) -> list[_Text]:
    """Put the windows of each text of a batch together: of each token the reading in which it is most central."""
    labels = batch.labels.cpu().numpy()
    windows, tokens, tags = [], [], []
    for one in batch.micro_batches:
        at = one.targets["positions"]
        owners = one.layout.owners[at]
        rows = one.rows[owners].cpu().numpy()
        windows.append(rows)
        tokens.append((at - one.layout.starts[owners] - prefix).cpu().numpy() + labels[rows, _START])
        tags.append(one.targets["words"].cpu().numpy())
    window, token, tag = (np.concatenate(each) for each in (windows, tokens, tags))
    score = torch.cat(list(scores)).float().cpu().numpy()
    order = np.lexsort((token, labels[window, _PLACE]))
    firsts = np.flatnonzero(np.diff(labels[:, _PLACE], prepend=-1))
    found = []
    for first, last in pairwise([*firsts.tolist(), len(labels)]):
        plan = [(int(start), int(end)) for start, end in labels[first:last, [_START, _END]]]
        central = first + most_central(int(labels[first, _TOKENS]), plan)
        own = order[labels[window[order], _PLACE] == labels[first, _PLACE]]
        kept = own[central[token[own]] == window[own]]
        found.append(_Text(score[kept], tag[kept]))
    return found
