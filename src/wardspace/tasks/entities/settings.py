"""Frozen token vectors with a linear layer, and what all settings of the kind have in common."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from wardspace.config import EntitiesConfig
from wardspace.models import Encoder
from wardspace.objectives.supervised.chains import Chain, decoded
from wardspace.objectives.supervised.tags import TagScheme, TagSpan, positions_of, spans_at
from wardspace.objectives.supervised.token_classification import strict_f1
from wardspace.results import SettingRecord
from wardspace.tasks.entities.annotated import AnnotatedNotes
from wardspace.tasks.entities.emissions import FLOOR, LinearEmissions, log_probabilities
from wardspace.tasks.entities.fitted import FittedTagger, Tagging
from wardspace.tasks.entities.kept import save_tagger
from wardspace.tasks.entities.mentions import Mention, without_overlap
from wardspace.tasks.kind import Models, RunKey
from wardspace.tasks.notes import EvaluatedModel
from wardspace.tasks.probes.logistic import LogisticModel, candidates
from wardspace.tasks.probes.scaling import BlockScaling
from wardspace.tasks.probes.validation import class_weights

STRENGTHS = (0.1, 1.0, 10.0, 100.0)
"""Inverse penalties tried, for vectors of mean squared length one."""


@dataclass(frozen=True)
class EntitySetting:
    """What all settings that learn once for each budget have in common.

    Attributes
    ----------
    record : SettingRecord
        Name and family.
    task : EntitiesConfig
        The task.
    models : Models
        Which models it runs with; a baseline names the row of the tables that it fills.
    """

    record: SettingRecord
    task: EntitiesConfig
    models: Models = "encoders"

    def runs(self, gold: AnnotatedNotes) -> list[tuple[int | None, int]]:
        """One on all training notes, then one for each budget and subset."""
        few: list[tuple[int | None, int]] = [
            (notes, seed) for notes in gold.budgets(self.task.budgets) for seed in range(self.task.subsets)
        ]
        return [(None, 0), *few]

    def cap(self, gold: AnnotatedNotes) -> int | None:
        """None: it learns from all training notes."""
        return None

    def reads(self, gold: AnnotatedNotes) -> NDArray[np.int64]:
        """None: it reads tokens, not notes."""
        return np.empty(0, dtype=np.int64)


class Tagged(NamedTuple):
    """A text for a tagger to learn from."""

    vectors: NDArray[np.float32]
    """Of its tagged tokens, [p, d]."""
    tags: NDArray[np.int32]
    """Their tags, [p]."""


def coded(mentions: Sequence[Mention], types: Sequence[str]) -> list[tuple[int, int, int]]:
    """Mentions that a tagger can learn, their types by number."""
    place = {name: code for code, name in enumerate(types)}
    return [(one.start, one.end, place[one.type]) for one in without_overlap(mentions)]


@dataclass(frozen=True)
class LinearHead(EntitySetting):
    """Multinomial logistic regression on frozen token vectors; its strength has the best strict F1 on validation."""

    _read: dict[str, tuple[AnnotatedNotes, dict[int, Tagged]]] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )
    """Tagged texts of the last model, which all budgets share."""

    def fit(
        self, model: EvaluatedModel, gold: AnnotatedNotes, run: RunKey, folder: Path, *, show_progress: bool = True
    ) -> FittedTagger:
        """Fit with the strength chosen on validation."""
        scheme = TagScheme(self.task.scheme, gold.classes)
        encoder = model.load()
        texts = self._texts(model.name, encoder, gold, scheme)
        train = [texts[row] for row in gold.learned(run.shots, run.seed).tolist()]
        held = gold.rows("validation")
        layers = len(encoder.spread_layers(self.task.layers) or (0,))
        known = [texts[row] for row in held.tolist()]
        fitted, scaling = _fit(train, known, scheme, self.task.class_weights, layers)
        emissions, chain = LinearEmissions(fitted, scaling), Chain.of(scheme)
        tagging = Tagging(encoder, self.task.pieces, emissions, chain, self.task.layers)
        return FittedTagger.calibrated(tagging, gold.classes, gold.texts.of(held), gold.of(held))

    @property
    def keep(self) -> bool:
        """As the task asks."""
        return self.task.keep

    def save(self, fitted: FittedTagger, folder: Path, run: RunKey) -> None:
        """Write the tagger; see `load_tagger`."""
        save_tagger(fitted, folder, run)

    def _texts(self, name: str, encoder: Encoder, gold: AnnotatedNotes, scheme: TagScheme) -> dict[int, Tagged]:
        known = self._read.get(name)
        if known is None or known[0] is not gold:
            rows = np.union1d(gold.rows("train"), gold.rows("validation"))
            self._read.clear()
            self._read[name] = gold, dict(zip(rows.tolist(), self._tagged(rows, encoder, gold, scheme), strict=True))
        return self._read[name][1]

    def _tagged(
        self, rows: NDArray[np.int64], encoder: Encoder, gold: AnnotatedNotes, scheme: TagScheme
    ) -> Iterator[Tagged]:
        texts = gold.texts.of(rows)
        read = encoder.token_vectors(texts, layers=encoder.spread_layers(self.task.layers))
        for row, text, tokens in zip(rows.tolist(), texts, read, strict=True):
            at = positions_of(text, tokens, self.task.pieces)
            spans = spans_at(coded(gold.mentions[row], gold.classes), at.bounds)
            yield Tagged(tokens.vectors[at.places], scheme.encode(spans, len(at.places)))


def _fit(
    train: Sequence[Tagged], held: Sequence[Tagged], scheme: TagScheme, balance: float, blocks: int
) -> tuple[LogisticModel, BlockScaling]:
    vectors, tags = np.concatenate([one.vectors for one in train]), np.concatenate([one.tags for one in train])
    scaling = BlockScaling.of(vectors, blocks)
    scaled = scaling.apply(vectors)
    known, codes = np.unique(tags, return_inverse=True)
    truth: list[list[TagSpan]] = [scheme.decode(one.tags) for one in held]
    seen = [scaling.apply(one.vectors) for one in held]
    chain = Chain.of(scheme)
    best: tuple[float, LogisticModel] | None = None
    weights = class_weights(codes.astype(np.int32), len(known), balance)
    if len(known) < 2:
        return _constant(vectors.shape[1], int(known[0]), scheme), scaling
    for one in candidates(scaled, codes.astype(np.int32), weights, balance, STRENGTHS):
        model = _over_all_tags(one, known, scheme)
        found = [each.spans for each in decoded([log_probabilities(model, each) for each in seen], chain)]
        score = strict_f1(truth, found)
        if best is None or score > best[0]:
            best = score, model
    if best is None:
        raise ValueError("there is no strength to choose from")
    return best[1], scaling


def _over_all_tags(model: LogisticModel, known: NDArray[np.integer], scheme: TagScheme) -> LogisticModel:
    """The model with scores for tags that the training notes lack."""
    tags = len(scheme.names)
    weights, intercepts = np.zeros((len(model.weights), tags)), np.full(tags, FLOOR)
    weights[:, known], intercepts[known] = model.weights, model.intercepts
    return LogisticModel(weights, intercepts, model.strength, model.balance)


def _constant(width: int, tag: int, scheme: TagScheme) -> LogisticModel:
    """What is learned from notes with one tag alone."""
    tags = len(scheme.names)
    return LogisticModel(np.zeros((width, tags)), np.where(np.arange(tags) == tag, 0.0, FLOOR), 1.0, 0.0)
