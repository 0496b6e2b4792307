"""One pass over a study's steps: what is asked, where it is kept, and what its base model is."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from wardspace.config import StudyConfig
from wardspace.core.files import file_digest
from wardspace.models.files import bases
from wardspace.study.folder import RunFolder
from wardspace.study.stages import Stages


@dataclass(frozen=True)
class Run:
    """What every step reads.

    Parameters
    ----------
    config : StudyConfig
        What is asked.
    folder : RunFolder
        Where it is kept.
    stages : Stages
        Runs each piece of work once for the same inputs.
    show_progress : bool
        Show bars on a terminal.
    """

    config: StudyConfig
    folder: RunFolder
    stages: Stages
    show_progress: bool = True

    @cached_property
    def base_files(self) -> list[tuple[str, str]]:
        """Name and digest of each file of the base model."""
        return base_content(bases.resolve(self.config.base))


def encoder_source(study: StudyConfig, folder: RunFolder, name: str) -> str:
    """What `Encoder.load` opens for one of a study's encoders."""
    others = {model.name: model.model for model in study.compare}
    return study.base if name == "base" else others.get(name) or str(folder.model(name))


def base_content(resolved: str) -> list[tuple[str, str]]:
    """Name and digest of each file of a base model's folder; for a hub name, the name."""
    root = Path(resolved)
    if not root.is_dir():
        return [("hub", resolved)]
    return [(str(file.relative_to(root)), file_digest(file)) for file in sorted(root.rglob("*")) if file.is_file()]
