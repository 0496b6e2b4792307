"""Everything the stages found, as one results.json."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from wardspace.config import StudyConfig
from wardspace.core.version import __version__
from wardspace.corpus import Manifest
from wardspace.evaluation.score_predictions import Evaluation
from wardspace.results import ModelRecord, PrivateTraining, Results, SettingRecord, StageCost
from wardspace.study.run import Run
from wardspace.study.steps.embed import Embedded
from wardspace.study.steps.evaluate import Evaluated
from wardspace.study.steps.prepare import SYNTHETIC, Prepared
from wardspace.study.steps.scoring import Scoring
from wardspace.study.steps.space import Spaces
from wardspace.tasks.predictions import about_runs


def assemble_results(
    run: Run, prepared: Prepared, embedded: Mapping[str, Embedded], evaluated: Evaluated, spaces: Spaces
) -> Results:
    """Write everything the steps found as results.json."""
    study, manifest = run.config, prepared.corpus.manifest
    scoring, records = evaluated.scoring, dict[str, Any](evaluated.slices)
    results = Results(
        wardspace=__version__,
        study=study.name,
        synthetic=manifest.synthetic,
        transductive=study.transductive,
        confidence=study.report.confidence,
        interval=study.report.interval,
        corpus=_told(manifest, study.text_columns),
        classes=scoring.classes,
        kinds={task.name: task.kind for task in study.tasks},
        labelled_notes=scoring.caps("frozen"),
        finetune_notes=scoring.caps("finetune"),
        models=[*_baselines(scoring), *(_model(study, name, record) for name, record in embedded.items())],
        settings=_settings(scoring, evaluated.scores),
        **evaluated.scores._asdict(),
        **spaces.records,
        private=[_private(one) for path in scoring.files() for one in about_runs(path) if "spent" in one],
        warnings=_warnings(study, prepared, embedded, scoring),
        **records,
    )
    results.write(run.folder.results)
    return results


def _settings(scoring: Scoring, scored: Evaluation) -> list[SettingRecord]:
    """The settings that were scored."""
    known = {name: one for task in scoring.metrics.values() for name, one in task.settings.items()}
    return [known[name] for name in dict.fromkeys(score.setting for score in scored.scores)]


def _told(manifest: Manifest, aside: Sequence[str]) -> dict[str, Any]:
    """corpus.json without the values of some columns, which are text."""
    found = manifest.model_dump(mode="json")
    if not aside:
        return found
    values = found["counts"].get("categories", {})
    return {**found, "counts": {**found["counts"], "categories": {n: v for n, v in values.items() if n not in aside}}}


def _private(about: Mapping[str, Any]) -> PrivateTraining:
    named = {key: value for key, value in about.items() if key != "spent"}
    return PrivateTraining.model_validate({**named, **about["spent"]})


def _baselines(scoring: Scoring) -> list[ModelRecord]:
    return [
        ModelRecord(name=name, kind="tfidf" if name == "tfidf" else "baseline", dimension=terms)
        for name, terms in scoring.baselines.items()
    ]


def _model(study: StudyConfig, name: str, record: Embedded) -> ModelRecord:
    learned = [study.trained_columns(model) for model in study.adapt if model.name == name]
    others = [model.name for model in study.compare]
    return ModelRecord(
        name=name,
        kind="base" if name == "base" else "other" if name in others else "adapted",
        dimension=record.cost["dimension"],
        parameters=record.cost["parameters"],
        stages=[StageCost.model_validate(stage) for stage in record.training],
        encode_seconds=record.cost["seconds"],
        learned_columns=sorted(learned[0]) if learned else [],
    )


def _warnings(study: StudyConfig, prepared: Prepared, models: Mapping[str, Embedded], scoring: Scoring) -> list[str]:
    found, manifest = list[str](), prepared.corpus.manifest
    if manifest.synthetic:
        found.append(SYNTHETIC)
    if study.transductive:
        found.append("Transductive: adaptation read the texts (not the labels) of the validation and test notes.")
    if study.privacy.canaries and study.adapt:
        found.append("Canaries: adaptation read invented secrets with the notes, so that its models can be audited.")
    found += [*manifest.warnings, *prepared.warnings]
    for name, gold in scoring.gold.items():
        found += [f"{name}: {warning}" for warning in gold.warnings]
    found += _learned(study)
    said = [one for path in scoring.files() for one in about_runs(path) if "warning" in one]
    found += dict.fromkeys(f"{one['task']}, {one['model']} ({one['setting']}): {one['warning']}" for one in said)
    for name, record in models.items():
        found += [
            f"{name}: {stage['objective']} could not use {stage['notes_left_out']} training notes (too short)."
            for stage in record.training
            if stage["notes_left_out"]
        ]
    return found


def _learned(study: StudyConfig) -> list[str]:
    """Which models learned from a column that a task uses."""
    found = []
    for task in study.tasks:
        for column in task.columns().values():
            learned = [model.name for model in study.adapt if column in study.trained_columns(model)]
            if learned:
                found.append(f"{task.name}: {', '.join(learned)} learned from {column}, which they are scored on.")
    return found
