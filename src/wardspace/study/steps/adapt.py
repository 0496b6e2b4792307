"""The processes of one study: all of them train, the first does everything else."""

from __future__ import annotations

from typing import Any

from wardspace.config import AdaptConfig, StudyConfig
from wardspace.corpus import Corpus
from wardspace.privacy.canaries import planted
from wardspace.study.folder import RunFolder
from wardspace.training import adapt
from wardspace.training.weights.processes import Processes


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


def _adapted(
    corpus: Corpus, model: AdaptConfig, study: StudyConfig, folder: RunFolder, *, show_progress: bool
) -> list[dict[str, Any]]:
    costs = adapt(
        planted(corpus, study.privacy.canaries),
        model,
        base=study.base,
        encoder=study.encoder,
        budget=study.budget,
        training=study.training,
        transductive=study.transductive,
        folder=folder.model(model.name),
        show_progress=show_progress,
    )
    return [cost.model_dump() for cost in costs]
