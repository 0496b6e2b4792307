"""The study setup in words, and what identifies a run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any

from wardspace.config import (
    AdaptConfig,
    StudyConfig,
)
from wardspace.report.wording import INTERVALS, listed, share, thousands
from wardspace.results import Results
from wardspace.tasks import kind_of


@dataclass(frozen=True)
class SetupModel:
    """An adapted model in words, with every option of its objectives."""

    name: str
    words: list[str]
    options: list[tuple[str, list[tuple[str, str]]]]


@dataclass(frozen=True)
class StudySetup:
    """The study in words."""

    summary: list[str]
    models: list[SetupModel]
    tasks: list[tuple[str, str]]


def study_setup(study: StudyConfig, roles: Mapping[str, Any] | None = None) -> StudySetup:
    """Put the study into words.

    Parameters
    ----------
    study : StudyConfig
        The study file.
    roles : mapping, optional
        Roles of the columns in the corpus; by default those of the study file. A synthetic ward has its own columns,
        which the study file need not name.
    """
    columns = roles or study.corpus.columns.model_dump()
    metadata = list(columns.get("metadata") or [])
    return StudySetup(
        summary=_summary(study, by_patient=columns.get("patient_id") is not None),
        models=[_model(model, metadata) for model in study.adapt],
        tasks=[(task.name, kind_of(task).describe(task)) for task in study.tasks],
    )


def _summary(study: StudyConfig, *, by_patient: bool) -> list[str]:
    unit = "patients" if by_patient else "notes (there is no patient column)"
    lines = [
        f"Question: which way of adapting the base model {base_name(study.base)} to these notes gives the most useful "
        "embeddings?",
        f"Each adapted model starts from the base and reads up to {thousands(study.budget.tokens)} tokens; several "
        "objectives in sequence share this budget evenly.",
        _divided(study, unit),
    ]
    if study.compare:
        others = [f"{one.name} ({base_name(one.model)})" for one in study.compare]
        lines.append(f"For comparison, not trained here: {listed(others)}.")
    if study.transductive:
        lines.append("Adaptation could read the texts (never the labels) of validation and test notes.")
    else:
        unseen = "no note and no patient" if by_patient else "no note"
        lines.append(f"Adaptation read {unseen} of the validation and test splits.")
    return lines


def _divided(study: StudyConfig, unit: str) -> str:
    split, column = study.corpus.split, study.corpus.columns.split
    if column is not None or study.corpus.source.by_split:
        where = f"in its column {column}" if column is not None else "as files"
        return (
            f"The notes keep the split that the source gives {where}. Where it has no validation notes, "
            f"{share(split.validation / (1 - split.test))} of its training {unit} were taken for it."
        )
    if split.by == "time":
        return (
            f"The notes were split by time: the latest {share(split.test)} for test, the {share(split.validation)} "
            "before them for validation, the earlier ones for training. Patients with notes in an earlier period were "
            "left out of the later ones."
        )
    return (
        f"The notes were split by {unit}: {share(split.validation)} for validation, {share(split.test)} for test, the "
        "rest for training."
    )


def base_name(base: str) -> str:
    """The name of a base model without the folders of this machine."""
    is_path = base.startswith(("/", "~", ".")) or "\\" in base
    return PurePath(base.replace("\\", "/")).name if is_path else base


def _model(model: AdaptConfig, metadata: list[str]) -> SetupModel:
    words = [objective.description(metadata) for objective in model.objectives]
    options = [(objective.kind, flat(objective.model_dump(exclude={"kind"}))) for objective in model.objectives]
    changed = flat(model.training.model_dump(exclude_none=True))
    return SetupModel(model.name, words, [*options, *([("training", changed)] if changed else [])])


def flat(options: dict[str, Any], prefix: str = "") -> list[tuple[str, str]]:
    """Options with dotted names and values in words."""
    found: list[tuple[str, str]] = []
    for name, value in options.items():
        if isinstance(value, dict):
            found += flat(value, f"{prefix}{name}.")
        elif isinstance(value, list):
            found.append((prefix + name, ", ".join(map(str, value)) or "all"))
        else:
            found.append((prefix + name, _shown(value)))
    return [pair for pair in found if not pair[0].endswith("kind")]


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "none" if value is None else str(value)


def provenance(results: Results, study: StudyConfig) -> list[tuple[str, str]]:
    """Names and values that identify a run, without any path of this machine."""
    devices = dict.fromkeys(stage.device for model in results.models for stage in model.stages)
    seeds = {
        "split": study.corpus.split.seed,
        "training": study.training.seed,
        "space": study.space.seed,
        "bootstrap": study.report.seed,
    }
    if study.corpus.split.by == "time" and study.corpus.sample is None:
        del seeds["split"]
    if study.corpus.source.format == "ward":
        seeds["ward"] = study.corpus.source.ward.seed
    found = [
        ("wardspace", results.wardspace),
        ("Results schema", str(results.schema_version)),
        ("Base", base_name(study.base)),
        ("Budget of each model", f"{thousands(study.budget.tokens)} tokens"),
        ("Trained on", ", ".join(devices) or "nothing was trained"),
        ("Seeds", ", ".join(f"{name} {seed}" for name, seed in seeds.items())),
        ("Bootstrap", f"{thousands(study.report.resamples)} resamples of patients, {INTERVALS[results.interval]}"),
    ]
    content = results.corpus.get("content_hash")
    return [*found, ("Corpus content (SHA-256)", str(content))] if content else found
