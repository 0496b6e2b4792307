"""Answers as a task: the stretch of a note that answers a question about it, or that there is none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal, Self

from pydantic import Field

from wardspace.config.tasks.finetuning import FinetuneConfig, Rates
from wardspace.config.tasks.section import BudgetedTask


class AnswerFinetuneConfig(FinetuneConfig):
    """Fine-tuning of a reader: the encoder learns with the layer that scores where an answer begins and ends."""

    seeds: int = Field(3, ge=1)
    """Repetitions with other seeds; of a label budget each has a subset of its own."""
    epochs: int = Field(10, ge=1)
    """Passes over the training questions; the best by token F1 on validation is kept."""
    patience: int | None = Field(3, ge=1)
    """Stop after so many epochs in a row without a better score (null: never)."""
    learning_rate: Rates = [1e-4, 3e-4]
    """Highest learning rate; of several the first seed of a model finds the one that is best on validation."""
    batch_notes: int | None = Field(None, ge=1)
    """Windows of a batch, on average; null takes as many as leave an epoch 100 steps, from 1 to 16."""
    cloze: int = Field(2000, ge=0)
    """Questions that are made up from the training notes (a stretch of a sentence is the answer, words around it ask
    for it) and learned before the real ones, in one pass; 0 for none. All label budgets use all training notes."""


class AnswersConfig(BudgetedTask):
    """Find the stretch of a note that answers a question, or say that the note does not answer it."""

    kind: Literal["answers"] = "answers"
    """Kind of task."""
    questions: str = "questions"
    """Column of the questions of a note: a JSON list of records with `id`, `question` and `answerable`."""
    spans: str = "answers"
    """Column of the right answers: records with `start`, `end` and `question_id`. Of several answers to one question
    the one that agrees best counts."""
    overlap: float = Field(0.3, ge=0, lt=1)
    """Share of a window that the next one of a long note reads again. An answer should fit into it."""
    windows: int | None = Field(8, ge=1)
    """Windows of a note that are read for a question: those that share most with it by BM25. Null reads all."""
    negatives: float = Field(1.0, ge=0)
    """Windows without the answer that training reads in an epoch for each window with it, drawn anew each time; of a
    question that its note does not answer so many in all, at least one."""
    max_answer: int | None = Field(None, ge=1)
    """Most tokens of an answer; null lets it be as long as a window."""
    settings: list[Literal["head", "finetune"]] = ["head"]
    """A linear layer on frozen vectors of the tokens of question and window, read together; fine-tuning; or both."""
    baselines: list[Literal["sentence"]] = ["sentence"]
    """What the models are compared with: the sentence of the note that is most like the question by TF-IDF."""
    finetune: AnswerFinetuneConfig = AnswerFinetuneConfig()
    """Options of fine-tuning."""

    def columns(self) -> Mapping[str, str]:
        """The questions."""
        return {"questions": self.questions}

    def span_columns(self) -> Mapping[str, str]:
        """The answers."""
        return {"spans": self.spans}

    def text_columns(self) -> Sequence[str]:
        """The questions: they are text."""
        return (self.questions,)

    def models_named(self) -> Mapping[str, Sequence[str]]:
        """Models to fine-tune."""
        return {"finetune.models": self.finetune.models} if isinstance(self.finetune.models, list) else {}

    def depends_on(self, tuning: str) -> dict[str, Any]:
        """Everything but the options of the other settings."""
        others = {"keep", *(("finetune",) if tuning == "frozen" else ("baselines", "subsets"))}
        return self.model_dump(mode="json", exclude=others)

    def metric_names(self) -> Sequence[str]:
        """What recipes can be compared by."""
        return ("f1", "exact_match")

    def for_search(self, shots: Sequence[int | None]) -> Self:
        """The linear layer on frozen vectors alone."""
        return self.model_copy(update={"settings": ["head"], "baselines": [], "budgets": [], "keep": False})
