"""The models, and what each objective read and took."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

from wardspace.core.wording import duration
from wardspace.report.figures.lines import loss_curve
from wardspace.report.wording import plain, share, thousands, tokens
from wardspace.results import ModelRecord, Results, StageCost, kept_point

KINDS = {
    "base": "base (not adapted)",
    "tfidf": "word counts",
    "baseline": "baseline, no language model",
    "other": "not trained here",
    "adapted": "adapted",
}


@dataclass(frozen=True)
class StageRow:
    """One objective of one model."""

    model: str
    objective: str
    tokens: str
    padding: str
    notes_seen: str
    notes_read: str
    notes_left_out: str
    steps: str
    batch: str
    seconds: str
    updated: str
    losses: str
    curve: Markup


@dataclass(frozen=True)
class ModelRow:
    """One model of the comparison."""

    name: str
    kind: str
    dimension: str
    parameters: str
    encode: str
    learned: str
    devices: str


def model_rows(results: Results) -> list[ModelRow]:
    """Every model with its size."""
    return [_model_row(model) for model in results.models]


def stage_rows(results: Results) -> list[StageRow]:
    """Every objective of every adapted model, in the order of training."""
    return [_stage_row(model, stage) for model in results.models for stage in model.stages]


def _model_row(model: ModelRecord) -> ModelRow:
    return ModelRow(
        name=model.name,
        kind=KINDS[model.kind],
        dimension="–" if model.dimension is None else thousands(model.dimension),
        parameters="–" if model.parameters is None else f"{model.parameters / 1e6:.1f} M",
        encode="–" if model.encode_seconds is None else duration(model.encode_seconds),
        learned=", ".join(model.learned_columns) or "–",
        devices=", ".join(dict.fromkeys(stage.device for stage in model.stages)) or "–",
    )


def _stage_row(model: ModelRecord, stage: StageCost) -> StageRow:
    kept = kept_point(stage.losses)
    losses = "–" if kept is None else f"{plain(stage.losses[0].loss)} → {plain(kept.loss)}"
    return StageRow(
        model=model.name,
        objective=stage.objective,
        tokens=tokens(stage.tokens),
        padding=share(stage.padding),
        notes_seen=thousands(stage.notes_seen),
        notes_read=thousands(stage.notes_read),
        notes_left_out=thousands(stage.notes_left_out),
        steps=thousands(stage.steps),
        batch=_batch(stage),
        seconds=duration(stage.seconds),
        updated=f"{stage.parameters_updated / 1e6:.1f} M of {stage.parameters / 1e6:.1f} M",
        losses=losses,
        curve=loss_curve(stage.losses, f"{model.name}, {stage.objective}: validation loss {losses}"),
    )


def _batch(stage: StageCost) -> str:
    if stage.batch_tokens is None or stage.batch_notes is None:
        return "–"
    return f"{tokens(round(stage.batch_tokens))} / {thousands(round(stage.batch_notes))}"
