"""Turn a hospital's own notes into a private language-model embedding space, and prove what it gained."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from wardspace.core.version import __version__

if TYPE_CHECKING:
    from wardspace.corpus import Corpus
    from wardspace.models import Encoder, OnnxEncoder
    from wardspace.study import Study, evaluate
    from wardspace.training import adapt

__all__ = ["Corpus", "Encoder", "OnnxEncoder", "Study", "__version__", "adapt", "evaluate"]

_HOMES = {
    "Corpus": "corpus",
    "Encoder": "models",
    "OnnxEncoder": "models",
    "Study": "study",
    "adapt": "training",
    "evaluate": "study",
}


def __getattr__(name: str) -> Any:
    # torch takes seconds to import: only what is asked for is loaded
    if name not in _HOMES:
        raise AttributeError(f"module 'wardspace' has no attribute {name!r}")
    return getattr(import_module(f"wardspace.{_HOMES[name]}"), name)
