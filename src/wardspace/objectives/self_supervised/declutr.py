"""DeCLUTR: spans of one note together, spans of others apart, jointly with masked words or alone."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import torch
from torch import Tensor, nn

from wardspace.config import DeclutrConfig
from wardspace.core.seeds import generator
from wardspace.models import LanguageModel
from wardspace.objectives.base import Objective, ObjectiveSettings, Read
from wardspace.objectives.losses.ntxent import NTXent
from wardspace.objectives.masking import Masked
from wardspace.objectives.micro_batches import Batch, MicroBatch, micro_batches
from wardspace.objectives.spans import Draw, Span, SpanRule
from wardspace.objectives.units import Ids, Reading, Unit
from wardspace.objectives.words import WordLoss


class Declutr(Objective):
    """NT-Xent between anchor spans and the averaged positives around them, plus masked words on the anchors.

    Anchors are masked before encoding and that one pass serves both losses; positives are not masked. The embeddings
    of an anchor's positives are averaged. Other anchors of the same note, and their positives, are hard negatives.
    With `mlm_weight` 0 anchors stay unmasked and the head for words takes no part.

    Parameters
    ----------
    config : DeclutrConfig
        Anchors, positives, lengths, strategy, temperature, weights.
    model : LanguageModel
        The language model.
    setting : ObjectiveSettings
        Window (it caps the longest span), vocabulary, pooling and seed.

    References
    ----------
    Giorgi et al. 2021, DeCLUTR: Deep Contrastive Learning for Unsupervised Textual Representations.
    Taylor et al. 2024, Developing Healthcare Language Model Embedding Spaces.

    Examples
    --------
    >>> objective = build(DeclutrConfig(anchors=1), model, setting)  # doctest: +SKIP
    >>> batch = objective.collate([Reading(one, epoch=0), Reading(other, epoch=0)])  # doctest: +SKIP
    >>> objective(batch).parts  # doctest: +SKIP
    {'contrast': tensor(…), 'mlm': tensor(…)}
    """

    options: DeclutrConfig
    compares = True
    group_lengths = False

    def __init__(self, config: DeclutrConfig, model: LanguageModel, setting: ObjectiveSettings) -> None:
        super().__init__(config, model, setting)
        self.words = WordLoss.of(config.mlm, model, setting) if config.mlm_weight > 0 else None
        self.head_warmup = config.mlm.head_warmup if self.words else 0.0
        self.weights = {"contrast": config.contrast_weight, "mlm": config.mlm_weight}
        self.contrast = NTXent(config.temperature, learned=config.learn_temperature)
        longest = min(config.longest, setting.text_window)
        self.rule = SpanRule(
            anchors=config.anchors,
            positives=config.positives,
            longest=longest,
            shortest=min(config.shortest, longest),
            strategy=config.strategy,
            scaled=config.spans == "scaled",
        )

    def unused_parameters(self) -> Iterable[nn.Parameter]:
        """The head for words, where no words are predicted."""
        return () if self.words else super().unused_parameters()

    def usable(self, unit: Unit) -> bool:
        """Notes long enough for the spans (see `SpanRule.bounds`)."""
        return self.rule.bounds(len(unit.ids)) is not None

    def tokens(self, reading: Reading) -> int:
        """Tokens of all anchors and positives with their special tokens."""
        spans = [span for draw in self._draws(reading) for span in (draw.anchor, *draw.positives)]
        return sum(span.length + self.setting.vocabulary.specials_per_sequence for span in spans)

    def collate(self, readings: Sequence[Reading]) -> Batch:
        """Draw spans by (seed, epoch, note), mask anchors by (seed, epoch, note, anchor)."""
        anchors: list[Ids | Masked] = []
        positives: list[Ids | Masked] = []
        for reading in readings:
            for index, draw in enumerate(self._draws(reading)):
                anchors.append(self._anchor(reading, index, draw.anchor))
                positives.extend(reading.unit.ids[start:end] for start, end in draw.positives)
        hidden = sum(len(anchor.positions) for anchor in anchors if isinstance(anchor, Masked))
        return Batch(
            micro_batches([*anchors, *positives], self.setting.vocabulary, self.setting.reading),
            labels=torch.zeros(len(anchors), 0, dtype=torch.int64),
            counts={"mlm": hidden} if self.words else {},
        )

    def read(self, one: MicroBatch, labels: Tensor, *, vectors_only: bool = False) -> Read:
        """Vectors of the spans, and the hidden words of the anchors."""
        hidden = self.model.hidden(one.ids, one.layout)
        words = self.words if not vectors_only else None
        return Read({"mlm": words.loss(self.model, hidden, one)} if words else {}, self.pooled(hidden, one))

    def views(self, vectors: Tensor) -> Tensor:
        """Each anchor with the mean of its positives."""
        anchors = len(vectors) // (1 + self.options.positives)
        means = vectors[anchors:].view(anchors, self.options.positives, vectors.shape[1]).mean(1)
        return torch.stack([vectors[:anchors], means], dim=1)

    def compare(self, views: Tensor, labels: Tensor) -> tuple[dict[str, Tensor], dict[str, int]]:
        """Contrast anchors with the means of their positives."""
        return {"contrast": self.contrast(views[:, 0], views[:, 1])}, {"contrast": 2 * len(views)}

    def compared_by(self) -> Iterable[nn.Parameter]:
        """The temperature, where it is learned."""
        return self.contrast.parameters()

    def _draws(self, reading: Reading) -> list[Draw]:
        random = generator(self.setting.seed, "spans", reading.epoch, reading.unit.id)
        return self.rule.draw(len(reading.unit.ids), random)

    def _anchor(self, reading: Reading, index: int, span: Span) -> Ids | Masked:
        part = slice(span.start, span.end)
        return self.words.hide(reading, part, index) if self.words else reading.unit.ids[part]
