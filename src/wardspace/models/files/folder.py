"""What a model folder says of itself: where its weights are, how tokens are pooled, how much it reads at once."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, cast

from wardspace.core.errors import ModelError
from wardspace.core.files import read_json
from wardspace.core.progress import say

Pooling = Literal["mean", "cls"]
OWN_FILE = "wardspace.json"
"""What Sentence-Transformers has no key for (the overlap of windows), and all of it in a plain transformers folder."""

_WEIGHTS = (
    "model.safetensors",
    "model.safetensors.index.json",
    "pytorch_model.bin",
    "pytorch_model.bin.index.json",
)
_VOCABULARIES = (
    "tokenizer.json",
    "vocab.txt",
    "vocab.json",
    "sentencepiece.bpe.model",
    "spm.model",
    "spiece.model",
    "tokenizer.model",
)
_POOLING_KEYS = {
    "cls": "pooling_mode_cls_token",
    "max": "pooling_mode_max_tokens",
    "mean": "pooling_mode_mean_tokens",
    "mean_sqrt_len_tokens": "pooling_mode_mean_sqrt_len_tokens",
    "weightedmean": "pooling_mode_weightedmean_tokens",
    "lasttoken": "pooling_mode_lasttoken",
}


@dataclass(frozen=True)
class FolderSettings:
    """What a model folder says; None where it says nothing."""

    transformer: Path
    """Folder of config, weights and tokenizer."""
    pooling: str | None = None
    """Name of the pooling, in Sentence-Transformers' words."""
    normalise: bool | None = None
    """Whether vectors are scaled to length one."""
    window: int | None = None
    """Tokens read at once, special tokens included."""
    overlap: float | None = None
    """Share of a window that the next one reads again."""
    lower_case: bool = False
    """Whether text is lower-cased before the tokenizer sees it."""
    head_trained: bool = True
    """False where the folder carries a masked-word head that nothing has trained yet."""
    gguf: str | None = None
    """Name of the one file that holds config, weights and tokenizer (llama.cpp's format); None for a usual folder."""

    def checked_pooling(self) -> Pooling:
        """The pooling to use where the study leaves it open: the folder's, else mean.

        Raises
        ------
        ModelError
            If the folder asks for a pooling other than mean or cls.
        """
        pooling = self.pooling or "mean"
        if pooling not in ("mean", "cls"):
            raise ModelError(
                f"this model pools by {pooling!r}; wardspace knows mean and cls",
                where=self.transformer,
                fix="say which to use with `encoder.pooling: mean` or `cls`",
            )
        return cast("Pooling", pooling)


def has_weights(folder: Path) -> bool:
    """True if the folder itself holds weights that transformers can read."""
    return any((folder / name).is_file() for name in _WEIGHTS) or gguf_in(folder) is not None


def gguf_in(folder: Path) -> str | None:
    """Name of the GGUF file in a folder that holds a model in no other form; None if there is none, or several."""
    if (folder / "config.json").is_file():
        return None
    found = sorted(path.name for path in folder.glob("*.gguf"))
    return found[0] if len(found) == 1 else None


def read_settings(folder: Path) -> FolderSettings:
    """Read a plain transformers folder, a Sentence-Transformers folder, or one with a GGUF file.

    Raises
    ------
    ModelError
        If it is absent, lacks its config, weights or tokenizer, is damaged, or has layers that wardspace cannot follow.
    """
    if not folder.is_dir():
        raise ModelError("no such model folder", where=folder, fix="check the path")
    packed = gguf_in(folder)
    if packed is not None:
        return FolderSettings(transformer=folder, gguf=packed)
    own = _read(folder / OWN_FILE, {})
    plain = FolderSettings(
        transformer=folder,
        pooling=own.get("pooling"),
        normalise=own.get("normalise"),
        window=own.get("window"),
        overlap=own.get("overlap"),
        head_trained=bool(own.get("head_trained", True)),
    )
    modules = _read(folder / "modules.json", None)
    settings = plain if modules is None else _sentence_settings(folder, modules, plain)
    _check_complete(settings.transformer)
    return settings


def _sentence_settings(folder: Path, modules: list[dict[str, str]], plain: FolderSettings) -> FolderSettings:
    places = {module["type"].rsplit(".", 1)[-1]: folder / module["path"] for module in modules}
    strange = sorted(set(places) - {"Transformer", "Pooling", "Normalize"})
    if strange or "Transformer" not in places:
        raise ModelError(
            f"this model has layers that wardspace cannot follow: {', '.join(strange) or 'no transformer'}",
            where=folder / "modules.json",
            fix="use a model made of a transformer, a pooling and, if need be, a normalising layer",
        )
    _tell_of_prompt(folder)
    transformer = places["Transformer"]
    reading = _read(transformer / "sentence_bert_config.json", {})
    pooling = _pooling(_read(places["Pooling"] / "config.json", {})) if "Pooling" in places else "mean"
    return FolderSettings(
        transformer=transformer,
        pooling=pooling,
        normalise="Normalize" in places,
        window=reading.get("max_seq_length"),
        overlap=plain.overlap,
        lower_case=bool(reading.get("do_lower_case", False)),
        head_trained=plain.head_trained,
    )


def _tell_of_prompt(folder: Path) -> None:
    """Say so where sentence-transformers would put words before every text: wardspace embeds the note alone."""
    config = _read(folder / "config_sentence_transformers.json", {})
    name = config.get("default_prompt_name")
    if name and (config.get("prompts") or {}).get(name):
        say(f"{folder.name}: its default prompt {name!r} is left out; notes are embedded as they are")


def _pooling(config: dict[str, Any]) -> str:
    """The pooling of a 1_Pooling/config.json, in the words of version 6 or of the versions before it."""
    named = config.get("pooling_mode")
    if named is None:
        named = [mode for mode, key in _POOLING_KEYS.items() if config.get(key)] or ["mean"]
    return named if isinstance(named, str) else "+".join(named)


def _check_complete(folder: Path) -> None:
    missing = []
    if not (folder / "config.json").is_file():
        missing.append("config.json")
    if not has_weights(folder):
        missing.append("weights (model.safetensors)")
    if not any((folder / name).is_file() for name in _VOCABULARIES):
        missing.append("tokenizer (tokenizer.json)")
    several = len(list(folder.glob("*.gguf"))) > 1
    if missing and several:
        raise ModelError("several GGUF files: which is the model?", where=folder, fix="put one in a folder of its own")
    if missing:
        raise ModelError(
            f"this model folder lacks: {', '.join(missing)}",
            where=folder,
            fix="copy the whole model folder, as `save_pretrained` or a model hub gives it",
        )


def _read(path: Path, absent: Any) -> Any:
    if not path.is_file():
        return absent
    try:
        return read_json(path)
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        raise ModelError("damaged file: not JSON", where=path, fix="copy the model folder again") from error
