"""The corpus section: where the notes are and what becomes of them before any model sees them."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from wardspace.config.corpus.annotated import AnnotatedConfig
from wardspace.config.corpus.cleaning import CleanConfig, MissingConfig, RejectConfig
from wardspace.config.corpus.columns import ColumnsConfig
from wardspace.config.corpus.deidentify import DeidentifyConfig
from wardspace.config.corpus.duplicates import DeduplicateConfig
from wardspace.config.corpus.source import SourceConfig
from wardspace.config.section import Section


class SplitConfig(Section):
    """How notes are shared out: by patient where there is one (else by note), or by time."""

    by: Literal["patient", "time"] = "patient"
    """`patient` by a hash of the patient. `time` takes the latest notes for the test and those before them for
    validation; notes of patients who are in an earlier period are left out of the later ones."""
    validation: float = Field(0.1, gt=0, lt=1)
    """Share for choosing between models and settings."""
    test: float = Field(0.2, gt=0, lt=1)
    """Share that is looked at once."""
    seed: int = 13
    """Seed of the split."""
    stratify: str | None = None
    """Column whose values are shared out evenly as far as patients allow; null takes the first label."""

    @model_validator(mode="after")
    def _leaves_training_notes(self) -> SplitConfig:
        if self.validation + self.test >= 1:
            raise ValueError("validation and test together leave nothing to train on; let their sum be below 1")
        return self


class CorpusConfig(Section):
    """From the notes as they are stored to a corpus folder."""

    source: SourceConfig = SourceConfig()
    """Where the notes are."""
    columns: ColumnsConfig = ColumnsConfig()
    """Which column plays which role."""
    missing: MissingConfig = MissingConfig()
    """Words that say that a value is missing."""
    deidentify: DeidentifyConfig | None = None
    """Take out what identifies people, before anything is cleaned; `{}` does it as its defaults say, null does not."""
    clean: CleanConfig = CleanConfig()
    """Steps of cleaning."""
    reject: RejectConfig = RejectConfig()
    """When a note is left out."""
    deduplicate: DeduplicateConfig = DeduplicateConfig()
    """Which copies are left out."""
    split: SplitConfig = SplitConfig()
    """How notes are shared out."""
    annotations: dict[str, AnnotatedConfig] = {}
    """Columns that people fill with `wardspace annotate`, by name: tasks read them as they read columns of the source.
    Where the source has such a column too, an annotated note's value takes the place of the source's."""
    workers: int | None = Field(None, ge=0)
    """Processes for cleaning and de-identification besides the one that reads and writes (null: one for each core
    if notes are de-identified, else none, because cleaning alone is faster without)."""
    sample: int | None = Field(None, ge=1)
    """Keep at most this many notes, drawn by seed and note id; null keeps all."""

    def annotated(self, kind: Literal["spans", "label"]) -> list[str]:
        """Columns of a kind that people fill."""
        return [name for name, column in self.annotations.items() if column.kind == kind]

    def unused(self) -> list[str]:
        """Keys that were set and would have no effect, each with the reason."""
        tables = ("auto", "csv", "tsv")
        found = {
            f"corpus.source.{key}": f"with corpus.source.format: {self.source.format}"
            for key in ("delimiter", "quotes")
            if getattr(self.source, key) != getattr(SourceConfig(), key) and self.source.format not in tables
        }
        if self.source.by_split:
            found |= {"corpus.columns.split": "with corpus.source.train"} if self.columns.split is not None else {}
        if self.split.by == "time":
            by_time = {
                "corpus.split.stratify": self.split.stratify is not None,
                # a sample is drawn by the same seed
                "corpus.split.seed": self.split.seed != SplitConfig().seed and self.sample is None,
                "corpus.columns.split": self.columns.split is not None,
                "corpus.source.train": self.source.by_split,
            }
            found |= {key: "with corpus.split.by: time" for key, is_set in by_time.items() if is_set}
        return [f"{key}: it has no effect {why}; leave it out" for key, why in found.items()]
