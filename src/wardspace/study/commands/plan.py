"""plan.json: what a study's training will take on this machine, before it is started."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, replace
from itertools import chain
from typing import Any, NamedTuple

from wardspace.config import AdaptConfig, StudyConfig, TaskSection
from wardspace.core.errors import StudyError, WardspaceError
from wardspace.core.files import write_json
from wardspace.core.progress import say
from wardspace.core.version import __version__
from wardspace.corpus import Corpus
from wardspace.corpus.schema import SPLITS
from wardspace.models import Encoder, hardware
from wardspace.study.run import encoder_source
from wardspace.study.steps.adapt import recipe_of
from wardspace.study.study import Study
from wardspace.tasks import Gold, Texts, TrainingSetting, kind_of, no_model
from wardspace.training.adapt import training_setup
from wardspace.training.forecast.forecast import StageForecast, Workload, stage_forecast
from wardspace.training.forecast.measure import measured
from wardspace.training.forecast.memory import available
from wardspace.training.weights.processes import Processes

FILE = "plan.json"


@dataclass(frozen=True)
class Forecast:
    """What the training of a study will take.

    Parameters
    ----------
    study, device, wardspace : str
        Name of the study; where it was measured and in which precision; the version.
    stages : list of StageForecast
        In the order of training.
    seconds, measured_share : float
        Of all stages; share of their tokens that were trained on to find this out.
    peak_memory, available_memory, disk, available_disk : int
        Most bytes that a stage held (on the GPU, where there is one), and that the process could hold; most bytes that
        models, vectors and checkpoints take, and that were free.
    """

    study: str
    device: str
    wardspace: str
    stages: list[StageForecast]
    seconds: float
    measured_share: float
    peak_memory: int
    available_memory: int
    disk: int
    available_disk: int


class Named(NamedTuple):
    """A workload with its names, and how many models it is done with."""

    work: Workload
    model: str
    what: str
    models: int = 1


def plan(study: Study, seconds: float = 30.0) -> Forecast:
    """Train every objective and every fine-tuning of a study for a few seconds, and work out what all will take.

    The corpus is prepared if it is not, and kept. No model and no checkpoint stays; plan.json is written. Adapted
    models are not there yet: fine-tuning is measured on their base, which has the same layers.

    Parameters
    ----------
    study : Study
        What would be run.
    seconds : float
        Time for training steps, shared by all that is measured; of each at least two steps are timed.

    Raises
    ------
    WardspaceError
        If the study trains nothing, this is one of several processes, or a pass does not fit into memory; and whatever
        training itself would raise.
    """
    config, device = study.config, hardware.device()
    tasks = [(task, one) for task in config.tasks for one in kind_of(task).settings(task)]
    trained = [(task, one) for task, one in tasks if isinstance(one, TrainingSetting)]
    if not config.adapt and not trained:
        raise StudyError("this study trains no model, so there is nothing to plan", where="adapt", fix="add a model")
    if int(os.environ.get("WORLD_SIZE", "1")) > 1:
        raise WardspaceError("`plan` measures one process", fix="start it by itself, without torchrun or accelerate")
    hardware.amp_dtype(config.training.precision, device)  # a precision that is not there is reported before any work
    study.run(until="prepare")
    with study.folder.held():
        there, corpus = available(device), Corpus.open(study.folder.corpus)
        texts = Texts(corpus)
        golds = [kind_of(task).gold(texts, task, SPLITS) for task, _ in trained]
        works = [_adaptation(study, corpus, model) for model in config.adapt]
        works += [_fine_tuning(study, *one, gold) for one, gold in zip(trained, golds, strict=True)]
        share = seconds / (sum(len(model.objectives) for model in config.adapt) + len(trained))
        stages = list(_forecasts(study, chain.from_iterable(works), share))
        forecast = Forecast(
            study=config.name,
            device=hardware.describe(config.training.precision, device),
            wardspace=__version__,
            stages=stages,
            seconds=sum(stage.seconds for stage in stages),
            measured_share=sum(stage.measured_tokens for stage in stages) / sum(stage.tokens for stage in stages),
            peak_memory=max(stage.peak_memory for stage in stages),
            available_memory=there,
            disk=_kept(config, corpus) + max(stage.disk for stage in stages),
            available_disk=shutil.disk_usage(study.folder.path).free,
        )
        write_json(study.folder.path / FILE, asdict(forecast))
    return forecast


def _adaptation(study: Study, corpus: Corpus, model: AdaptConfig) -> Iterator[Named]:
    """Each objective of a model."""
    device = hardware.device()
    ready = training_setup(recipe_of(corpus, model, study.config), device, show_progress=study.show_progress)
    for stage in ready.stages:
        calls = stage.calls(study.folder.path, device, Processes())
        phases = [call.phase() for call in calls]
        yield Named(Workload(phases, tokens_read=stage.target_tokens()), model.name, stage.config.kind)


def _fine_tuning(study: Study, task: TaskSection, setting: TrainingSetting[Any], gold: Gold) -> Iterator[Named]:
    """A setting that trains models for a task; models with the same layers are measured once."""
    for source, names in _sources(study, setting).items():
        model = replace(no_model(names[0]), source=(source, study.config.encoder))
        label = names[0] if len(names) == 1 else f"{len(names)} models"
        what = f"{setting.record.name} {task.name}"
        yield Named(setting.workload(model, gold, study.folder.path), label, what, len(names))


def _forecasts(study: Study, works: Iterable[Named], seconds: float) -> Iterator[StageForecast]:
    """Measure one after the other; the time until each is there is that of setting it up."""
    start = time.perf_counter()
    for one in works:
        loading = time.perf_counter() - start
        say(f"• measuring {one.what}, {one.model}")
        phases, folder = one.work.phases, study.folder.path
        found = [measured(phase, seconds / len(phases), folder) for phase in phases]
        yield stage_forecast(one.work, found, one.model, one.what, loading=loading, models=one.models)
        del one, phases  # and with them the model, before the next is loaded
        start = time.perf_counter()


def _sources(study: Study, setting: TrainingSetting[Any]) -> dict[str, list[str]]:
    """The models that a setting trains, by what they are loaded from; those still to be adapted, from their base."""
    adapted, names = [model.name for model in study.config.adapt], setting.models
    if isinstance(names, int):  # the best, which are not known yet
        names = ["base", *adapted[:names]]
    found: dict[str, list[str]] = {}
    for name in study.config.encoders if names == "encoders" else names:
        source = encoder_source(study.config, study.folder, "base" if name in adapted else name)
        found.setdefault(source, []).append(name)
    return found


def _kept(config: StudyConfig, corpus: Corpus) -> int:
    """Bytes of the adapted models, and of all models' vectors (those of other models taken for as wide)."""
    base = Encoder.load(config.base, config.encoder)
    weights = sum(parameter.numel() * parameter.element_size() for parameter in base.model.parameters())
    vectors = corpus.manifest.counts["notes"] * base.dimension * 4
    return int(len(config.adapt) * weights + len(config.encoders) * vectors)
