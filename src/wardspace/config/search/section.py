"""What `wardspace search` varies, how it compares, and how much time it may take."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field, model_validator

from wardspace.config.section import Section

VARIED = ("objectives", "training")
"""Keys of an entry of `adapt` below which a search can vary everything."""


class OptionConfig(Section):
    """Values that an option may take: `choices`, or a range from `low` to `high`."""

    choices: list[Any] | None = Field(None, min_length=1)
    """Values to choose from, each as it would be in the study file."""
    low: int | float | None = None
    """Lowest value of a range; two whole numbers draw whole numbers, `1.0` and `3` any number between."""
    high: int | float | None = None
    """Highest value of a range."""
    log: bool = False
    """Draw by order of magnitude: as many values from 1e-5 to 1e-4 as from 1e-4 to 1e-3."""

    @model_validator(mode="after")
    def _one_of_both(self) -> OptionConfig:
        ranged = self.low is not None and self.high is not None
        if ranged == (self.choices is not None) or (self.low is None) != (self.high is None):
            raise ValueError("either choices, or low and high")
        if self.low is not None and self.high is not None:
            if self.low >= self.high:
                raise ValueError(f"low ({self.low}) must be below high ({self.high})")
            if self.log and self.low <= 0:
                raise ValueError("log: low must be above 0")
        elif self.log:
            raise ValueError("log belongs to a range")
        return self

    @property
    def ends(self) -> list[Any]:
        """Its choices, or both ends of its range."""
        return [self.low, self.high] if self.choices is None else self.choices


class SearchScoreConfig(Section):
    """What recipes are compared by: the mean of one metric on validation over some numbers of labels."""

    task: str | None = None
    """The task; null takes the first."""
    shots: list[Annotated[int, Field(ge=1)] | None] | None = Field(None, min_length=1)
    """Labels per class, null for all of them, such as `[8, 16, null]`; null takes the task's own shots and all."""
    metric: str = "macro_f1"
    """A metric of the task; for labels `macro_f1`, `micro_f1`, `accuracy`, `balanced_accuracy`, `auroc`."""


class SearchConfig(Section):
    """A search for the best recipe of one adapted model, by successive halving on validation; test is left alone."""

    model: str | None = None
    """Name of the entry of `adapt` that is varied; null takes the first."""
    options: dict[str, OptionConfig] = Field(min_length=1)
    """What is varied: keys below that entry, as `training.learning_rate`, `objectives` or `objectives.0.weight`. An
    objective's name in the place of its number (`objectives.blend.weight`) means it wherever it is chosen."""
    score: SearchScoreConfig = SearchScoreConfig()
    """What recipes are compared by."""
    trials: int = Field(24, ge=1)
    """Most recipes to try, the entry in the study file among them."""
    hours: float | None = Field(None, gt=0)
    """No training is begun after this, and so few recipes are tried that the best can be trained in full; null: no
    limit."""
    rungs: int = Field(3, ge=1)
    """Steps of the budget: all recipes begin with budget.tokens / eta^(rungs - 1), the best end with budget.tokens."""
    eta: int = Field(3, ge=2)
    """One recipe in so many goes on to the next rung, with so many times the tokens."""
    seed: int = 1
    """Seed of the recipes drawn."""
    parallel: int | None = Field(None, ge=1)
    """Trials at once, each with its share of threads; null takes half the processor's threads, at most one for every
    4 GiB of free memory, and one on a GPU."""
