"""Base models, pooling, windows over long notes, encoding, and folders that plain sentence-transformers opens."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from wardspace.models.files.bases import BASES, Base, resolve

if TYPE_CHECKING:
    from wardspace.models.encoder import Encoder
    from wardspace.models.language_model import LanguageModel
    from wardspace.models.onnx.encoder import OnnxEncoder

__all__ = ["BASES", "Base", "Encoder", "LanguageModel", "OnnxEncoder", "resolve"]

_HOMES = {
    "Encoder": "wardspace.models.encoder",
    "LanguageModel": "wardspace.models.language_model",
    "OnnxEncoder": "wardspace.models.onnx.encoder",
}


def __getattr__(name: str) -> Any:
    # late, so that listing or checking bases does not wait for torch
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
