"""The name of a model's weights: an audit holds for these and for no others."""

from __future__ import annotations

import hashlib
from pathlib import Path

from wardspace.encoders.head_file import HEAD_FILE
from wardspace.encoders.loading import open_folder

_KINDS = ("*.safetensors", "*.bin")


def weights_hash(source: str | Path) -> str:
    """SHA-256 over names and bytes of the files of weights of a model.

    Parameters
    ----------
    source : str or Path
        As `Encoder.load` takes it.
    """
    folder = open_folder(source).transformer
    files = sorted(path for kind in _KINDS for path in folder.glob(kind) if path.name != HEAD_FILE)
    whole = hashlib.sha256()
    for path in files:
        with path.open("rb") as handle:
            whole.update(f"{path.name}\n{hashlib.file_digest(handle, 'sha256').hexdigest()}\n".encode())
    return whole.hexdigest()
