"""Assertions as a task: whether what a note mentions is denied, past, only possible, or a relative's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal, Self

from pydantic import Field, field_validator

from wardspace.config.tasks.section import BudgetedTask

Question = Literal["negated", "historical", "hypothetical", "family"]
"""One of the four things that a note may say of a mention."""
QUESTIONS: tuple[Question, ...] = ("negated", "historical", "hypothetical", "family")
"""What ConText asks of a mention."""


class AssertionsConfig(BudgetedTask):
    """Say of each mention of an entity whether it is negated, historical, hypothetical or of a relative."""

    kind: Literal["assertions"] = "assertions"
    """Kind of task."""
    spans: str = "entities"
    """Column of the mentions: lists of records with `start` and `end`."""
    type: str = "type"
    """Field of these records with the type of entity, read where `types` names some."""
    types: list[str] | None = Field(None, min_length=1)
    """Types of the mentions; null takes all that there are."""
    questions: dict[Question, str] = Field({name: name for name in QUESTIONS}, min_length=1)
    """Where the answer to each question is: a field that is true or false, or `field=value` for a field of text that
    has this value, among others between semicolons (of BRAT: `negated: attributes=Negation`). A question that is not
    named is not asked."""
    settings: list[Literal["head", "hybrid"]] = ["head", "hybrid"]
    """Logistic regression on frozen token vectors, alone and with the answers of the rules."""
    baselines: list[Literal["present", "context"]] = ["present", "context"]
    """What the models are compared with: that every mention is present and the patient's, and the ConText rules
    (for English)."""

    @field_validator("questions")
    @classmethod
    def _places(cls, questions: dict[Question, str]) -> dict[Question, str]:
        for name, place in questions.items():
            if not all(part.strip() for part in place.split("=", 1)):
                raise ValueError(f"{name}: a field, or field=value")
        return {name: questions[name] for name in QUESTIONS if name in questions}

    def span_columns(self) -> Mapping[str, str]:
        """The mentions."""
        return {"spans": self.spans}

    def depends_on(self, tuning: str) -> dict[str, Any]:
        """Everything but whether it is kept."""
        return self.model_dump(mode="json", exclude={"keep"})

    def metric_names(self) -> Sequence[str]:
        """What recipes can be compared by."""
        return ("macro_f1", "micro_f1", "auroc", "average_precision")

    def for_search(self, shots: Sequence[int | None]) -> Self:
        """The head on frozen vectors alone."""
        return self.model_copy(update={"settings": ["head"], "baselines": [], "budgets": [], "keep": False})
