"""What the study asked, in words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any, cast

from wardspace.config import (
    BESIDE,
    AdaptConfig,
    BlendConfig,
    CategoryConfig,
    ClassificationConfig,
    DeclutrConfig,
    MlmConfig,
    ObjectiveConfig,
    PairsConfig,
    RetrievalConfig,
    StudyConfig,
    TaskConfig,
)
from wardspace.corpus.prepare.rehearsal import HPO
from wardspace.report.wording import INTERVALS, counted, listed, share, thousands
from wardspace.results.results import Results


@dataclass(frozen=True)
class AskedModel:
    """An adapted model in words, with every option of its objectives."""

    name: str
    words: list[str]
    options: list[tuple[str, list[tuple[str, str]]]]


@dataclass(frozen=True)
class Asked:
    """The study in words."""

    summary: list[str]
    models: list[AskedModel]
    tasks: list[tuple[str, str]]


def asked(study: StudyConfig, roles: Mapping[str, Any] | None = None) -> Asked:
    """Put the study into words.

    Parameters
    ----------
    study : StudyConfig
        What was asked.
    roles : mapping, optional
        Roles of the columns as the corpus found them; without them the study's own (a synthetic ward brings its own
        columns, which the study file need not name).
    """
    columns = roles or study.corpus.columns.model_dump()
    metadata = list(columns.get("metadata") or [])
    return Asked(
        summary=_summary(study, by_patient=columns.get("patient_id") is not None),
        models=[_model(model, metadata) for model in study.adapt],
        tasks=[(task.name, _task(task)) for task in study.tasks],
    )


def _summary(study: StudyConfig, *, by_patient: bool) -> list[str]:
    unit = "patients" if by_patient else "notes (there is no patient column)"
    lines = [
        f"Which way of adapting the base {base_name(study.base)} to these notes gives the most useful embeddings?",
        f"Each adapted model starts from the base and may read {thousands(study.budget.tokens)} tokens; objectives in "
        "sequence share that budget evenly.",
        _divided(study, unit),
    ]
    if study.compare:
        others = [f"{one.name} ({base_name(one.model)})" for one in study.compare]
        lines.append(f"Beside them, not trained here: {listed(others)}.")
    if study.transductive:
        lines.append("Adaptation was allowed to read the texts (never the labels) of validation and test notes.")
    else:
        kept = "No note, and no patient, of" if by_patient else "No note of"
        lines.append(f"{kept} validation or test was read in adaptation.")
    return lines


def _divided(study: StudyConfig, unit: str) -> str:
    split = study.corpus.split
    if split.by == "time":
        return (
            f"The notes were divided by time: the latest {share(split.test)} for the test, "
            f"{share(split.validation)} before them for choosing, the earlier ones for training; notes of patients who "
            "stand in an earlier period were left out of the later ones."
        )
    return (
        f"The notes were divided by {unit}: {share(split.validation)} for choosing, {share(split.test)} for the test, "
        "the rest for training."
    )


def base_name(base: str) -> str:
    """A base's name without the folders of the machine it was run on."""
    is_path = base.startswith(("/", "~", ".")) or "\\" in base
    return PurePath(base.replace("\\", "/")).name if is_path else base


def _model(model: AdaptConfig, metadata: list[str]) -> AskedModel:
    words = [objective_words(objective, metadata) for objective in model.objectives]
    options = [(objective.kind, flat(objective.model_dump(exclude={"kind"}))) for objective in model.objectives]
    changed = flat(model.training.model_dump(exclude_none=True))
    return AskedModel(model.name, words, [*options, *([("training", changed)] if changed else [])])


def objective_words(objective: ObjectiveConfig, metadata: list[str]) -> str:
    """An objective in one sentence."""
    if isinstance(objective, MlmConfig):
        return f"predicts hidden {_masked(objective)}"
    if isinstance(objective, DeclutrConfig):
        return _declutr(objective)
    if isinstance(objective, BlendConfig):
        return _blend(objective)
    if isinstance(objective, PairsConfig):
        return _pairs(objective)
    return _category(objective, metadata)


