"""What every kind of task has in common in a study file, and what other sections must know of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Self

from pydantic import Field

from wardspace.config.section import Section

_HOW_MANY = {"budgets", "subsets", "seeds", "models", "best"}
"""Options that say how many trainings there are and of which models."""


class TaskSection(Section):
    """A task of any kind; a new kind brings its own subclass."""

    kind: str
    """Kind of task."""
    name: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")
    """Name of the task in tables and folders."""

    def columns(self) -> Mapping[str, str]:
        """Columns of the corpus that hold its answers, by the key that names them."""
        return {}

    def span_columns(self) -> Mapping[str, str]:
        """Columns of marked spans that hold its answers, by the key that names them."""
        return {}

    def text_columns(self) -> Sequence[str]:
        """Those of its columns that hold text, whose values must not appear in results."""
        return ()

    def paired_columns(self) -> Sequence[str]:
        """Those of its columns that make a pair with the note: notes that differ in them are no copies."""
        return ()

    @property
    def keeps_models(self) -> bool:
        """Whether it stores what it has fitted among the models of the run, in folders that begin with its name."""
        return False

    @property
    def may_have_trained(self) -> bool:
        """Whether an objective may learn from one of its columns; the report then says so."""
        return False

    def models_named(self) -> Mapping[str, Sequence[str]]:
        """Models that it names, by the key that does."""
        return {}

    def needs(self) -> Mapping[str, str]:
        """Tasks of the study whose predictions it reads, with the kind that they must be of."""
        return {}

    def depends_on(self, tuning: str) -> dict[str, Any]:
        """The options that predictions depend on, of settings that leave a model `frozen` or that `finetune` it."""
        return self.model_dump(mode="json")

    def training_depends_on(self) -> dict[str, Any]:
        """The options that a single fine-tuning depends on: not how many there are, nor of which models."""
        found = {name: value for name, value in self.depends_on("finetune").items() if name not in _HOW_MANY}
        tuned = found.get("finetune")
        if isinstance(tuned, dict):
            found["finetune"] = {name: value for name, value in tuned.items() if name not in _HOW_MANY}
        return found

    def metric_names(self) -> Sequence[str]:
        """Metrics that a search can compare recipes by; none where a search cannot score this kind."""
        return ()

    def search_shots(self) -> Sequence[int | None]:
        """Labels per class that a search scores by default, None for all of them."""
        return (None,)

    def for_search(self, shots: Sequence[int | None]) -> Self:
        """The task with nothing but what a search scores: the cheapest setting on frozen vectors."""
        return self


class BudgetedTask(TaskSection):
    """A task whose settings can learn from shares of the annotated notes too, and be kept."""

    budgets: list[Annotated[float, Field(gt=0, lt=1)]] = []
    """Shares of the training notes that every setting learns from as well, as 0.1; all of them are always learned
    from. One that cannot hold a note of every type, label or answer is left out and named."""
    subsets: int = Field(3, ge=1)
    """Seeded subsets for each budget; a smaller one lies inside the larger one of the same seed."""
    keep: bool = False
    """Keep what settings with a model have learned from all labels (first seed) in RUN/models/TASK-MODEL-SETTING, for
    use on other notes."""

    @property
    def keeps_models(self) -> bool:
        """As asked."""
        return self.keep
