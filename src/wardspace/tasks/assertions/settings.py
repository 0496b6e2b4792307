"""Rules, and a head on frozen token vectors that may read the answers of the rules too."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from wardspace.config import AssertionsConfig
from wardspace.results import SettingRecord
from wardspace.tasks.assertions.asserted import Asked, AssertedNotes
from wardspace.tasks.assertions.features import MentionVectors
from wardspace.tasks.assertions.fitted import FittedAssertions, Mentions, by_rules
from wardspace.tasks.assertions.head import EncodedHead, Head, Inputs
from wardspace.tasks.assertions.kept import save_assertions
from wardspace.tasks.kind import Models, RunKey
from wardspace.tasks.notes import EvaluatedModel
from wardspace.tasks.probes.one_vs_rest import fit_one_vs_rest
from wardspace.tasks.probes.scaling import Scaling
from wardspace.tasks.probes.thresholds import DEFAULT, best_thresholds

Matrix = NDArray[np.float32]


@dataclass(frozen=True)
class Rules:
    """The ConText rules, or the rule that everything is present and the patient's; neither learns anything.

    Attributes
    ----------
    record : SettingRecord
        Name and family.
    models : Models
        The row of the tables that it fills.
    """

    record: SettingRecord
    models: Models

    def runs(self, gold: AssertedNotes) -> list[tuple[int | None, int]]:
        """One."""
        return [(None, 0)]

    def cap(self, gold: AssertedNotes) -> int | None:
        """None: it learns from no note."""
        return None

    def reads(self, gold: AssertedNotes) -> NDArray[np.int64]:
        """No vectors of notes."""
        return np.empty(0, dtype=np.int64)

    def fit(
        self, model: EvaluatedModel, gold: AssertedNotes, run: RunKey, folder: Path, *, show_progress: bool = True
    ) -> FittedAssertions:
        """The rules, whatever the notes."""
        questions = gold.classes

        def present(texts: Sequence[str], mentions: Mentions) -> Matrix:
            return np.zeros((sum(map(len, mentions)), len(questions)), dtype=np.float32)

        def context(texts: Sequence[str], mentions: Mentions) -> Matrix:
            return by_rules(texts, mentions, questions)

        answers = context if self.record.name == "context" else present
        return FittedAssertions(answers, questions, np.full(len(questions), DEFAULT))


@dataclass(frozen=True)
class AssertionHead:
    """One logistic regression a question on frozen token vectors; strength and threshold are chosen on validation.

    Attributes
    ----------
    record : SettingRecord
        Name and family.
    task : AssertionsConfig
        The task.
    vectors : MentionVectors
        Keeps what a model makes of the mentions, for all settings and budgets.
    with_rules : bool
        Whether it reads the answers of the rules too.
    """

    record: SettingRecord
    task: AssertionsConfig
    vectors: MentionVectors
    with_rules: bool = False
    models: Models = "encoders"

    def runs(self, gold: AssertedNotes) -> list[tuple[int | None, int]]:
        """One on all training notes, then one for each budget and subset."""
        sizes = gold.budget.sizes(self.task.budgets)
        return [(None, 0), *((notes, seed) for notes in sizes for seed in range(self.task.subsets))]

    def cap(self, gold: AssertedNotes) -> int | None:
        """None: it learns from all training notes."""
        return None

    def reads(self, gold: AssertedNotes) -> NDArray[np.int64]:
        """No vectors of notes: it reads tokens."""
        return np.empty(0, dtype=np.int64)

    def fit(
        self, model: EvaluatedModel, gold: AssertedNotes, run: RunKey, folder: Path, *, show_progress: bool = True
    ) -> FittedAssertions:
        """Fit on the training notes of a run."""
        encoder = model.load()
        learned, held = gold.budget.learned(run.shots, run.seed), gold.rows("validation")
        raw = self.vectors.of(model, encoder, gold.asked(learned))
        inputs = Inputs(Scaling.of(raw), gold.classes if self.with_rules else ())

        def read(asked: Asked) -> Matrix:
            return inputs.of(self.vectors.of(model, encoder, asked), asked.texts.of(asked.rows), asked.mentions)

        train, validation, truth = read(gold.asked(learned)), read(gold.asked(held)), gold.flags(held)
        head = Head.of(inputs, train.shape[1], fit_one_vs_rest(train, gold.flags(learned), validation, truth))
        return FittedAssertions(
            EncodedHead(encoder, head),
            gold.classes,
            best_thresholds(truth, head.probabilities(validation)),
            lambda asked: head.probabilities(read(asked)),
        )

    @property
    def keep(self) -> bool:
        """As the task asks."""
        return self.task.keep

    def save(self, fitted: FittedAssertions, folder: Path, run: RunKey) -> None:
        """Write the head; see `load_assertions`."""
        save_assertions(fitted, folder, run)
