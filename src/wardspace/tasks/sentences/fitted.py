"""What gives sentences their labels, whatever it has learned from."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from wardspace.corpus.note.scripts import main_scripts
from wardspace.tasks.confidence import UNSCALED, Scaled, scaled_on
from wardspace.tasks.documents.fitted import SEVERAL_PREDICTED
from wardspace.tasks.kind import RunKey
from wardspace.tasks.predictions import lists, names
from wardspace.tasks.probes.thresholds import DEFAULT, best_threshold
from wardspace.tasks.sentences.kept import Deciding, SentenceClassifier, SentenceHead
from wardspace.tasks.sentences.labelled import Asked, LabelledSentences

Score = Callable[[Asked], NDArray[np.float32]]
"""From sentences to the probability of each label, float32 [sentences, labels]."""


@dataclass(frozen=True)
class FittedSentences:
    """What labels sentences.

    Attributes
    ----------
    score : callable
        Gives probabilities, not scaled yet.
    deciding : Deciding
        Makes them mean what they say, and decides.
    about : mapping
        What results must say of it.
    head : SentenceHead, optional
        The same for texts of no corpus, where there is one.
    """

    score: Score
    deciding: Deciding
    about: Mapping[str, Any] = field(default_factory=dict)
    head: SentenceHead | None = None

    @classmethod
    def calibrated(
        cls,
        score: Score,
        gold: LabelledSentences,
        about: Mapping[str, Any] | None = None,
        head: SentenceHead | None = None,
    ) -> FittedSentences:
        """One whose probabilities are scaled label by label, and whose threshold is chosen, on validation.

        Of probabilities that mean what they say, one threshold for all labels has the highest micro F1 (Lipton et al.
        2014, Optimal thresholding of classifiers to maximize F1 measure); one for each would fit the luck of rare ones.
        """
        held = gold.units("validation")
        found, right = score(held), gold.labels(held.rows)
        scaled = tuple(_scaled(own, has) for own, has in zip(found.T, right.T, strict=True))
        sure = Deciding(gold.classes, scaled, DEFAULT).probabilities(found)
        threshold = best_threshold(right.ravel(), sure.ravel())
        scripts = main_scripts(held.texts.of(held.rows)) if head else ()
        return cls(score, Deciding(gold.classes, scaled, threshold, scripts), about or {}, head)

    def predict(self, units: Asked) -> pa.Table:
        """Labels of each sentence, with the probability of every label."""
        found = self.deciding.probabilities(self.score(units))
        decided = lists(found >= self.deciding.threshold, pa.bool_())
        return pa.table(
            [names(units.each(units.note_id)), decided, lists(found, pa.float32())], schema=SEVERAL_PREDICTED
        )

    def save(self, folder: Path, run: RunKey) -> None:
        """Write it into a folder of its own; see `load_sentences`.

        Raises
        ------
        ValueError
            If it does not read texts by itself.
        """
        if self.head is None:
            raise ValueError(f"{run.setting} does not read texts by itself")
        SentenceClassifier(self.head, self.deciding).save(folder, run)


def _scaled(probabilities: NDArray[np.float32], has: NDArray[np.bool_]) -> Scaled:
    """Fitted to one label; where it is ordered the wrong way round, as it comes: it must keep an order."""
    found = scaled_on(probabilities.tolist(), has.tolist())
    return found if found.slope > 0 else UNSCALED
