"""Fine-tuning of a reader: the encoder learns with the layer that scores answers, in the one training loop."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from wardspace.config import AnswersConfig, FinetuneConfig
from wardspace.core.seeds import derive, generator
from wardspace.models import LanguageModel
from wardspace.models.tokens import token_ids, tokens_with_offsets
from wardspace.objectives import Unit
from wardspace.objectives.supervised.answer_spans import SpanHead
from wardspace.objectives.supervised.answer_windows import Sampling
from wardspace.objectives.supervised.question_answering import ANSWERS, QUESTION, AskedQuestions, QuestionAnswering
from wardspace.tasks.answers.asked import AskedNotes, Passage
from wardspace.tasks.answers.best import best_reader
from wardspace.tasks.answers.cloze import frames, made_up
from wardspace.tasks.answers.fitted import FittedReader
from wardspace.tasks.answers.kept import save_reader
from wardspace.tasks.answers.linear import LinearSpans
from wardspace.tasks.answers.reading import Windowing, answer_tokens, plan_of, too_long
from wardspace.tasks.columns import objects
from wardspace.tasks.finetuning import BudgetedFineTuning, Trial, Tuner
from wardspace.tasks.kind import RunKey
from wardspace.tasks.notes import EvaluatedModel
from wardspace.training import FixedSource, Part
from wardspace.training.forecast.forecast import Workload


@dataclass(frozen=True)
class AnswerFineTuning(BudgetedFineTuning[AskedNotes, AnswersConfig]):
    """Fine-tuning, once a seed on all training notes and once on each budget: a seed draws its own subset."""

    @property
    def options(self) -> FinetuneConfig:
        """Options of the task."""
        return self.task.finetune

    def save(self, fitted: FittedReader, folder: Path, run: RunKey) -> None:
        """Write the reader; see `load_reader`."""
        save_reader(fitted, folder, run)

    def tuner(self, model: EvaluatedModel, gold: AskedNotes) -> AnswerTuner:
        """What all seeds of a model share."""
        return AnswerTuner(*model.opened(), gold, self.task)

    def workload(self, model: EvaluatedModel, gold: AskedNotes, folder: Path) -> Workload:
        """A seed on all training notes and on each budget; validation and test are read after each."""
        tuner = self.tuner(model, gold)
        what = f"fine-tuning for {self.task.name}"
        trials = [Trial(0, self.options.rates[0], notes) for notes in (None, *gold.budget.sizes(self.task.budgets))]
        phases = [tuner.phase(trial, what, folder) for trial in trials]
        phases += tuner.phases_before(trials[0], f"{what}, before the labels", folder)
        questions = {name: sum(len(one) for one in gold.units(name).questions) for name in ("validation", "test")}
        scored = tuner.validation_tokens * (1 + questions["test"] / max(1, questions["validation"]))
        return Workload(phases, runs=self.trainings, tokens_read=round(len(trials) * scored))


@dataclass(frozen=True, eq=False)
class AnswerTuner(Tuner[QuestionAnswering, FittedReader]):
    """What all trainings of a model on a task share: the tokens of its notes and questions.

    Parameters
    ----------
    gold : AskedNotes
        The notes, the questions and their answers.
    task : AnswersConfig
        Options in `task.finetune`.
    """

    gold: AskedNotes
    task: AnswersConfig

    @property
    def options(self) -> FinetuneConfig:
        """Options of the task."""
        return self.task.finetune

    def trained(self, trial: Trial) -> tuple[QuestionAnswering, Part]:
        """The model with a new head, and the questions."""
        model = LanguageModel.load(self.folder_or_name, seed=trial.seed)
        notes = trial.shots if trial.shots is not None else self.options.notes
        held = self.gold.rows("validation").tolist()
        learned = self.gold.budget.learned(notes, trial.seed).tolist()
        units = [(row, unit) for row in (*learned, *held) for unit in self._units[row]]
        validating = np.flatnonzero(np.isin([row for row, _ in units], held))
        objective = QuestionAnswering(
            self.options,
            model,
            self.setting(model, trial.seed),
            AskedQuestions(
                self.task.name,
                SpanHead(model.dimension, derive("span head", trial.seed)),
                self.task.overlap,
                Sampling(self.task.negatives, trial.seed),
                self.task.windows,
                self.task.max_answer,
            ),
        )
        groups = [str(self.gold.group[row]) for row, _ in units]
        return objective, Part(objective, FixedSource([unit for _, unit in units], groups, validating))

    def before(self, objective: QuestionAnswering, trial: Trial) -> Part | None:
        """Questions that are made up from training notes, whether something is asked of these or not."""
        wanted, splits = self.task.finetune.cloze, objects(self.gold.texts.corpus.table(["split"])["split"])
        rows = np.flatnonzero(splits == "train")
        if wanted < len(rows):
            rows = np.sort(generator("cloze notes", trial.seed).permutation(rows)[:wanted])
        each, more = divmod(wanted, max(1, len(rows)))
        real = frames([one for row in self.gold.rows("train") for one in self.gold.questions[row]])
        units: list[Unit] = []
        groups: list[str] = []
        for place, (row, text) in enumerate(zip(rows.tolist(), self.gold.texts.of(rows), strict=True)):
            name = str(self.gold.note_id[row])
            own = self._of(made_up(text, name, each + (place < more), trial.seed, real))
            units += own
            groups += [str(self.gold.group[row])] * len(own)
        return Part(objective, FixedSource(units, groups)) if units else None

    def fitted(self, objective: QuestionAnswering) -> FittedReader:
        """The reader; its weight, threshold and confidence come from all windows of validation."""
        heads, held = [LinearSpans.of_head(objective.head)], self.gold.units("validation")
        return best_reader(self.encoder_of(objective.model), heads, Windowing.of(self.task), held, self._about)

    def score(self, fitted: FittedReader) -> float:
        """Token F1 on validation."""
        return fitted.validation_f1

    @property
    def validation_tokens(self) -> int:
        """Tokens of the windows that are read for the questions of validation."""
        plan = plan_of(self.encoder_of(self.start), Windowing.of(self.task))
        found = 0
        for row in self.gold.rows("validation").tolist():
            for unit in self._units[row]:
                read = plan.read(unit.ids, unit.targets[QUESTION], unit.targets[ANSWERS])
                windows = read.windows[read.likely]
                found += int((windows[:, 1] - windows[:, 0] + len(plan.question(unit.targets[QUESTION]))).sum())
        return found

    @cached_property
    def _about(self) -> dict[str, str]:
        return too_long(self.encoder_of(self.start), self.gold.units("train"), Windowing.of(self.task))

    @cached_property
    def _units(self) -> dict[int, list[Unit]]:
        """Questions of the training and validation notes; those of one note share its tokens."""
        asked = self.gold.asked(np.union1d(self.gold.rows("train"), self.gold.rows("validation")))
        return {row: self._of(passage) for row, passage in zip(asked.rows.tolist(), asked.passages(), strict=True)}

    def _of(self, passage: Passage) -> list[Unit]:
        (text,) = tokens_with_offsets(self.start.tokenizer, [passage.text])
        asked = token_ids(self.start.tokenizer, [one.text for one in passage.questions])
        return [
            Unit(one.name, text.ids, targets={QUESTION: ids, ANSWERS: answer_tokens(one, text)})
            for one, ids in zip(passage.questions, asked, strict=True)
        ]
