"""reproduce.sh: a script in the run folder that makes the run again elsewhere and compares the figures."""

from __future__ import annotations

import re
from importlib import resources
from pathlib import Path
from typing import Any

from wardspace.config import StudyConfig
from wardspace.core.errors import machine_faults
from wardspace.core.files import write_text

FILE = "reproduce.sh"


def write_reproduce(study: StudyConfig, environment: dict[str, Any], folder: Path) -> Path:
    """Write reproduce.sh, executable; no path of this machine stands in it.

    Parameters
    ----------
    study : StudyConfig
        What was asked.
    environment : dict
        What ran it, as environment.json holds it.
    folder : Path
        The run folder.
    """
    path = folder / FILE
    write_text(path, reproduce_script(study, environment))
    with machine_faults(path):
        path.chmod(0o755)
    return path


def reproduce_script(study: StudyConfig, environment: dict[str, Any]) -> str:
    """The script as text; see `write_reproduce`."""
    template = resources.files("wardspace.study").joinpath("reproduce.sh.txt").read_text(encoding="utf-8")
    values = {
        "STUDY": study.name,
        "SOURCE": "none" if study.corpus.source.path is None else "needed",
        "DEIDENTIFIED": "no" if study.corpus.deidentify is None else "yes",
        "THREADS": str(environment["threads"]),
        "COMPARED": str(len(study.compare)),
        "PROCESSES": str(environment["processes"]),
        "VERSION": environment["wardspace"],
        "PINS": "\n".join(pins(environment["packages"])),
    }
    return re.sub(r"@([A-Z]+)@", lambda match: values[match[1]], template)


def pins(packages: dict[str, str | None]) -> list[str]:
    """Requirements of the recorded versions; what a build calls itself (`+cpu`) is no part of a version to ask for."""
    return [f"{name}=={version.split('+')[0]}" for name, version in sorted(packages.items()) if version]
