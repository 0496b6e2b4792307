"""The study file as a whole."""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Sequence
from typing import Any, TypeVar

from pydantic import Field, field_validator, model_validator

from wardspace.config.corpus.corpus import CorpusConfig
from wardspace.config.engine import Engine, EngineConfig
from wardspace.config.privacy import PrivacyConfig
from wardspace.config.report import ReportConfig
from wardspace.config.search.check import search_problems
from wardspace.config.search.section import SearchConfig
from wardspace.config.section import Section
from wardspace.config.space import SpaceConfig
from wardspace.config.tasks.order import need_problems
from wardspace.config.tasks.registry import TaskConfig
from wardspace.config.terms import TermsConfig
from wardspace.config.tfidf import TfidfConfig
from wardspace.config.training import AdaptConfig, BudgetConfig, EncoderConfig, TrainingConfig


class CompareConfig(Section):
    """Another model that is embedded and scored like the base, and not trained."""

    name: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")
    """Name of the model in tables and folders."""
    model: str
    """A folder, `minilm`, an installed package that carries a model, or a hub name."""


Named = TypeVar("Named", AdaptConfig, CompareConfig)

BASELINES = ("base", "tfidf")
"""Names of the models in every table that are not adapted."""


class StudyConfig(Section):
    """One study: notes in, compared embedding spaces out."""

    name: str = Field("study", pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")
    """Name of the study; its run folder is runs/NAME unless --out says otherwise."""
    corpus: CorpusConfig = CorpusConfig()
    """The notes and what becomes of them before any model sees them."""
    engine: Engine = EngineConfig()
    """Who prepares and embeds the notes: `local`, or `ray` for many machines."""
    base: str = "minilm"
    """The model to start from: a folder, `minilm`, an installed package that carries a model, or a hub name."""
    encoder: EncoderConfig = EncoderConfig()
    """How a note becomes one vector."""
    budget: BudgetConfig = BudgetConfig()
    """What every adapted model may spend."""
    training: TrainingConfig = TrainingConfig()
    """The training loop's options."""
    transductive: bool = False
    """Let adaptation read the texts (never the labels) of validation and test; the report then says so."""
    adapt: list[AdaptConfig] = []
    """Adapted models, compared with the base and with TF-IDF."""
    compare: list[CompareConfig] = []
    """Other models that are embedded and scored, but not trained: adapted elsewhere, a clinical BERT.
    The encoder section holds for them as for the base."""
    tasks: list[TaskConfig] = []
    """What the models are scored on."""
    space: SpaceConfig = SpaceConfig()
    """The shape of the embedding space."""
    tfidf: TfidfConfig = TfidfConfig()
    """The baseline that counts words."""
    report: ReportConfig = ReportConfig()
    """The report."""
    privacy: PrivacyConfig = PrivacyConfig()
    """What a model may give away, and how that is measured."""
    terms: TermsConfig = TermsConfig()
    """The terms under which the notes were given: licence, agreement, and what they forbid."""
    search: SearchConfig | None = None
    """What `wardspace search` varies to find the best recipe; other commands leave it alone."""

    @field_validator("adapt", "compare")
    @classmethod
    def _model_names(cls, models: list[Named]) -> list[Named]:
        _distinct([model.name for model in models])
        taken = [model.name for model in models if model.name in BASELINES]
        if taken:
            raise ValueError(f"{', '.join(taken)}: this name belongs to a baseline; choose another")
        return models

    @field_validator("tasks")
    @classmethod
    def _task_names(cls, tasks: list[TaskConfig]) -> list[TaskConfig]:
        _distinct([task.name for task in tasks])
        return tasks

    @model_validator(mode="after")
    def _labels_listed(self) -> StudyConfig:
        """List a task's columns among the labels, unless one that is listed is likely to be meant."""
        columns = self.corpus.columns
        known = [*columns.labels, *columns.metadata, *self.corpus.annotated("label")]
        named = dict.fromkeys(name for task in self.tasks for name in task.columns().values())
        new = [name for name in named if name not in known and not _near(name, known)]
        marked = dict.fromkeys(name for task in self.tasks for name in task.span_columns().values())
        spanned = [*columns.spans, *self.corpus.annotated("spans")]
        spans = [name for name in marked if name not in spanned and not _near(name, spanned)]
        if new or spans:
            roles = columns.model_copy(update={"labels": [*columns.labels, *new], "spans": [*columns.spans, *spans]})
            object.__setattr__(self, "corpus", self.corpus.model_copy(update={"columns": roles}))
        return self

    @model_validator(mode="after")
    def _texts_listed(self) -> StudyConfig:
        """List the columns that tasks and objectives read as texts, so that the corpus treats them as such."""
        columns = self.corpus.columns
        known = {*columns.labels, *columns.metadata} - set(self.corpus.annotated("label"))
        texts = [*columns.texts, *(name for name in self.text_columns if name in known)]
        paired = [*columns.paired, *(name for task in self.tasks for name in task.paired_columns() if name in known)]
        asked = {"texts": list(dict.fromkeys(texts)), "paired": list(dict.fromkeys(paired))}
        if asked != {"texts": columns.texts, "paired": columns.paired}:
            roles = columns.model_copy(update=asked)
            object.__setattr__(self, "corpus", self.corpus.model_copy(update={"columns": roles}))
        return self

    @model_validator(mode="after")
    def _metadata_named(self) -> StudyConfig:
        """Name the columns that `across: metadata` stands for, so that the run's study says which they were."""
        aside = {*self.scored_columns, *self.text_columns}
        columns = [name for name in self.corpus.columns.metadata if name not in aside]
        object.__setattr__(self, "adapt", [_across(model, columns) for model in self.adapt])
        return self

    @model_validator(mode="after")
    def _columns_exist(self) -> StudyConfig:
        adapted = {model.name for model in self.adapt}
        problems = [
            *(f"compare: {m.name} is the name of an adapted model too" for m in self.compare if m.name in adapted),
            *(
                f"adapt: {model.name} begins like the folders of what the task {task.name} keeps; choose another name"
                for task in self.tasks
                if task.keeps_models
                for model in self.adapt
                if model.name.startswith(f"{task.name}-")
            ),
            *self._task_problems(),
            *need_problems(self.tasks),
            *self._trained_problems(),
            *self._metadata_problems(),
            *self._subgroup_problems(),
            *search_problems(self),
            *self._text_problems(),
            *self.corpus.unused(),
        ]
        if problems:
            raise ValueError("; ".join(problems))
        return self

    def _task_problems(self) -> list[str]:
        known, models = self.corpus.columns, self.encoders
        columns = [*known.labels, *known.metadata, *self.corpus.annotated("label")]
        among = f"among corpus.columns.labels and metadata ({', '.join(columns) or 'none'}); add it there"
        found = [
            f"tasks.{i}.{key}: no column {name!r} {among}, or did you mean {_near(name, columns)}?"
            for i, task in enumerate(self.tasks)
            for key, name in task.columns().items()
            if name not in columns
        ]
        marked = [*known.spans, *self.corpus.annotated("spans")]
        found += [
            f"tasks.{i}.{key}: no column {name!r} among corpus.columns.spans ({', '.join(marked) or 'none'}); "
            f"add it there, or did you mean {_near(name, marked)}?"
            for i, task in enumerate(self.tasks)
            for key, name in task.span_columns().items()
            if name not in marked
        ]
        found += [f"space.columns: no column {name!r} {among}" for name in self.space.columns if name not in columns]
        found += [
            f"tasks.{i}.{key}: no model {name!r} ({', '.join(models)})"
            for i, task in enumerate(self.tasks)
            for key, names in task.models_named().items()
            for name in names
            if name not in models
        ]
        return found

    def _trained_problems(self) -> list[str]:
        found = []
        for i, task in enumerate(self.tasks):
            for key, name in task.columns().items():
                trained = [model.name for model in self.adapt if name in self.trained_columns(model)]
                if trained and not task.may_have_trained:
                    allow = "allow_trained_label" in type(task).model_fields
                    found.append(
                        f"tasks.{i}.{key}: {', '.join(trained)} learns from {name!r}, which it would be scored on;"
                        " choose other columns"
                        + ", or set allow_trained_label: true and the report will say so"
                        * allow
                    )
        return found

    def _metadata_problems(self) -> list[str]:
        metadata = self.corpus.columns.metadata
        found = []
        for i, model in enumerate(self.adapt):
            for j, objective in enumerate(model.objectives):
                place = f"adapt.{i}.objectives.{j}"
                if objective.needs_metadata and not metadata:
                    found.append(f"{place}: {objective.kind} needs a column in corpus.columns.metadata")
                found += [
                    f"{place}.{key}: no column {name!r} among corpus.columns.metadata ({', '.join(metadata)})"
                    for key, names in objective.named_columns().items()
                    for name in names
                    if name not in metadata
                ]
        return found

    def _subgroup_problems(self) -> list[str]:
        known = [*self.corpus.columns.metadata, *self.corpus.columns.labels]
        asked = {"subgroups": self.report.subgroups or [], "bands": list(self.report.bands)}
        found = [
            f"report.{key}: no column {name!r} among corpus.columns.metadata and labels ({', '.join(known)})"
            for key, names in asked.items()
            for name in names
            if name not in known
        ]
        if self.report.subgroups is not None:
            found += [
                f"report.bands: {name} is not among report.subgroups"
                for name in self.report.bands
                if name not in self.report.subgroups
            ]
        return found

    def _text_problems(self) -> list[str]:
        metadata = self.corpus.columns.metadata
        texts = [name for name in self.text_columns if name in metadata]
        found = []
        for i, model in enumerate(self.adapt):
            for objective in model.objectives:
                named = {name for names in objective.named_columns().values() for name in names}
                taken = [name for name in texts if name in objective.learned_from(metadata) and name not in named]
                if taken:
                    found.append(
                        f"adapt.{i}: {objective.kind} takes all metadata, and so the texts in {', '.join(taken)} for"
                        " categories; name its columns"
                    )
        return found

    @property
    def encoders(self) -> list[str]:
        """Names of all models that make vectors, in the order of the tables: the base, other models, adapted ones."""
        return [BASELINES[0], *(model.name for model in self.compare), *(model.name for model in self.adapt)]

    @property
    def auditable(self) -> list[str]:
        """Those that an audit knows by name: what others have read is not known here."""
        others = {model.name for model in self.compare}
        return [name for name in self.encoders if name not in others]

    def with_model(self, model: AdaptConfig) -> StudyConfig:
        """The study with another entry of that name in `adapt`, and no search; raises pydantic's ValidationError."""
        adapt = [model if known.name == model.name else known for known in self.adapt]
        return type(self)(**{**dict(self), "adapt": adapt, "search": None})

    @property
    def scored_columns(self) -> list[str]:
        """Columns of categories that tasks are scored on: their labels."""
        return [name for task in self.tasks for name in task.columns().values() if name not in task.text_columns()]

    @property
    def text_columns(self) -> list[str]:
        """Queries, and texts that `pairs` learns from, named for nothing else: their values are in no result."""
        objectives = [objective for model in self.adapt for objective in model.objectives]
        named = {
            *self.scored_columns,
            *self.space.columns,
            *(self.report.subgroups or []),
            *self.report.bands,
            *(name for one in objectives for name in one.category_columns()),
        }
        paired = [name for one in objectives for name in one.text_columns()]
        texts = [name for task in self.tasks for name in task.text_columns()]
        return [name for name in dict.fromkeys([*texts, *paired]) if name not in named]

    def trained_columns(self, model: AdaptConfig) -> set[str]:
        """Metadata columns that an adapted model learns from."""
        metadata = self.corpus.columns.metadata
        return {name for objective in model.objectives for name in objective.learned_from(metadata)}

    def resolved(self) -> dict[str, Any]:
        """The study as plain values with every default filled in (what study.yaml of a run holds)."""
        return self.model_dump(mode="json")


def _distinct(names: list[str]) -> None:
    twice = [name for name, count in Counter(names).items() if count > 1]
    if twice:
        raise ValueError(f"named twice: {', '.join(twice)}")


def _near(name: str, known: Sequence[str]) -> str | None:
    """A known name that this one may be a slip of."""
    return next(iter(difflib.get_close_matches(name, known, n=1, cutoff=0.8)), None)


def _across(model: AdaptConfig, columns: list[str]) -> AdaptConfig:
    return model.model_copy(update={"objectives": [one.with_metadata(columns) for one in model.objectives]})
