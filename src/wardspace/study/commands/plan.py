"""plan.json: what a study's training will take on this machine, before it is started."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator

import numpy as np
import torch

from wardspace.config import AdaptConfig
from wardspace.core.errors import StudyError, WardspaceError
from wardspace.core.files import write_json
from wardspace.core.progress import progress
from wardspace.core.version import __version__
from wardspace.corpus import Corpus
from wardspace.models import hardware
from wardspace.study.steps.adapt import recipe_of
from wardspace.study.study import Study
from wardspace.training.adapt import training_setup
from wardspace.training.forecast.forecast import Forecast, StageForecast, stage_forecast
from wardspace.training.forecast.measure import measured
from wardspace.training.forecast.memory import available
from wardspace.training.objective_run import Stage
from wardspace.training.weights.processes import Processes

FILE = "plan.json"


def plan(study: Study, seconds: float = 30.0) -> Forecast:
    """Train every objective of a study for a few seconds, and work out what all of it will take.

    The corpus is prepared if it is not, and kept. No model and no checkpoint stays; plan.json is written.

    Parameters
    ----------
    study : Study
        What would be run.
    seconds : float
        Time for training steps, shared by the objectives; of each at least two are timed.

    Raises
    ------
    WardspaceError
        If the study adapts no model, this is one of several processes, or a pass does not fit into memory; and whatever
        training itself would raise.
    """
    if not study.config.adapt:
        raise StudyError("this study adapts no model, so there is nothing to plan", where="adapt", fix="add a model")
    if int(os.environ.get("WORLD_SIZE", "1")) > 1:
        raise WardspaceError("`plan` measures one process", fix="start it by itself, without torchrun or accelerate")
    device, precision = hardware.device(), study.config.training.precision
    hardware.amp_dtype(precision, device)  # a precision that is not there is reported before any work
    study.run(until="prepare")
    with study.folder.held():
        there = available(device)
        share = seconds / sum(len(model.objectives) for model in study.config.adapt)
        stages = [one for model in study.config.adapt for one in _stages(study, model, device, share)]
        forecast = Forecast(
            study=study.config.name,
            device=hardware.describe(precision, device),
            wardspace=__version__,
            stages=stages,
            available_memory=there,
        )
        write_json(study.folder.path / FILE, forecast.as_dict())
    return forecast


def _stages(study: Study, model: AdaptConfig, device: torch.device, seconds: float) -> Iterator[StageForecast]:
    show = study.show_progress
    start = time.perf_counter()
    corpus = Corpus.open(study.folder.corpus)
    ready = training_setup(recipe_of(corpus, model, study.config), device, show_progress=show)
    loading = time.perf_counter() - start
    for stage in ready.stages:
        phases = [call.phase() for call in stage.calls(study.folder.path, device, Processes())]
        total = sum(int(phase.plan.tokens.sum()) for phase in phases)
        with progress(f"measuring {stage.what} (seconds)", seconds, show=show) as advance:
            shares = [seconds * float(phase.plan.tokens.sum()) / total for phase in phases]
            pairs = [
                (phase, measured(phase, own, study.folder.path, advance))
                for phase, own in zip(phases, shares, strict=True)
            ]
        yield stage_forecast(model.name, stage.config.kind, pairs, target_tokens=_target_tokens(stage), loading=loading)
        loading = 0.0  # once for all stages of a model


def _target_tokens(stage: Stage) -> int:
    """Tokens that are read before training, of the notes in its plan, to find out what to teach."""
    plans = (stage.plan.training, stage.plan.validation)
    read = np.unique(np.concatenate([plan.readings[:, 0] for plan in plans]))
    return stage.objective.target_tokens(stage.notes[index] for index in read.tolist())
