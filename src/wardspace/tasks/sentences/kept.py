"""A classifier of sentences that reads texts, in a folder and back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, ClassVar, Literal, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from pydantic import Field, FiniteFloat

from wardspace.config.fields import SourceKey
from wardspace.corpus.note.sentences import Sentence, sentences
from wardspace.models import Encoder
from wardspace.models.heads.kept_heads import KeptHead
from wardspace.objectives.heads import TwoLayerHead
from wardspace.tasks.confidence import Scaled
from wardspace.tasks.fields.filler import ReadNote
from wardspace.tasks.fields.values import Value
from wardspace.tasks.kept import KeptFit, check_shapes, damaged, load_fitted, run_fields, save_fitted
from wardspace.tasks.kind import RunKey
from wardspace.tasks.probes.head import head_probabilities
from wardspace.tasks.sentences.vectors import sentence_vectors

Matrix = NDArray[np.float32]
_GAIN = "gain"


class SentenceHead(NamedTuple):
    """A head with the encoder whose vectors of sentences it reads."""

    encoder: Encoder
    head: TwoLayerHead

    def probabilities(self, texts: Sequence[str], asked: Sequence[Sequence[Sentence]]) -> Matrix:
        """Probability of each label of the sentences of some texts, not scaled, float32 [sentences, labels]."""
        empty = np.zeros((0, self.encoder.dimension), dtype=np.float32)
        return head_probabilities(self.head, np.concatenate([empty, *sentence_vectors(self.encoder, texts, asked)]))


class Deciding(NamedTuple):
    """How probabilities become labels."""

    classes: tuple[str, ...]
    """Labels in the order of the probabilities."""
    scaled: tuple[Scaled, ...]
    """Scaling of each label."""
    threshold: float
    """Scaled probability from which a sentence has a label."""
    scripts: tuple[str, ...] = ()
    """Scripts of the texts that it was calibrated on; see `wardspace.corpus.note.scripts`."""

    def probabilities(self, found: Matrix) -> Matrix:
        """Scaled probabilities [sentences, labels]."""
        columns = [one.each(own) for one, own in zip(self.scaled, found.T, strict=True)]
        return np.stack(columns, axis=1).astype(np.float32)


class LabelledSentence(NamedTuple):
    """A sentence of a text with a label."""

    start: int
    end: int
    label: str
    confidence: float
    """Probability that it has the label."""


@dataclass(frozen=True)
class SentenceClassifier:
    """A classifier that splits texts into sentences and labels them.

    Attributes
    ----------
    reading : SentenceHead
        Encoder and head.
    deciding : Deciding
        Labels, scaling and threshold.
    """

    reading: SentenceHead
    deciding: Deciding
    source: ClassVar[SourceKey] = "sentence"

    @property
    def names(self) -> tuple[str, ...]:
        """The labels."""
        return self.deciding.classes

    @property
    def scripts(self) -> tuple[str, ...]:
        """Scripts of the texts that it was calibrated on."""
        return self.deciding.scripts

    def labels(self, texts: Sequence[str]) -> list[list[LabelledSentence]]:
        """The sentences of each text that have a label, once for each of their labels, in the order of the text."""
        asked = [sentences(text) for text in texts]
        found = self.deciding.probabilities(self.reading.probabilities(texts, asked))
        rows = iter(found)
        return [[one for sentence in own for one in self._of(sentence, next(rows))] for own in asked]

    def _of(self, sentence: Sentence, found: Matrix) -> list[LabelledSentence]:
        said = np.flatnonzero(found >= self.deciding.threshold).tolist()
        return [LabelledSentence(*sentence, self.names[place], float(found[place])) for place in said]

    def found(self, notes: Sequence[ReadNote], asked: Sequence[str]) -> list[list[Value]]:
        """Sentences with the labels that are asked for, as values of fields."""
        texts = [note.text for note in notes]
        return [
            [Value(text[one.start : one.end], one.start, one.end, one.confidence, one.label)
             for one in own if one.label in asked]
            for text, own in zip(texts, self.labels(texts), strict=True)
        ]  # fmt: skip

    def save(self, folder: Path, run: RunKey) -> None:
        """Write it into a folder of its own; see `load_sentences`.

        Raises
        ------
        ModelError
            If the folder holds something that is no model.
        """
        deciding, head = self.deciding, self.reading.head
        about = KeptSentences.model_validate(
            {
                **run_fields(run),
                "classes": deciding.classes,
                "threshold": deciding.threshold,
                "slopes": [one.slope for one in deciding.scaled],
                "shifts": [one.shift for one in deciding.scaled],
                "scripts": deciding.scripts,
            }
        )
        weights = {name: value.detach().cpu().clone() for name, value in head.state_dict().items()}
        weights[_GAIN] = torch.tensor([head.gain], dtype=torch.float64)
        save_fitted(folder, self.reading.encoder, KeptHead(weights, deciding.classes), about)


class KeptSentences(KeptFit):
    """fitted.json of a classifier of sentences."""

    kind: Literal["sentences"] = "sentences"
    """Kind of task."""
    classes: Annotated[tuple[str, ...], Field(min_length=1)]
    """Labels in the order of their numbers."""
    threshold: FiniteFloat
    """Scaled probability from which a sentence has a label."""
    slopes: tuple[FiniteFloat, ...]
    shifts: tuple[FiniteFloat, ...]
    """Scaling of each label's probability; see `wardspace.tasks.confidence`."""


def load_sentences(folder: str | Path, *, device: str = "auto") -> SentenceClassifier:
    """Open a classifier of sentences that a task has kept.

    Parameters
    ----------
    folder : str or Path
        `RUN/models/TASK-MODEL-SETTING`.
    device : str
        As for `Encoder.load`.

    Raises
    ------
    ModelError
        If a file is absent, damaged, or of another kind of task.
    """
    path = Path(folder)
    encoder, kept, about = load_fitted(path, KeptSentences, device)
    count = len(about.classes)
    if kept.classes != about.classes or {len(about.slopes), len(about.shifts)} != {count}:
        raise damaged(path, "the head gives other labels than it says")
    head = TwoLayerHead(np.zeros(encoder.dimension, np.float32), 1.0, count, several=True)
    state = {name: tuple(value.shape) for name, value in head.state_dict().items()}
    check_shapes(path, kept.weights, {**state, _GAIN: (1,)})
    head.load_state_dict({name: kept.weights[name] for name in state})
    head.gain = float(kept.weights[_GAIN][0])
    scaled = tuple(Scaled(slope, shift) for slope, shift in zip(about.slopes, about.shifts, strict=True))
    reading = SentenceHead(encoder, head.eval().to(encoder.device))
    return SentenceClassifier(reading, Deciding(about.classes, scaled, about.threshold, about.scripts))
