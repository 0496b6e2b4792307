"""The service put together: endpoints, who may ask them, and what lies behind."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from typing import Any

import orjson
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp

from wardspace.serve.index import Index
from wardspace.serve.service.about import About
from wardspace.serve.service.access import Tokens
from wardspace.serve.service.embeddings import Embeddings
from wardspace.serve.service.endpoint import Endpoint, Handler
from wardspace.serve.service.extraction import Extraction
from wardspace.serve.service.figures import Figures
from wardspace.serve.service.gateway import AccessLog, Gateway
from wardspace.serve.service.models import Limits, Models
from wardspace.serve.service.openapi import description
from wardspace.serve.service.refusals import RefusalError
from wardspace.serve.service.searching import Searching
from wardspace.tasks.fields.extractor import Extractor


def service(
    models: Models,
    tokens: Tokens,
    *,
    hosts: Collection[str],
    figures: Figures,
    log: AccessLog,
    extractor: Extractor | None = None,
    index: Index | None = None,
    limits: Limits | None = None,
) -> ASGIApp:
    """The application.

    Parameters
    ----------
    models : Models
        What gives vectors; closed with the service.
    tokens : Tokens
        Who may ask.
    hosts : collection of str
        Names, with ports, by which the service may be asked.
    figures : Figures
        What `models` counts its batches in.
    log : AccessLog
        Gets a line for each request.
    extractor : Extractor, optional
        What fills fields.
    index : Index, optional
        What is searched; it must have been made with the first model.
    limits : Limits, optional
        As `models` has them.
    """
    bounds = limits or Limits()
    extraction = None if extractor is None else Extraction(extractor, bounds)
    endpoints: list[Endpoint[Any]] = [*Embeddings(models).endpoints, *About(models, figures, bounds).endpoints]
    endpoints += [] if extraction is None else extraction.endpoints
    endpoints += [] if index is None else Searching(index, models).endpoints
    figures.watch_queue(lambda: {(name, one.version): one.waiting_tokens for name, one in models.versions.items()})

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        yield
        models.close()
        if extraction is not None:
            extraction.close()

    app = Starlette(
        routes=[
            *(Route(one.path, Handler(one, tokens, bounds).__call__, methods=[one.method]) for one in endpoints),
            _described(endpoints),
        ],
        lifespan=lifespan,
        exception_handlers={HTTPException: _unknown},
    )
    return Gateway(app, hosts, figures, log)


def _described(endpoints: list[Endpoint[Any]]) -> Route:
    document = orjson.dumps(description(endpoints))

    async def answer(request: Request) -> Response:
        request.scope["wardspace.noted"]["path"] = "/openapi.json"
        return Response(document, media_type="application/json")

    return Route("/openapi.json", answer)


async def _unknown(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 404
    words = {404: "there is nothing at this path; /openapi.json says what there is", 405: "not by this method"}
    headers = dict(getattr(error, "headers", None) or {})
    return RefusalError(status, words.get(status, "this cannot be answered"), "unknown", headers=headers).response()
