"""Fine-tuning as every kind of task does it: in the one training loop, the learning rate chosen on validation."""

from __future__ import annotations

import hashlib
import shutil
from abc import ABC, abstractmethod
from dataclasses import dataclass, field, fields
from functools import cached_property
from pathlib import Path
from typing import Any, Generic, NamedTuple, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray
from safetensors.torch import load_model, save_model

from wardspace.config import EncoderConfig, FinetuneConfig
from wardspace.config.tasks.section import BudgetedTask
from wardspace.core.files import digest, read_json, write_json
from wardspace.core.seeds import derive
from wardspace.models import Encoder, LanguageModel, hardware
from wardspace.objectives import Objective, ObjectiveSettings, Vocabulary
from wardspace.objectives.micro_batches import TokenLimit
from wardspace.results import SettingRecord
from wardspace.tasks.kind import Fitted, Models, RunKey
from wardspace.tasks.label_budget import NoteBudgets
from wardspace.tasks.notes import EvaluatedModel
from wardspace.training import EarlyStop, Part, TrainingOptions, train
from wardspace.training.adapt import ROOMS
from wardspace.training.forecast.forecast import Workload
from wardspace.training.phase import Phase
from wardspace.training.train import phase_of
from wardspace.training.weights.processes import Processes

O = TypeVar("O", bound=Objective)  # noqa: E741
F = TypeVar("F", bound=Fitted[Any])
G = TypeVar("G")
T = TypeVar("T")

STEPS = 100
"""Steps of an epoch where `batch_notes` is null, as far as notes reach: few labels need small batches."""
MOST_NOTES = 16
"""Notes of a batch then at most."""
BEFORE = "before-"
"""How folders begin with what is learned before the labels."""
_WEIGHTS = "weights.safetensors"


class BudgetedGold(Protocol):
    """Right answers whose training notes label budgets are drawn from."""

    @property
    def budget(self) -> NoteBudgets:
        """The training notes."""
        ...


B = TypeVar("B", bound=BudgetedGold)
L = TypeVar("L", bound=BudgetedTask)


class Trial(NamedTuple):
    """One training of a model on a task."""

    seed: int
    """Seed of the learner, and number of the subset of labels."""
    rate: float
    """Highest learning rate."""
    shots: int | None = None
    """Size of the label budget; None for all labels."""


