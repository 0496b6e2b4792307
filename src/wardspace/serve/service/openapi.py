"""The description of the service that other programs read: OpenAPI 3.1, made from its endpoints."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Literal

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from wardspace.core.version import __version__
from wardspace.serve.service.endpoint import Endpoint, Nothing

_REFUSALS = {
    "400": "The body is not JSON in UTF-8.",
    "401": "No token, or none that is known.",
    "403": "The token does not allow it, or the request comes from another site.",
    "404": "There is no such model.",
    "413": "More than one request may hold; the message says how much that is.",
    "415": "The body is not application/json.",
    "422": "The body does not have the form; the message says where.",
    "429": "Too much is waiting; come again after Retry-After.",
    "503": "No answer in time.",
}
_PROBLEM = {
    "type": "object",
    "properties": {
        "error": {
            "type": "object",
            "properties": {name: {"type": ["string", "null"]} for name in ("message", "type", "code", "param")},
        },
        "message": {"type": "string"},
        "error_type": {"type": "string"},
    },
}


def description(endpoints: Sequence[Endpoint[Any]]) -> dict[str, Any]:
    """The OpenAPI document of some endpoints.

    Parameters
    ----------
    endpoints : sequence of Endpoint
        All that the service has.
    """
    forms: list[tuple[type[BaseModel], Literal["validation", "serialization"]]] = []
    for one in endpoints:
        forms += [(one.takes, "validation")] if one.takes is not Nothing else []
        forms += [(one.gives, "serialization")] if one.gives is not None else []
    references, schemas = models_json_schema(list(dict.fromkeys(forms)), ref_template="#/components/schemas/{model}")
    paths: dict[str, Any] = {}
    for one in endpoints:
        about: dict[str, Any] = {
            "summary": one.summary,
            "operationId": re.sub(r"\W+", "_", f"{one.method.lower()} {one.path}").strip("_"),
            "security": [] if one.scope is None else [{"token": []}],
            "responses": _responses(one, references),
        }
        if one.takes is not Nothing:
            schema = references[one.takes, "validation"]
            about["requestBody"] = {"required": True, "content": {"application/json": {"schema": schema}}}
        if names := re.findall(r"{(\w+)}", one.path):
            about["parameters"] = [
                {"name": name, "in": "path", "required": True, "schema": {"type": "string"}} for name in names
            ]
        paths.setdefault(one.path, {})[one.method.lower()] = about
    return {
        "openapi": "3.1.0",
        "info": {"title": "wardspace", "version": __version__},
        "paths": paths,
        "components": {
            "schemas": {**schemas.get("$defs", {}), "Problem": _PROBLEM},
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
    }


def _responses(endpoint: Endpoint[Any], references: Any) -> dict[str, Any]:
    if endpoint.gives is None:
        content: dict[str, Any] = {"text/plain": {"schema": {"type": "string"}}}
    else:
        content = {"application/json": {"schema": references[endpoint.gives, "serialization"]}}
    problem = {"application/json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    refusals = {status: {"description": words, "content": problem} for status, words in _REFUSALS.items()}
    return {"200": {"description": "The answer.", "content": content}, **refusals}
