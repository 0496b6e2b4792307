"""What a service says of itself: its models, its health, its figures; and another version of a model, on request."""

from __future__ import annotations

from typing import Any, Literal

import orjson
from anyio import to_thread
from pydantic import BaseModel, Field
from starlette.responses import Response

from wardspace.core.version import __version__
from wardspace.serve.service.endpoint import Call, Endpoint, Nothing
from wardspace.serve.service.figures import MEDIA_TYPE, Figures
from wardspace.serve.service.models import Limits, Models, Version
from wardspace.serve.service.refusals import RefusalError


class Health(BaseModel):
    """That the service answers."""

    status: Literal["ok"] = "ok"


class Info(BaseModel):
    """The first model, as clients of Text Embeddings Inference read it."""

    model_id: str
    model_sha: str = Field(description="SHA-256 over the weights.")
    model_dtype: str
    model_type: dict[str, Any]
    max_input_length: int = Field(description="Tokens of a window; longer texts are read in several.")
    max_batch_tokens: int
    max_client_batch_size: int
    version: str = Field(description="Of wardspace.")


class ModelAbout(BaseModel):
    """A model, as OpenAI's clients read it, and more."""

    id: str
    object: Literal["model"] = "model"
    created: int = Field(description="When this version was loaded, seconds since 1970.")
    owned_by: Literal["wardspace"] = "wardspace"
    version: str
    dimension: int
    window: int


class ModelList(BaseModel):
    """All models."""

    object: Literal["list"] = "list"
    data: list[ModelAbout]


class About:
    """Answers for what the service is.

    Parameters
    ----------
    models : Models
        The models.
    figures : Figures
        What was counted.
    limits : Limits
        Of requests.
    """

    def __init__(self, models: Models, figures: Figures, limits: Limits) -> None:
        self._models, self._figures, self._limits = models, figures, limits

    @property
    def endpoints(self) -> list[Endpoint[Any]]:
        """Where they are."""
        return [
            Endpoint("GET", "/health", None, Nothing, Health, "Whether the service answers.", self.health),
            Endpoint("GET", "/info", "embed", Nothing, Info, "What the first model is.", self.info),
            Endpoint("GET", "/v1/models", "embed", Nothing, ModelList, "All models with their versions.", self.list),
            Endpoint("GET", "/metrics", "metrics", Nothing, None, "Figures for Prometheus.", self.metrics),
            Endpoint("POST", "/v1/models/{name}/reload", "admin", Nothing, ModelAbout,
                     "Load a model's folder again; the old version answers until the new one is there.", self.reload),
            Endpoint("POST", "/v1/models/{name}/rollback", "admin", Nothing, ModelAbout,
                     "Let the version before answer again.", self.rollback),
        ]  # fmt: skip

    async def health(self, call: Call[Nothing]) -> Response:
        """`/health`."""
        if dead := [name for name, one in self._models.versions.items() if not one.alive]:
            raise RefusalError(503, f"no longer read: {', '.join(dead)}; restart the service", "not_healthy")
        return _json(Health())

    async def info(self, call: Call[Nothing]) -> Response:
        """`/info`."""
        name, model = self._models.get()
        encoder = model.encoder
        return _json(
            Info(
                model_id=name,
                model_sha=model.digest,
                model_dtype="float32",
                model_type={"embedding": {"pooling": encoder.pooling}},
                max_input_length=encoder.window,
                max_batch_tokens=encoder.pass_tokens,
                max_client_batch_size=self._limits.texts,
                version=__version__,
            )
        )

    async def list(self, call: Call[Nothing]) -> Response:
        """`/v1/models`."""
        return _json(ModelList(data=[_about(name, one) for name, one in self._models.versions.items()]))

    async def metrics(self, call: Call[Nothing]) -> Response:
        """`/metrics`."""
        return Response(self._figures.text(), media_type=MEDIA_TYPE)

    async def reload(self, call: Call[Nothing]) -> Response:
        """`/v1/models/NAME/reload`."""
        name = call.request.path_params["name"]
        version = await to_thread.run_sync(self._models.reload, name)
        call.noted.update(model=name, version=version.version)
        return _json(_about(name, version))

    async def rollback(self, call: Call[Nothing]) -> Response:
        """`/v1/models/NAME/rollback`."""
        name = call.request.path_params["name"]
        version = self._models.rollback(name)
        call.noted.update(model=name, version=version.version)
        return _json(_about(name, version))


def _about(name: str, model: Version) -> ModelAbout:
    return ModelAbout(
        id=name,
        created=int(model.loaded.timestamp()),
        version=model.version,
        dimension=model.encoder.dimension,
        window=model.encoder.window,
    )


def _json(body: BaseModel) -> Response:
    return Response(orjson.dumps(body.model_dump(mode="json")), media_type="application/json")