@dataclass(frozen=True, eq=False)
class Tuner(ABC, Generic[O, F]):
    """What all trainings of one model on one task share.

    Parameters
    ----------
    folder_or_name, encoder
        The model, as `LanguageModel.load` takes it, and how a note becomes a vector.
    """

    folder_or_name: str
    encoder: EncoderConfig

    @property
    @abstractmethod
    def options(self) -> FinetuneConfig:
        """How it trains."""

    @abstractmethod
    def trained(self, trial: Trial) -> tuple[O, Part]:
        """What a trial trains, from the starting weights, and on what."""

    def before(self, objective: O, trial: Trial) -> Part | None:
        """What its objective learns before that; None for nothing. Label budgets of a seed share it."""
        return None

    @abstractmethod
    def fitted(self, objective: O) -> F:
        """What a training has made."""

    @abstractmethod
    def score(self, fitted: F) -> float:
        """How good that is on validation, the larger the better: by this the learning rate is chosen."""

    def same(self, other: Tuner[Any, Any]) -> bool:
        """Whether the other fine-tunes the same model on the same notes."""
        pairs = [(getattr(self, one.name), getattr(other, one.name, None)) for one in fields(self)]
        return type(self) is type(other) and all(
            one == two if isinstance(one, str | EncoderConfig) else one is two for one, two in pairs
        )

    @cached_property
    def content(self) -> str:
        """What the outcome of a trial depends on, beside the notes and their labels."""
        options = self.options.model_dump(mode="json", exclude={"models", "best", "seeds"})
        return digest([self.encoder.model_dump(), options, _weights(self.start)])

    @cached_property
    def start(self) -> LanguageModel:
        """The model as it is before any training; not to be trained."""
        return LanguageModel.load(self.folder_or_name)

    def call(self, trial: Trial, what: str, processes: Processes) -> tuple[O, Part, TrainingOptions]:
        """What `train` is to be given for a trial."""
        objective, part = self.trained(trial)
        training = self.options.training(trial.seed, self._batch_tokens(part), trial.rate)
        stop = None if self.options.patience is None else EarlyStop(self.options.patience)
        how = TrainingOptions(
            what, training, epochs=self.options.epochs, seed=derive("finetune", trial.seed), processes=processes
        )
        return objective, Part(part.objective, part.source, stop=stop), how

    def call_before(
        self, objective: O, trial: Trial, what: str, processes: Processes
    ) -> tuple[Part, TrainingOptions] | None:
        """The same of what is learned before: one pass, without validation."""
        part = self.before(objective, trial)
        if part is None:
            return None
        usual = self.options.training(trial.seed, self._batch_tokens(part), trial.rate)
        training, seed = usual.model_copy(update={"evaluations": 0}), derive("before finetuning", trial.seed)
        return part, TrainingOptions(what, training, epochs=1, seed=seed, processes=processes)

    def phase(self, trial: Trial, what: str, folder: Path) -> Phase:
        """All that a trial will train with labels, planned and not run."""
        objective, part, options = self.call(trial, what, Processes())
        return phase_of({part.model: objective.model}, [part], options, folder)

    def phases_before(self, trial: Trial, what: str, folder: Path) -> list[Phase]:
        """All that is trained before that, planned and not run: one phase or none."""
        objective, _ = self.trained(trial)
        found = self.call_before(objective, trial, what, Processes())
        return [] if found is None else [phase_of({found[0].model: objective.model}, [found[0]], found[1], folder)]

    def setting(self, model: LanguageModel, seed: int) -> ObjectiveSettings:
        """Window, vocabulary and room of an objective."""
        encoder, usual = self.encoder_of(model), ROOMS[hardware.device().type]
        vocabulary = Vocabulary.of(model.tokenizer, model.form)
        limit = TokenLimit(self.options.pass_tokens or usual.tokens, usual.rectangle)
        return ObjectiveSettings(vocabulary, encoder.window, encoder.pooling, seed, reading=limit)

    def encoder_of(self, model: LanguageModel) -> Encoder:
        """An encoder on a model's weights; vectors keep their length, which heads make use of."""
        return model.to_encoder(self.encoder.model_copy(update={"normalise": "no"}))

    def _batch_tokens(self, part: Part) -> int:
        """Tokens of a batch: as asked, or as many as so many notes have on average, of each at most a window."""
        room, special = part.objective.setting.text_window, part.objective.setting.vocabulary.specials_per_sequence
        held = set(part.source.validation.tolist())
        learned = [unit for at, unit in enumerate(part.source.units(0)) if at not in held]
        notes = self.options.batch_notes
        if notes is None:
            readings = sum(part.objective.pieces(unit) for unit in learned)
            notes = min(max(1, readings // STEPS), MOST_NOTES)
        mean = np.mean([min(len(unit.ids), room) + special for unit in learned])
        return self.options.batch_tokens or max(1, round(notes * float(mean)))


@dataclass(frozen=True)
class FineTuning(ABC, Generic[G, T]):
    """Fine-tuning as a setting: from the model's own weights, once a seed.

    Of several learning rates the first seed (of each label budget) finds the best on validation, and the others use it.

    Attributes
    ----------
    record : SettingRecord
        Name and family.
    task : TaskSection
        The task, with the options in `task.finetune`.
    """

    record: SettingRecord
    task: T
    _shared: list[Tuner[Any, Any]] = field(default_factory=list, init=False, repr=False, compare=False)
    """That of the last model: its seeds share what takes long to compute."""

    @property
    @abstractmethod
    def options(self) -> FinetuneConfig:
        """The task's options of fine-tuning."""

    @abstractmethod
    def tuner(self, model: EvaluatedModel, gold: G) -> Tuner[Any, Any]:
        """What all trainings of a model share."""

    @property
    def models(self) -> Models:
        """Those that the task names, all, or the best."""
        asked = self.options
        return asked.best if asked.models == "best" else "encoders" if asked.models == "all" else asked.models

    def fit(
        self, model: EvaluatedModel, gold: G, run: RunKey, folder: Path, *, show_progress: bool = True
    ) -> Fitted[Any]:
        """Fine-tune from the model's own weights; a run that was killed goes on from its last checkpoint in `folder`.

        Raises
        ------
        ModelError
            If there is no such model.
        WardspaceError
            As `wardspace.training.train` does.
        """
        tuner = self._tuner(model, gold)
        what = ", ".join([run.task, run.model, *([] if run.shots is None else [f"{run.shots} notes"])])
        chosen = folder / f"rate-{run.shots}-{tuner.content}.json"
        rates = [read_json(chosen)] if chosen.is_file() else list(self.options.rates)
        best: tuple[float, float, Fitted[Any]] | None = None
        for rate in rates:
            trial = Trial(run.seed, rate, run.shots)
            named = f"{what}, seed {run.seed}" + (f", learning rate {rate:g}" if len(rates) > 1 else "")
            fitted = _train(tuner, trial, named, folder, show_progress=show_progress)
            score = tuner.score(fitted) if len(rates) > 1 else 0.0
            if best is None or score > best[0]:
                best = score, rate, fitted
        if best is None:
            raise ValueError("there is no learning rate to train with")
        if len(rates) > 1:
            write_json(chosen, best[1])
        return best[2]

    @abstractmethod
    def workload(self, model: EvaluatedModel, gold: G, folder: Path) -> Workload:
        """The trainings of a model and what is read around them, for `wardspace plan`."""

    @property
    def trainings(self) -> int:
        """How often a model is trained on the same number of labels."""
        return self.options.seeds + len(self.options.rates) - 1

    def _tuner(self, model: EvaluatedModel, gold: G) -> Tuner[Any, Any]:
        wanted = self.tuner(model, gold)
        if not self._shared or not self._shared[0].same(wanted):
            self._shared[:] = [wanted]
        return self._shared[0]


@dataclass(frozen=True)
class BudgetedFineTuning(FineTuning[B, L]):
    """Fine-tuning, once a seed on all training notes and once on each budget: a seed draws its own subset."""

    def runs(self, gold: B) -> list[tuple[int | None, int]]:
        """All training notes, then the budgets, with each seed."""
        sizes = [None, *gold.budget.sizes(self.task.budgets)]
        return [(notes, seed) for notes in sizes for seed in range(self.options.seeds)]

    def cap(self, gold: B) -> int | None:
        """That of fine-tuning, if there are more notes."""
        notes = self.options.notes
        return notes if notes is not None and notes < len(gold.budget.rows) else None

    def reads(self, gold: B) -> NDArray[np.int64]:
        """None: it reads texts, and no vectors that were made before."""
        return np.empty(0, dtype=np.int64)

    @property
    def keep(self) -> bool:
        """As the task asks."""
        return self.task.keep


def _train(tuner: Tuner[O, F], trial: Trial, what: str, folder: Path, *, show_progress: bool) -> F:
    processes = Processes()
    objective, part, options = tuner.call(trial, what, processes)
    before = tuner.call_before(objective, trial, f"{what}, before the labels", processes)
    if before is not None:
        # kept until all runs are over, so that the next label budget begins where this one did
        kept = folder / f"{BEFORE}{digest([trial.seed, trial.rate])[:8]}-{tuner.content}"
        if not (kept / _WEIGHTS).is_file():
            train({part.model: objective.model}, [before[0]], before[1], kept, show_progress=show_progress)
            kept.mkdir(parents=True, exist_ok=True)
            save_model(objective, str(kept / "new"))
            (kept / "new").replace(kept / _WEIGHTS)
        load_model(objective, kept / _WEIGHTS)
    work = folder / f"seed-{digest([*trial])[:8]}-{tuner.content}"
    train({part.model: objective.model}, [part], options, work, show_progress=show_progress)
    fitted = tuner.fitted(objective)
    shutil.rmtree(work, ignore_errors=True)
    return fitted


def _weights(model: LanguageModel) -> str:
    """A hash of the encoder's weights."""
    hasher = hashlib.sha256()
    for name, value in sorted(model.encoder.state_dict().items()):
        hasher.update(name.encode())
        hasher.update(np.ascontiguousarray(value.detach().cpu().numpy()).tobytes())
    return hasher.hexdigest()[:16]
