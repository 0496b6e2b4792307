"""What a model folder says of itself: where its weights are, how tokens are pooled, how much it reads at once."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal, TypeVar, cast

from pydantic import BaseModel, ConfigDict, Field, PositiveInt, RootModel, ValidationError

from wardspace.core.errors import ModelError
from wardspace.core.progress import say

Pooling = Literal["mean", "cls"]
Form = TypeVar("Form", bound=BaseModel)
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
    own = _read(folder / OWN_FILE, _OwnFile)
    plain = FolderSettings(
        transformer=folder,
        pooling=own.pooling,
        normalise=own.normalise,
        window=own.window,
        overlap=own.overlap,
        head_trained=own.head_trained,
    )
    modules = folder / "modules.json"
    settings = _sentence_settings(folder, _read(modules, _Modules).root, plain) if modules.is_file() else plain
    _check_complete(settings.transformer)
    return settings


class _OwnFile(BaseModel):
    """wardspace.json."""

    pooling: str | None = None
    normalise: bool | None = None
    window: PositiveInt | None = None
    overlap: Annotated[float, Field(ge=0, lt=1)] | None = None
    head_trained: bool = True


class _Module(BaseModel):
    """One layer of a Sentence-Transformers folder: its class, and the folder within that it is kept in."""

    type: str
    path: str


class _Modules(RootModel[list[_Module]]):
    """modules.json."""


class _Reading(BaseModel):
    """sentence_bert_config.json."""

    max_seq_length: PositiveInt | None = None
    do_lower_case: bool | None = None


class _Prompts(BaseModel):
    """config_sentence_transformers.json."""

    default_prompt_name: str | None = None
    prompts: dict[str, str | None] | None = None


class _Index(BaseModel):
    """model.safetensors.index.json: the file of each tensor."""

    weight_map: dict[str, str] = {}


class _PoolingFile(BaseModel):
    """1_Pooling/config.json, in the words of version 6 (`pooling_mode`) or with the flags of the versions before it."""

    model_config = ConfigDict(extra="allow")
    pooling_mode: str | list[str] | None = None


def _sentence_settings(folder: Path, modules: list[_Module], plain: FolderSettings) -> FolderSettings:
    places = {module.type.rsplit(".", 1)[-1]: folder / module.path for module in modules}
    outside = [module.path for module in modules if not _within(folder, module.path)]
    if outside:
        raise ModelError(
            f"a layer of this model lies outside its folder: {outside[0]!r}",
            where=folder / "modules.json",
            fix="copy the whole model folder again",
        )
    strange = sorted(set(places) - {"Transformer", "Pooling", "Normalize"})
    if strange or "Transformer" not in places:
        raise ModelError(
            f"this model has layers that wardspace cannot follow: {', '.join(strange) or 'no transformer'}",
            where=folder / "modules.json",
            fix="use a model made of a transformer, a pooling and, if need be, a normalising layer",
        )
    _tell_of_prompt(folder)
    transformer = places["Transformer"]
    reading = _read(transformer / "sentence_bert_config.json", _Reading)
    pooling = _pooling(_read(places["Pooling"] / "config.json", _PoolingFile)) if "Pooling" in places else "mean"
    return FolderSettings(
        transformer=transformer,
        pooling=pooling,
        normalise="Normalize" in places,
        window=reading.max_seq_length,
        overlap=plain.overlap,
        lower_case=bool(reading.do_lower_case),
        head_trained=plain.head_trained,
    )


def _tell_of_prompt(folder: Path) -> None:
    """Say so where sentence-transformers would put words before every text: wardspace embeds the note alone."""
    config = _read(folder / "config_sentence_transformers.json", _Prompts)
    name = config.default_prompt_name
    if name and (config.prompts or {}).get(name):
        say(f"{folder.name}: its default prompt {name!r} is left out; notes are embedded as they are")


def _pooling(config: _PoolingFile) -> str:
    named = config.pooling_mode
    if named is None:
        flags = config.model_extra or {}
        named = [mode for mode, key in _POOLING_KEYS.items() if flags.get(key)] or ["mean"]
    return named if isinstance(named, str) else "+".join(named)


def _within(folder: Path, path: str) -> bool:
    return "\0" not in path and (folder / path).resolve().is_relative_to(folder.resolve())


def _check_complete(folder: Path) -> None:
    missing = []
    if not (folder / "config.json").is_file():
        missing.append("config.json")
    if not has_weights(folder):
        missing.append("weights (model.safetensors)")
    if not any((folder / name).is_file() for name in _VOCABULARIES):
        missing.append("tokenizer (tokenizer.json)")
    missing += [f"shard {name}" for name in _shards(folder) if not (folder / name).is_file()][:3]
    several = len(list(folder.glob("*.gguf"))) > 1
    if missing and several:
        raise ModelError("several GGUF files: which is the model?", where=folder, fix="put one in a folder of its own")
    if missing and (folder / "onnx.json").is_file():
        raise ModelError("these are ONNX graphs without weights", where=folder, fix="open it with OnnxEncoder.load")
    if missing:
        raise ModelError(
            f"this model folder lacks: {', '.join(missing)}",
            where=folder,
            fix="copy the whole model folder, as `save_pretrained` or a model hub gives it",
        )


def _shards(folder: Path) -> list[str]:
    """Files that weights are shared out to; what an index names elsewhere would be loaded and audited by nobody."""
    found = [
        name for index in _WEIGHTS[1::2] for name in dict.fromkeys(_read(folder / index, _Index).weight_map.values())
    ]
    outside = [name for name in found if not _within(folder, name)]
    if outside:
        raise ModelError(
            f"an index names weights outside of the model's folder: {outside[0]!r}",
            where=folder,
            fix="copy the whole model folder again",
        )
    return found


def _read(path: Path, form: type[Form]) -> Form:
    """A JSON file in its form, with every default where there is none."""
    if not path.is_file():
        return form.model_validate({})
    try:
        return form.model_validate_json(path.read_bytes())
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise ModelError(
            f"damaged file: {place + ': ' if place else ''}{first['msg']}",
            where=path,
            fix="copy the model folder again",
        ) from error
