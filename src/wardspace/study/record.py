"""study.yaml, environment.json and reproduce.sh: what was asked and what ran it, beside the results that came of it."""

from __future__ import annotations

import yaml

from wardspace.config import StudyConfig
from wardspace.core.files import write_json, write_text
from wardspace.study.environment import environment
from wardspace.study.folder import RunFolder
from wardspace.study.reproduce import write_reproduce


class Record:
    """The record of one pass over the stages.

    It takes the place of the one before only when the results do: until then the study asked for lies in
    attempt.yaml, if it is another than that of the results. A folder without results holds the record of its attempt.

    Parameters
    ----------
    config : StudyConfig
        What is asked.
    folder : RunFolder
        Where it is run.
    """

    def __init__(self, config: StudyConfig, folder: RunFolder) -> None:
        self.config, self.folder = config, folder
        self.study = yaml.safe_dump(config.resolved(), sort_keys=False)
        self.environment = environment()

    def begin(self) -> None:
        """Say what is asked, once the notes are prepared as it asks."""
        if not self.folder.results.is_file():
            self.settle()
        elif self.folder.study.is_file() and self.folder.study.read_text(encoding="utf-8") == self.study:
            self.folder.attempt.unlink(missing_ok=True)
        else:
            write_text(self.folder.attempt, self.study)

    def settle(self) -> None:
        """Write the record beside the results, which are there as it says."""
        write_text(self.folder.study, self.study)
        write_json(self.folder.environment, self.environment)
        write_reproduce(self.config, self.environment, self.folder.path)
        self.folder.attempt.unlink(missing_ok=True)
