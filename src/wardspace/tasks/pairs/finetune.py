"""Fine-tuning on pairs: the encoder reads both texts together and learns with the head, in the one training loop."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from numpy.typing import NDArray

from wardspace.config import FinetuneConfig, TextPairsConfig
from wardspace.core.wording import counted
from wardspace.models import LanguageModel, hardware
from wardspace.models.tokens import pair_affixes, token_ids
from wardspace.objectives import Unit
from wardspace.objectives.supervised.classification import CLASS, SECOND, Classification, LabelledNotes
from wardspace.tasks.documents.fitted import FittedClassifier
from wardspace.tasks.finetuning import BudgetedFineTuning, Trial, Tuner
from wardspace.tasks.kind import RunKey
from wardspace.tasks.notes import EvaluatedModel
from wardspace.tasks.pairs.kept import PairClassifier, TogetherHead
from wardspace.tasks.pairs.labelled import LabelledPairs, Pairs
from wardspace.tasks.pairs.settings import FittedPairs, calibrated
from wardspace.tasks.probes.head import fit_head
from wardspace.tasks.probes.validation import accuracy, class_weights
from wardspace.training import FixedSource, Part
from wardspace.training.forecast.forecast import Workload


@dataclass(frozen=True)
class PairFineTuning(BudgetedFineTuning[LabelledPairs, TextPairsConfig]):
    """Fine-tuning, once a seed on all training pairs and once on each budget: a seed draws its own subset.

    As for notes, the head is first trained on the vectors of the frozen encoder, and only then do both move.
    """

    @property
    def options(self) -> FinetuneConfig:
        """Options of the task."""
        return self.task.finetune

    def cap(self, gold: LabelledPairs) -> int | None:
        """Pairs of the groups that fine-tuning is held to, if there are more."""
        groups = self.options.notes
        return None if groups is None or groups >= len(gold.budget.rows) else len(gold.learned(groups))

    def save(self, fitted: FittedPairs, folder: Path, run: RunKey) -> None:
        """Write the classifier; see `load_pairs`."""
        fitted.save(folder, run)

    def tuner(self, model: EvaluatedModel, gold: LabelledPairs) -> PairTuner:
        """What all seeds of a model share."""
        return PairTuner(*model.opened(), gold, self.task)

    def workload(self, model: EvaluatedModel, gold: LabelledPairs, folder: Path) -> Workload:
        """A seed on all training pairs and on each budget; validation and test are read after each."""
        tuner = self.tuner(model, gold)
        what = f"fine-tuning for {self.task.name}"
        trials = [Trial(0, self.options.rates[0], groups) for groups in (None, *gold.budget.sizes(self.task.budgets))]
        phases = [tuner.phase(trial, what, folder) for trial in trials]
        held, learned = (int(one.tokens.sum()) for one in (phases[0].plans[0].validation, phases[0].plans[0].training))
        scored = held * (1 + len(gold.rows("test")) / max(1, len(gold.rows("validation"))))
        tokens = round(len(phases) * scored)
        return Workload(phases, runs=self.trainings, tokens_read=tokens, tokens_shared=held + learned)


@dataclass(frozen=True, eq=False)
class PairTuner(Tuner[Classification, FittedPairs]):
    """What all trainings of a model on a task share: the tokens of its pairs, and their frozen vectors.

    Parameters
    ----------
    gold : LabelledPairs
        The pairs and their classes.
    task : TextPairsConfig
        Options in `task.finetune`.
    """

    gold: LabelledPairs
    task: TextPairsConfig

    @property
    def options(self) -> FinetuneConfig:
        """Options of the task."""
        return self.task.finetune

    def trained(self, trial: Trial) -> tuple[Classification, Part]:
        """The model and a head that was trained on its vectors; the pairs with their classes."""
        gold, classes = self.gold, len(self.gold.classes)
        rows = gold.learned(trial.shots if trial.shots is not None else self.options.notes, trial.seed)
        held = gold.rows("validation")
        (train, codes), (validation, right) = ((self._of(at), gold.codes[at]) for at in (rows, held))
        head, balance = fit_head(train, codes, validation, right, classes, seed=trial.seed, score=accuracy)
        model = LanguageModel.load(self.folder_or_name, seed=trial.seed)
        weights = class_weights(codes, classes, balance)
        objective = Classification(
            self.options,
            model,
            self.setting(model, trial.seed),
            LabelledNotes(self.task.name, head.cpu(), weights, self.encoder_of(model).overlap, _accuracy),
        )
        units = [self._units[row] for row in (*rows.tolist(), *held.tolist())]
        groups = [str(gold.group[row]) for row in (*rows, *held)]
        return objective, Part(objective, FixedSource(units, groups, np.arange(len(rows), len(units))))

    def fitted(self, objective: Classification) -> FittedPairs:
        """The classifier; its confidence is scaled on validation."""
        encoder, head = self.encoder_of(objective.model), TogetherHead(objective.head)
        how = calibrated(lambda pairs: head.probabilities(encoder, pairs.firsts, pairs.seconds), self.gold)

        def reader() -> PairClassifier:
            return PairClassifier(encoder, head, self.gold.classes, how.temperature, self.gold.scripts)

        return FittedClassifier(
            how.probabilities, about={"warning": said} if (said := self._warning) else {}, reader=reader
        )

    def score(self, fitted: FittedPairs) -> float:
        """Accuracy on validation."""
        rows = self.gold.rows("validation")
        return accuracy(self.gold.codes[rows], fitted.probabilities(self.gold.pairs(rows)))

    def _of(self, rows: NDArray[np.int64]) -> NDArray[np.float32]:
        return np.stack([self._frozen[row] for row in rows.tolist()])

    @cached_property
    def _pairs(self) -> Pairs:
        """Those to learn from and to validate on."""
        return self.gold.pairs(np.union1d(self.gold.rows("train"), self.gold.rows("validation")))

    @cached_property
    def _frozen(self) -> Mapping[int, NDArray[np.float32]]:
        """Their vectors by the starting weights, by row."""
        encoder = self.encoder_of(self.start)
        encoder.model.to(hardware.device())  # type: ignore[arg-type]
        vectors = encoder.encode_pairs(self._pairs.firsts, self._pairs.seconds, show_progress=False)
        return dict(zip(self._pairs.rows.tolist(), vectors, strict=True))

    @cached_property
    def _units(self) -> Mapping[int, Unit]:
        """They themselves, by row."""
        return {
            row: self._unit(row, first, second)
            for row, first, second in zip(self._pairs.rows.tolist(), *self._tokens(self._pairs), strict=True)
        }

    def _unit(self, row: int, first: NDArray[np.int32], second: NDArray[np.int32]) -> Unit:
        targets: dict[str, NDArray[Any]] = {CLASS: self.gold.codes[row], SECOND: np.array(len(first))}
        return Unit(str(self.gold.note_id[row]), np.concatenate([first, second]), targets=targets)

    def _tokens(self, pairs: Pairs) -> list[list[NDArray[np.int32]]]:
        return [token_ids(self.start.tokenizer, side) for side in (pairs.firsts, pairs.seconds)]

    @cached_property
    def _warning(self) -> str | None:
        """How many pairs are longer than the window."""
        room = self.encoder_of(self.start).window - pair_affixes(self.start.tokenizer).count
        rows = np.union1d(self._pairs.rows, self.gold.rows("test"))
        sizes = np.array([[len(text) for text in side] for side in self._tokens(self.gold.pairs(rows))])
        long = sizes.sum(axis=0) > room
        if not long.any():
            return None
        cut = int((long & (sizes.min(axis=0) > room // 2)).sum())
        also = f"; of {cut:,} the shorter text is cut at half a window" if cut else ""
        return (
            f"{int(long.sum()):,} of {counted(len(rows), 'pair')} are longer than the {room} tokens that fine-tuning "
            f"reads at once: their longer text is read in windows{also}"
        )


def _accuracy(truth: npt.NDArray[np.int64], probabilities: npt.NDArray[np.float32]) -> float:
    return accuracy(truth[:, 0].astype(np.int32), probabilities)
