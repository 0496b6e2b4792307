"""The step of adaptation: all processes of a study train, the first does everything else."""

from __future__ import annotations

from typing import Any, NamedTuple

from wardspace.config import AdaptConfig, StudyConfig
from wardspace.corpus import Corpus
from wardspace.privacy.canaries import planted, planted_hash
from wardspace.study.folder import RunFolder
from wardspace.study.run import Run
from wardspace.study.steps.prepare import Prepared
from wardspace.training import Recipe, adapt
from wardspace.training.adapt import ASIDE, rehearsed
from wardspace.training.weights.processes import Processes


class Adapted(NamedTuple):
    """One adapted model."""

    key: str
    """Digest of everything it was made of."""
    costs: list[dict[str, Any]]
    """The cost of each of its objectives."""


class Crew:
    """Who works on a study: one process, or several that `torchrun` or `accelerate launch` started together."""

    def __init__(self) -> None:
        self._processes = Processes()
        self._dismissed = False

    @property
    def leads(self) -> bool:
        """Whether this process prepares, evaluates and reports."""
        return self._processes.first

    def adapt(
        self, corpus: Corpus, model: AdaptConfig, study: StudyConfig, folder: RunFolder, *, show_progress: bool
    ) -> list[dict[str, Any]]:
        """Train one model with the study's options, all processes together; the cost of each of its objectives."""
        planted(corpus, study.privacy.canaries)  # written before the others look for them
        self._processes.broadcast(model.name)
        return _adapted(corpus, model, study, folder, show_progress=show_progress)

    def follow(self, study: StudyConfig, folder: RunFolder) -> None:
        """Train with the leading process whatever it trains, until it says that there is nothing more."""
        models = {model.name: model for model in study.adapt}
        while (name := self._processes.broadcast("")) is not None:
            _adapted(Corpus.open(folder.corpus), models[name], study, folder, show_progress=False)
        self._processes.part()

    def dismiss(self) -> None:
        """Let the others go, if they are still here: there is nothing more to train."""
        if not self._dismissed:
            self._dismissed = True
            self._processes.broadcast(None)
            self._processes.part()


def adapt_models(run: Run, prepared: Prepared, crew: Crew) -> dict[str, Adapted]:
    """Train each model of a study's `adapt`, by name; the crew is dismissed once all are there."""
    asked, corpus = run.config, prepared.corpus
    training = asked.training.model_dump(mode="json", exclude=ASIDE)
    shared = [prepared.key, run.base_files, asked.encoder.model_dump(), asked.budget.model_dump(), training]
    if asked.privacy.canaries:  # else as it was, so that models of earlier runs stay
        shared.append(planted_hash(corpus, asked.privacy.canaries))
    found = {}
    for model in asked.adapt:
        inputs = [*shared, model.model_dump(mode="json"), asked.transductive, *rehearsed(model)]
        outputs = [run.folder.model(model.name)]

        def work(model: AdaptConfig = model) -> list[dict[str, Any]]:
            return crew.adapt(corpus, model, asked, run.folder, show_progress=run.show_progress)

        found[model.name] = Adapted(*run.stages.once(f"adapt/{model.name}", inputs, outputs, work))
    crew.dismiss()
    return found


def _adapted(
    corpus: Corpus, model: AdaptConfig, study: StudyConfig, folder: RunFolder, *, show_progress: bool
) -> list[dict[str, Any]]:
    target = folder.model(model.name)
    costs = adapt(recipe_of(corpus, model, study), target, show_progress=show_progress)
    return [cost.model_dump() for cost in costs]


def recipe_of(corpus: Corpus, model: AdaptConfig, study: StudyConfig) -> Recipe:
    """One model of a study as training takes it, with the study's canaries among the notes."""
    notes = planted(corpus, study.privacy.canaries)
    return Recipe(notes, model, study.base, study.encoder, study.budget, study.training, study.transductive)
