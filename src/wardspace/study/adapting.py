"""Adapt one model of a study into its folder."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from wardspace.config import AdaptConfig, StudyConfig
from wardspace.corpus import Corpus
from wardspace.study.folder import RunFolder
from wardspace.training import adapt


def adapt_model(
    corpus: Corpus, model: AdaptConfig, study: StudyConfig, folder: RunFolder, *, show_progress: bool
) -> list[dict[str, Any]]:
    """Train one model with the study's options; the cost of each of its objectives as plain records."""
    costs = adapt(
        corpus,
        model,
        base=study.base,
        encoder=study.encoder,
        budget=study.budget,
        training=study.training,
        transductive=study.transductive,
        folder=folder.model(model.name),
        show_progress=show_progress,
    )
    return [asdict(cost) for cost in costs]
