"""What a kind of task is: the contract between a folder in `tasks/` and everything that runs, scores and reports it.

A study reads the right answers of a task (`gold`), runs each of its settings (`settings`) with each model, stores what
was predicted, and scores it (`scored`). A new kind brings these with its words, and is entered in the registry.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, NamedTuple, Protocol, TypeVar, runtime_checkable

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from wardspace.config import TaskSection
from wardspace.evaluation.task_metrics import TaskMetrics
from wardspace.results import SettingRecord
from wardspace.tasks.notes import EvaluatedModel, Texts
from wardspace.training.forecast.forecast import Workload

Task = TypeVar("Task", bound=TaskSection)
Units_contra = TypeVar("Units_contra", contravariant=True)
"""What a fitted setting predicts: notes, or the queries of a split."""

Models = Sequence[str] | Literal["encoders"] | int
"""Which models a setting runs with: names, all encoders of the study, or the base with so many adapted models, those
that score best on validation frozen."""


class RunKey(NamedTuple):
    """What a run was."""

    task: str
    model: str
    setting: str
    shots: int | None
    """Size of the label budget: labels per class, or notes, as the kind says; None for all."""
    seed: int
    """Seed of the learner, or number of the few-shot subset."""


class Gold(Protocol):
    """The right answers of a task, as a kind reads them from the corpus."""

    @property
    def classes(self) -> Sequence[str]:
        """Names of the classes in the order of the probabilities; none where the task has none."""
        ...

    @property
    def warnings(self) -> Sequence[str]:
        """What was left out or is short, in words."""
        ...

    def units(self, split: str) -> Any:
        """What is to be predicted in a split."""
        ...

    def truth(self, split: str) -> pa.Table:
        """The right answer of each of these units: columns note_id and group (the patient), and the kind's own."""
        ...


class Fitted(Protocol[Units_contra]):
    """A setting that has learned what it can."""

    @property
    def about(self) -> Mapping[str, Any]:
        """What results must say of it: the terms it counts, the privacy it spent, a warning."""
        ...

    def predict(self, units: Units_contra) -> pa.Table:
        """Predict each unit: a column note_id, and the kind's own."""
        ...


G = TypeVar("G", bound=Gold)
G_contra = TypeVar("G_contra", bound=Gold, contravariant=True)


class Setting(Protocol[G_contra]):
    """A way of using a model on a task: a baseline, a probe, fine-tuning."""

    @property
    def record(self) -> SettingRecord:
        """Its name, its family, and what it trains."""
        ...

    @property
    def models(self) -> Models:
        """Models that it runs with; a baseline names the row of the tables that it fills."""
        ...

    def runs(self, gold: G_contra) -> Sequence[tuple[int | None, int]]:
        """Shots and seed of each run."""
        ...

    def cap(self, gold: G_contra) -> int | None:
        """Labelled notes it may learn from, where the task holds it to fewer than there are; None otherwise."""
        ...

    def reads(self, gold: G_contra) -> NDArray[np.int64]:
        """Rows of the notes whose vectors it needs, over all its runs.

        A study in which no setting needs any embeds only what its space is measured by.
        """
        ...

    def fit(
        self, model: EvaluatedModel, gold: G_contra, run: RunKey, folder: Path, *, show_progress: bool = True
    ) -> Fitted[Any]:
        """Learn from the training notes; `folder` is for what an interrupted run goes on from."""
        ...


@runtime_checkable
class TrainingSetting(Setting[G_contra], Protocol[G_contra]):
    """A setting that trains the model in the one loop: `wardspace plan` says how long it will take."""

    def workload(self, model: EvaluatedModel, gold: G_contra, folder: Path) -> Workload:
        """What its runs with a model train, and what they read besides; to set this up should take as long as in `fit`.

        The time of setting up is measured. `folder` is where checkpoints would go.
        """
        ...


@runtime_checkable
class KeepingSetting(Setting[G_contra], Protocol[G_contra]):
    """A setting that can write what it has fitted into a folder, for use on notes of no study."""

    @property
    def keep(self) -> bool:
        """Whether the task asks for it."""
        ...

    def save(self, fitted: Any, folder: Path, run: RunKey) -> None:
        """Write what `fit` gave; see `wardspace.tasks.kept`."""
        ...


class BudgetWords(NamedTuple):
    """How label budgets are written; `{n}` is the size."""

    name: str
    """In a sentence."""
    short: str
    """In the heading of a column."""
    axis: str
    """What the axis of a figure counts."""


PER_CLASS = BudgetWords("{n} labels per class", "{n} per class", "labelled notes per class")


@dataclass(frozen=True)
class KindWords:
    """How a kind is written in tables, cards and findings.

    Attributes
    ----------
    unit, units : str
        What is scored, one and many of them.
    settings : mapping
        Name of each setting, in the order of the tables.
    metrics : mapping
        Name of each metric, in the order of the tables.
    glossary : sequence of (str, str)
        Terms with their meaning, for whoever reads the report.
    meaning : mapping
        What a metric says, for someone who knows the ward and no statistics: `{model} gives {value} of 100 unseen
        notes the right class`. The first metric that was scored is used.
    label, labels : str
        What scores are given for one by one: class, type.
    budget : BudgetWords
        Label budgets.
    confidence : str
        What calibration and abstention say nothing of, where it is not plain.
    """

    unit: str
    units: str
    settings: Mapping[str, str]
    metrics: Mapping[str, str]
    glossary: Sequence[tuple[str, str]] = ()
    meaning: Mapping[str, str] = field(default_factory=dict)
    label: str = "class"
    labels: str = "classes"
    budget: BudgetWords = PER_CLASS
    confidence: str = ""


class TaskKind(Protocol[Task, G]):
    """One kind of task."""

    @property
    def config(self) -> type[Task]:
        """Its section of the study file, whose `kind` is its name."""
        ...

    @property
    def words(self) -> KindWords:
        """Its words."""
        ...

    def describe(self, task: Task) -> str:
        """What a task asks for, as one sentence of the report."""
        ...

    def gold(self, texts: Texts, task: Task, splits: Sequence[str]) -> G:
        """Read the right answers from the notes (`texts.corpus`), which show these splits."""
        ...

    def settings(self, task: Task) -> Sequence[Setting[G]]:
        """The ways of using a model that the task asks for, in the order they are run."""
        ...

    def scored(self, task: Task, classes: Sequence[str]) -> TaskMetrics:
        """Tally and metrics of stored predictions."""
        ...
