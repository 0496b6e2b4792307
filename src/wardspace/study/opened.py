"""A finished run, opened for reading: what was asked, found and predicted."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from wardspace.config import StudyConfig, load_study
from wardspace.core.errors import RunError
from wardspace.core.files import read_json
from wardspace.evaluation.results import Results
from wardspace.study.folder import RunFolder
from wardspace.tasks import read_predictions

KINDS = ("frozen", "finetune")


class OpenedRun:
    """A run folder that is only read.

    Parameters
    ----------
    path : Path
        The folder.

    Raises
    ------
    RunError
        If it is no run, or has no results yet.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.folder = RunFolder(path)
        if not self.folder.mark.is_file():
            raise RunError(
                "this is no run folder" if path.is_dir() else "there is no such run folder",
                where=path,
                fix="give the folders of two finished runs, as runs/demo",
            )
        self.results = Results.read(self.folder.results)

    @cached_property
    def study(self) -> StudyConfig:
        """What was asked."""
        return load_study(self.folder.study)

    @cached_property
    def environment(self) -> dict[str, Any]:
        """What ran it."""
        found: dict[str, Any] = read_json(self.folder.environment)
        return found

    def predictions(self, task: str) -> pa.Table | None:
        """Test predictions of a task by the models of the results; None where none are stored."""
        paths = [self.folder.predictions(task, one.name, kind) for one in self.results.models for kind in KINDS]
        tables = [read_predictions(path) for path in paths if path.is_file()]
        if not tables:
            return None
        table = pa.concat_tables([one.replace_schema_metadata(None) for one in tables]).unify_dictionaries()
        return table.filter(pc.equal(table["split"], "test"))