def _masked(mlm: MlmConfig) -> str:
    unit = "whole words" if mlm.whole_words else "words"
    return f"{unit} from their context ({share(mlm.probability)} of tokens)"


def _declutr(objective: DeclutrConfig) -> str:
    temperature = f"{'starting at ' if objective.learn_temperature else ''}{objective.temperature:g}"
    if objective.learn_temperature:
        temperature += ", learned"
    text = (
        "draws spans of one note together and spans of other notes apart "
        f"({counted(objective.anchors, 'anchor')}, {counted(objective.positives, 'positive')}, "
        f"spans of {objective.shortest} to {objective.longest} tokens, temperature {temperature})"
    )
    if objective.spans == "paper":
        text += "; short notes are left out, as in the paper"
    if objective.mlm_weight:
        return f"{text}, and predicts hidden {_masked(objective.mlm)}"
    return f"{text}, without masked words"


def _blend(objective: BlendConfig) -> str:
    words = f"the words that notes have in common ({counted(objective.dimensions, 'direction')}"
    text = f"learns the base's own space beside that of {words}, weight {objective.weight:g})"
    if objective.neighbours and objective.pull:
        near = counted(objective.neighbours, "nearest note")
        text += f", each note drawn towards its {near} (pull {objective.pull:g})"
    if objective.keep:
        # not where a file lay on someone's machine
        which = "the Human Phenotype Ontology" if objective.texts == HPO else PurePath(objective.texts).name
        text += f", and reads other texts ({which}, {objective.keep:g} tokens for each of the notes) as the base did"
    return text


def _pairs(objective: PairsConfig) -> str:
    text = f"draws notes to the text of their own {listed(objective.columns)}, away from those of others"
    guided = ", but not from what the base holds to be nearer" if objective.guide else ""
    return f"{text}{guided} (temperature {objective.temperature:g})"


def _category(objective: CategoryConfig, metadata: list[str]) -> str:
    columns = listed(objective.columns or metadata)
    if objective.loss == "classify":
        text = f"predicts the note's {columns} (weight {objective.weight:g})"
    else:
        text = (
            f"draws notes with the same {columns} together (supervised contrast, weight {objective.weight:g}, "
            f"temperature {objective.temperature:g})"
        )
    return f"{text}, and predicts hidden {_masked(objective.mlm)}" if objective.mlm_weight else text


def _task(task: TaskConfig) -> str:
    return _classification(task) if isinstance(task, ClassificationConfig) else _search(cast("RetrievalConfig", task))


def _search(task: RetrievalConfig) -> str:
    among = "all notes of the corpus" if task.among == "all" else "the notes of its split"
    limit = "" if task.queries is None else f"; at most {thousands(task.queries)} queries of a split"
    return f"find a note by its {task.query} among {among}, by cosine, with nothing trained for it{limit}"


def _classification(task: ClassificationConfig) -> str:
    parts = [f"predict {task.label} of the whole note"]
    if task.separator is not None:
        parts.append("notes may have several, each told apart by itself from a threshold on that validation chose")
    if "probe" in task.settings:
        seeds, private = counted(task.seeds, "seed"), f"with differential privacy (ε {task.dp.epsilon:g})"
        names = {
            "logistic": "logistic regression",
            "head": f"a two-layer head ({seeds})",
            "words_beside": "logistic regression beside word counts",
            "private_logistic": f"logistic regression {private}",
            "private_head": f"a two-layer head {private}",
        }
        parts.append(f"frozen encoder with {listed([names[probe] for probe in task.probes])}")
    if task.labels is not None:
        parts.append(f"learning from at most {thousands(task.labels)} labelled notes, the same for every model")
    if task.shots:
        both = ", the encoder alone and beside word counts" if BESIDE in task.probes else ""
        shots = listed([str(n) for n in task.shots])
        parts.append(f"few-shot with {shots} labels per class, {counted(task.subsets, 'random subset')} each{both}")
    if "finetune" in task.settings:
        tune = task.finetune
        which = (
            f"the base and the {tune.best} best adapted models by validation"
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


def made(results: Results, study: StudyConfig) -> list[tuple[str, str]]:
    """Names and values that identify a run; no path of the machine."""
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
