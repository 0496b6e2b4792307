"""Vectors over HTTP, as clients of OpenAI and of Text Embeddings Inference ask for them."""

from __future__ import annotations

import base64
from typing import Annotated, Any, Literal

import numpy as np
import orjson
from numpy.typing import NDArray
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema
from starlette.responses import Response

from wardspace.models.unit_length import unit_length
from wardspace.serve.service.endpoint import Call, Endpoint
from wardspace.serve.service.models import Models, Read, Version
from wardspace.serve.service.refusals import RefusalError

_TEXTS_SCHEMA = {
    "anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}, "minItems": 1}],
    "description": "A text, or several. Texts of any length are read whole, in windows.",
}


def _listed(given: Any) -> Any:
    if isinstance(given, list) and given and all(isinstance(one, int | list) for one in given):
        raise ValueError(
            "token ids of another tokenizer cannot be read; send text "
            "(langchain-openai: check_embedding_ctx_length=False)"
        )
    return [given] if isinstance(given, str) else given


Texts = Annotated[list[str], Field(min_length=1), BeforeValidator(_listed), WithJsonSchema(_TEXTS_SCHEMA)]
"""One text or several."""


class EmbeddingsRequest(BaseModel):
    """What OpenAI's clients send."""

    model_config = ConfigDict(extra="forbid")

    input: Texts
    model: str | None = Field(None, description="Name of a model of this service; without it, the first.")
    encoding_format: Literal["float", "base64"] = Field("float", description="base64: float32, little-endian.")
    dimensions: int | None = Field(None, description="Length of the vectors; that of the model or nothing.")


class Embedding(BaseModel):
    """A vector."""

    object: Literal["embedding"]
    index: int
    embedding: list[float] | str


class Usage(BaseModel):
    """How much was read."""

    prompt_tokens: int = Field(description="Special tokens counted, and those twice that two windows share.")
    total_tokens: int


class EmbeddingsAnswer(BaseModel):
    """What OpenAI's clients read."""

    object: Literal["list"]
    data: list[Embedding]
    model: str
    usage: Usage


class EmbedRequest(BaseModel):
    """What clients of Text Embeddings Inference send."""

    model_config = ConfigDict(extra="forbid")

    inputs: Texts
    normalize: bool = Field(True, description="Scale vectors to length one.")
    truncate: bool | None = Field(
        None, description="Either way nothing is cut: texts longer than a window are read in several."
    )
    truncation_direction: Literal["Left", "Right", "left", "right"] | None = Field(None, description="As `truncate`.")
    prompt_name: None = Field(None, description="These models have no prompts.")
    dimensions: int | None = Field(None, description="Length of the vectors; that of the model or nothing.")


class Vectors(BaseModel):
    """Not a form of an answer that is built, but its description: a list of vectors."""

    model_config = ConfigDict(json_schema_extra={"type": "array", "items": {"type": "array"}})


class Embeddings:
    """Answers for vectors.

    Parameters
    ----------
    models : Models
        The models.
    """

    def __init__(self, models: Models) -> None:
        self._models = models

    @property
    def endpoints(self) -> list[Endpoint[Any]]:
        """Where they are."""
        embed = "Vectors of texts, as clients of Text Embeddings Inference ask for them."
        return [
            Endpoint("POST", "/v1/embeddings", "embed", EmbeddingsRequest, EmbeddingsAnswer,
                     "Vectors of texts, as OpenAI's clients ask for them.", self.openai),
            Endpoint("POST", "/embed", "embed", EmbedRequest, Vectors, embed, self.embed),
            Endpoint("POST", "/", "embed", EmbedRequest, Vectors, embed, self.embed),
        ]  # fmt: skip

    async def openai(self, call: Call[EmbeddingsRequest]) -> Response:
        """`/v1/embeddings`."""
        name, model = self._models.get(call.body.model)
        read = await _read(call, name, model, call.body.input, call.body.dimensions)
        vectors = model.normalised(read.vectors)
        plain = call.body.encoding_format == "float"
        rows = vectors if plain else [base64.b64encode(row.astype("<f4").tobytes()).decode() for row in vectors]
        data = [{"object": "embedding", "index": place, "embedding": row} for place, row in enumerate(rows)]
        usage = {"prompt_tokens": read.tokens, "total_tokens": read.tokens}
        return _answer({"object": "list", "data": data, "model": name, "usage": usage}, model, read)

    async def embed(self, call: Call[EmbedRequest]) -> Response:
        """`/embed`, of the first model."""
        name, model = self._models.get()
        read = await _read(call, name, model, call.body.inputs, call.body.dimensions)
        vectors: NDArray[np.float32] = unit_length(read.vectors) if call.body.normalize else read.vectors
        return _answer(vectors, model, read)


async def _read(call: Call[Any], name: str, model: Version, texts: list[str], dimensions: int | None) -> Read:
    if dimensions not in (None, model.encoder.dimension):
        what = f"vectors of this model have {model.encoder.dimension} dimensions and cannot be cut"
        raise RefusalError(422, what, "no_such_dimension", "dimensions")
    call.noted.update(model=name, version=model.version, texts=len(texts))
    read = await model.read(texts)
    call.noted["tokens"] = read.tokens
    return read


def _answer(body: Any, model: Version, read: Read) -> Response:
    headers = {"x-model-version": model.version, "x-compute-tokens": str(read.tokens)}
    return Response(orjson.dumps(body, option=orjson.OPT_SERIALIZE_NUMPY), media_type="application/json",
                    headers=headers)  # fmt: skip
