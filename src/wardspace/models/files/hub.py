"""A model of a hub as a local folder: the one place that may use a network, and only for a name of a hub."""

from __future__ import annotations

from pathlib import Path

from huggingface_hub import snapshot_download

from wardspace.core.errors import ModelError
from wardspace.models.files.folder import has_weights

_SMALL = ["*.json", "*.txt", "*.model", "*/config.json"]
_OTHER_FORMATS = ["onnx/*", "openvino/*", "*.onnx", "coreml/*"]


def snapshot(name: str) -> Path:
    """Fetch a model by its hub name, or take it from the local cache of an earlier fetch.

    Parameters
    ----------
    name : str
        A hub name, such as `FacebookAI/roberta-base`.

    Returns
    -------
    Path
        The folder of the local copy.

    Raises
    ------
    ModelError
        If there is no such model or the hub cannot be reached.
    """
    try:
        folder = _fetched(name, "*.safetensors")
        if not any(has_weights(place) for place in (folder, folder / "0_Transformer")):
            # older models have pickled weights only; transformers reads them without running code
            folder = _fetched(name, "*.bin")
    except (OSError, ValueError) as error:
        raise ModelError(
            f"no folder or installed package is called {name!r}, and it could not be had from a model hub "
            f"({type(error).__name__})",
            fix="give the path of a local model folder, or `minilm`, or make the hub reachable (see HF_ENDPOINT)",
        ) from error
    return folder


def _fetched(name: str, weights: str) -> Path:
    return Path(snapshot_download(name, allow_patterns=[*_SMALL, weights], ignore_patterns=_OTHER_FORMATS))
