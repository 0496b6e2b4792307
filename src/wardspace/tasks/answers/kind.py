"""Answers to questions as a kind of task."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from wardspace.config import AnswersConfig
from wardspace.core.wording import counted, listed
from wardspace.corpus.schema import SPLITS
from wardspace.evaluation.metrics.answers import answers_decisions, answers_mistakes, answers_tally, metrics
from wardspace.evaluation.task_metrics import TaskMetrics
from wardspace.results import SettingRecord
from wardspace.tasks.answers.asked import AskedNotes, asked_notes
from wardspace.tasks.answers.finetune import AnswerFineTuning
from wardspace.tasks.answers.fitted import FittedReader
from wardspace.tasks.answers.kept import load_reader
from wardspace.tasks.answers.settings import BestSentence, LinearReader
from wardspace.tasks.kind import BudgetWords, KindWords, Setting
from wardspace.tasks.notes import Texts

SENTENCE = SettingRecord(name="sentence", family="baseline", trained="nothing")
HEAD = SettingRecord(name="head", family="frozen", trained="head")
FINETUNE = SettingRecord(name="finetune", family="fine-tuned", trained="model")
RECORDS = (SENTENCE, HEAD, FINETUNE)
"""In order of trust: models are chosen by the first frozen one."""


class Answers:
    """Find the stretch of a note that answers a question, or say that there is none."""

    config = AnswersConfig
    words = KindWords(
        unit="question",
        units="questions",
        budget=BudgetWords("{n} notes with questions", "{n} notes", "notes with questions"),
        settings={
            "sentence": "best sentence by TF-IDF",
            "head": "linear layer on tokens",
            "finetune": "fine-tuned",
        },
        metrics={
            "f1": "token F1",
            "exact_match": "exact match",
            "has_ans_f1": "token F1 (answerable questions)",
            "has_ans_exact_match": "exact match (answerable questions)",
            "no_ans_f1": "unanswerable questions left unanswered",
            "f1_right_window": "token F1 where the right window is given",
        },
        meaning={
            "f1": "what {model} answers to questions about unseen notes agrees with the right answers to {value} of "
            "100 (words in common)",
            "exact_match": "{model} answers {value} of 100 questions about unseen notes word for word",
        },
        glossary=(
            (
                "Token F1",
                "Precision is the share of the words of an answer that are in the right one, recall the share of the "
                "words of the right one that are in the answer; F1 is their harmonic mean, averaged over questions. "
                "Case, punctuation and articles do not count, as in SQuAD. A question that its note does not answer "
                "counts 100 if no answer is given, else 0.",
            ),
            ("Exact match", "The share of questions whose answer is right word for word, or rightly not given."),
            (
                "Token F1 where the right window is given",
                "The same for answerable questions, where only the part of the note is read that holds the answer (of "
                "the baseline: the sentence), and an answer must be given. What is lacking to 100 is lost in reading; "
                "the difference to the token F1 of answerable questions is lost in finding the place.",
            ),
            (
                "Best sentence by TF-IDF",
                "A baseline without a language model: the sentence of the note that has most in common with the "
                "question, rare words counting more.",
            ),
        ),
        confidence="What is judged here is whether an answer, or that there is none, is right word for word.",
    )

    def gold(self, texts: Texts, task: AnswersConfig, splits: Sequence[str] = SPLITS) -> AskedNotes:
        """Questions of the notes; see `asked_notes`."""
        return asked_notes(texts, task, splits)

    def settings(self, task: AnswersConfig) -> list[Setting[AskedNotes]]:
        """The baseline, then what is asked for."""
        found: list[Setting[AskedNotes]] = [BestSentence(SENTENCE, task, (name,)) for name in task.baselines]
        if "head" in task.settings:
            found.append(LinearReader(HEAD, task))
        if "finetune" in task.settings:
            found.append(AnswerFineTuning(FINETUNE, task))
        return found

    def scored(self, task: AnswersConfig, classes: Sequence[str]) -> TaskMetrics:
        """Agreement of answers by kind of question."""
        return TaskMetrics(
            answers_tally,
            metrics(tuple(classes)),
            {one.name: one for one in RECORDS},
            unit=self.words.unit,
            decisions=answers_decisions,
            mistakes=answers_mistakes,
        )

    def load(self, folder: Path) -> FittedReader:
        """Open what a task has kept; see `load_reader`."""
        return load_reader(folder)

    def describe(self, task: AnswersConfig) -> str:
        """Columns, settings and budgets."""
        parts = [f"answer the questions of column {task.questions} with words of the note (column {task.spans})"]
        if "head" in task.settings:
            parts.append("frozen encoder with a linear layer on the tokens of question and note")
        if "finetune" in task.settings:
            how = "low-rank additions trained" if task.finetune.lora else "fine-tuned"
            made = f" after up to {task.finetune.cloze:,} made-up questions" if task.finetune.cloze else ""
            parts.append(f"{how}{made} ({counted(task.finetune.seeds, 'seed')})")
        if task.baselines:
            parts.append(f"compared with the {listed([self.words.settings[name] for name in task.baselines])}")
        if task.budgets:
            parts.append(f"also on {listed([f'{share:.0%}' for share in task.budgets])} of the training notes")
        return "; ".join(parts)
