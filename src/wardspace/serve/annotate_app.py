"""The page of annotation: a function of a session, without any server."""

from __future__ import annotations

from functools import partial
from typing import Any

from pydantic import BaseModel
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from wardspace.corpus.annotation import Suggestion, Value
from wardspace.corpus.annotation.session import Answer, Session
from wardspace.serve.page import page
from wardspace.serve.requests import answered, problem


def annotate_app(session: Session) -> Starlette:
    """The application of a session; it trusts whoever asks, so put a `Gate` before it.

    Parameters
    ----------
    session : Session
        What to show, and where to keep what is said.
    """
    pages = _Pages(session)
    return Starlette(
        routes=[
            Route("/", pages.page),
            Route("/session", pages.overview),
            Route("/notes/{number:int}", pages.note),
            Route("/notes/{number:int}", pages.annotate, methods=["POST"]),
        ]
    )


class _Pages:
    def __init__(self, session: Session) -> None:
        self._session = session

    async def page(self, request: Request) -> Response:
        return page("annotate")

    async def overview(self, request: Request) -> Response:
        asked = self._session.asked
        about = {
            "column": asked.column,
            "kind": asked.config.kind,
            "types": asked.config.types,
            "annotator": asked.annotator,
            "adjudicates": bool(self._session.sides),
        }
        return JSONResponse({**about, "states": self._session.states})

    async def note(self, request: Request) -> Response:
        number = request.path_params["number"]
        if number >= len(self._session.notes):
            return problem("there is no such note", 404)
        note = self._session.notes[number]
        return JSONResponse(
            {
                **note._asdict(),
                "answer": _plain(self._session.answer(number)),
                "suggestion": _plain(self._session.suggestion(number)),
                "sides": [_plain(value) for value in self._session.sides.get(note.note_id, ())],
            }
        )

    async def annotate(self, request: Request) -> Response:
        number = request.path_params["number"]
        if number >= len(self._session.notes):
            return problem("there is no such note", 404)
        refused = await answered(request, Answer, partial(self._session.annotate, number))
        return refused or JSONResponse({"states": self._session.states})


def _plain(value: Value | Suggestion | None) -> Any:
    if isinstance(value, tuple):
        return [span.model_dump() for span in value]
    return value.model_dump() if isinstance(value, BaseModel) else value
