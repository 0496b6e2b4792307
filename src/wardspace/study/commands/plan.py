"""plan.json: what a study's training will take on this machine, before it is started."""

from __future__ import annotations

import os
import time

import torch

from wardspace.config import AdaptConfig, StudyConfig
from wardspace.core.errors import StudyError, WardspaceError
from wardspace.core.files import digest, write_json
from wardspace.core.progress import Advance, progress
from wardspace.core.version import __version__
from wardspace.corpus import Corpus
from wardspace.models import hardware
from wardspace.privacy.canaries import planted
from wardspace.study.study import Study
from wardspace.training.adapt import ASIDE, Recipe, training_setup
from wardspace.training.forecast.energy import peak_of
from wardspace.training.forecast.forecast import Forecast, StageForecast, stage_forecast
from wardspace.training.forecast.measure import Measured, measured
from wardspace.training.forecast.memory import available
from wardspace.training.objective_run import FEWEST_STEPS, Stage
from wardspace.training.phase import Phase
from wardspace.training.weights.processes import Processes

FILE = "plan.json"
_PACELESS = {
    "learning_rate",
    "weight_decay",
    "warmup",
    "clip",
    "seed",
    "evaluations",
    "holdout",
    "holdout_notes",
    "mix",
}
ALIKE = _PACELESS | (ASIDE - {"workers"})
"""Training options that a step takes no more or less time for."""


def plan(study: Study, seconds: float = 30.0) -> Forecast:
    """Measure every objective of a study for a few seconds, and work out what all of it will take.

    The corpus is prepared if it is not, and kept. No model and no checkpoint stays; plan.json is written.

    Parameters
    ----------
    study : Study
        What would be run.
    seconds : float
        Time for training steps, shared by the objectives; each gets two steps at least. Objectives with equal options
        are measured once.

    Raises
    ------
    WardspaceError
        If the study adapts no model, or this is one of several processes; and whatever training itself would raise.
    """
    if not study.config.adapt:
        raise StudyError("this study adapts no model, so there is nothing to plan", where="adapt", fix="add a model")
    if int(os.environ.get("WORLD_SIZE", "1")) > 1:
        raise WardspaceError("`plan` measures one process", fix="start it by itself, without torchrun or accelerate")
    device = hardware.device()
    hardware.amp_dtype(study.config.training.precision, device)
    study.run(until="prepare")
    with study.folder.held():
        forecast = _Planning(study, device, seconds).forecast()
        write_json(study.folder.path / FILE, forecast.as_dict())
    return forecast


class _Planning:
    """What is known so far."""

    def __init__(self, study: Study, device: torch.device, seconds: float) -> None:
        self.config = study.config
        self.show = study.show_progress
        self.corpus = Corpus.open(study.folder.corpus)
        self.scratch = study.folder.path
        self.device = device
        self.seconds = seconds
        self.known: dict[str, Measured] = {}
        self.preparing = 0.0
        self.pass_tokens = 0
        name = torch.cuda.get_device_name(device) if device.type == "cuda" else ""
        halves = hardware.amp_dtype(study.config.training.precision, device) is not None
        self.peak = peak_of(name) if halves else None

    def forecast(self) -> Forecast:
        """Measure what has to be, and put it together."""
        there = available(self.device)
        stages = [stage for model in self.config.adapt for stage in self._model(model)]
        needs = [known.need for known in self.known.values() if known.need]
        kwh = [stage.kilowatt_hours for stage in stages]
        return Forecast(
            study=self.config.name,
            device=hardware.describe(self.config.training.precision, self.device),
            wardspace=__version__,
            measured_for=self.seconds,
            stages=stages,
            preparing=self.preparing,
            seconds=self.preparing + sum(stage.seconds for stage in stages),
            low=self.preparing + sum(stage.low for stage in stages),
            high=self.preparing + sum(stage.high for stage in stages),
            operations=sum(stage.operations for stage in stages),
            kilowatt_hours=None if None in kwh else sum(value for value in kwh if value is not None),
            available_memory=there,
            pass_tokens=self.pass_tokens,
            largest_pass_tokens=min((need.largest_pass(there) for need in needs), default=None),
            gpu_peak=self.peak,
            energy_sources=sorted({source for known in self.known.values() for source in known.sources}),
        )

    def _model(self, model: AdaptConfig) -> list[StageForecast]:
        start = time.perf_counter()
        ready = training_setup(_asked(self.config, model, self.corpus), self.device, show_progress=self.show)
        self.preparing += time.perf_counter() - start
        found: list[StageForecast] = []
        for place, stage in enumerate(ready.stages):
            key = alike_key(self.config, model, place)
            phases = stage.phases(self.scratch, self.device, Processes())
            self.pass_tokens = max(self.pass_tokens, phases[-1].pass_tokens)
            with progress(f"measuring {stage.what} (seconds)", self.share, show=self.show) as advance:
                pairs = [(phase, self._measured(key, stage, phase, advance)) for phase in phases]
            found.append(stage_forecast(model.name, stage.config.kind, stage.plan.notes_read, pairs, self.peak))
        return found

    @property
    def share(self) -> float:
        """Seconds of one objective."""
        alike = {
            alike_key(self.config, model, place)
            for model in self.config.adapt
            for place in range(len(model.objectives))
        }
        return self.seconds / len(alike)

    def _measured(self, key: str, stage: Stage, phase: Phase, advance: Advance) -> Measured:
        """Measure a phase, or look up one that takes as much for a token."""
        key = f"{key} {phase.head_only}"
        if key not in self.known:
            own = self.share * float(phase.plan.tokens.sum() / stage.plan.tokens.sum())
            self.known[key] = measured(phase, own, self.scratch, advance)
        return self.known[key]


def alike_key(config: StudyConfig, model: AdaptConfig, place: int) -> str:
    """Names what a token of a model's objective takes: equal for objectives that need to be measured once."""
    training = model.training.applied_to(config.training)
    budget = config.budget.tokens // len(model.objectives)
    return digest(
        {
            "objective": model.objectives[place].model_dump(mode="json"),
            "training": training.model_dump(mode="json", exclude=ALIKE),
            "batch_tokens": min(training.batch_tokens, budget // FEWEST_STEPS),
        }
    )


def _asked(config: StudyConfig, model: AdaptConfig, corpus: Corpus) -> Recipe:
    training = model.training.applied_to(config.training)
    notes = planted(corpus, config.privacy.canaries)
    return Recipe(notes, model, config.base, config.encoder, config.budget, training, config.transductive)
