"""How the results came about: versions, seeds, and the content they belong to."""

from __future__ import annotations

from wardspace.config import StudyConfig
from wardspace.evaluation.results import Results
from wardspace.report.asked import base_name
from wardspace.report.numbers import thousands
from wardspace.report.words import INTERVALS


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
