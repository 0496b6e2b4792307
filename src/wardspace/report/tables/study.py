"""The study setup in words, and what identifies a run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any, cast

from wardspace.config import (
    BESIDE,
    AdaptConfig,
    ClassificationConfig,
    RetrievalConfig,
    StudyConfig,
    TaskConfig,
)
from wardspace.report.wording import INTERVALS, counted, listed, share, thousands
from wardspace.results import Results


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
        tasks=[(task.name, _task(task)) for task in study.tasks],
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
    split = study.corpus.split
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


def _task(task: TaskConfig) -> str:
    return _classification(task) if isinstance(task, ClassificationConfig) else _search(cast("RetrievalConfig", task))


def _search(task: RetrievalConfig) -> str:
    among = "all notes of the corpus" if task.among == "all" else "the notes of its split"
    limit = "" if task.queries is None else f"; at most {thousands(task.queries)} queries of a split"
    return f"find a note by its {task.query} among {among}, by cosine similarity, without training for it{limit}"


def _classification(task: ClassificationConfig) -> str:
    parts = [f"predict {task.label} of the whole note"]
    if task.separator is not None:
        parts.append("notes may have several labels, each with a threshold chosen on validation")
    if "probe" in task.settings:
        seeds, private = counted(task.seeds, "seed"), f"with differential privacy (ε {task.dp.epsilon:g})"
        names = {
            "logistic": "logistic regression",
            "head": f"a two-layer head ({seeds})",
            "words_beside": "logistic regression on embedding + TF-IDF",
            "private_logistic": f"logistic regression {private}",
            "private_head": f"a two-layer head {private}",
        }
        parts.append(f"frozen encoder with {listed([names[probe] for probe in task.probes])}")
    if task.labels is not None:
        parts.append(f"at most {thousands(task.labels)} labelled notes, the same for every model")
    if task.shots:
        both = ", on the embedding alone and on embedding + TF-IDF" if BESIDE in task.probes else ""
        shots = listed([str(n) for n in task.shots])
        parts.append(f"few-shot with {shots} labels per class, {counted(task.subsets, 'random subset')} each{both}")
    if "finetune" in task.settings:
        tune = task.finetune
        which = (
            f"the base and the {tune.best} adapted models that are best on validation"
            if tune.models == "best"
            else ("every model" if tune.models == "all" else listed(list(tune.models)))
        )
        limit = "" if tune.notes is None else f", on {thousands(tune.notes)} notes"
        parts.append(f"full fine-tuning of {which} ({counted(tune.seeds, 'seed')}{limit})")
    return "; ".join(parts)


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
