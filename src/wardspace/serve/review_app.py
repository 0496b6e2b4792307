"""The pages of a review: a function of the review, without any server."""

from __future__ import annotations

from dataclasses import asdict
from functools import partial
from typing import Any, get_args

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from wardspace.config.corpus.deidentify import IdentifierType
from wardspace.corpus.review import Answer, Estimate, Review, Share
from wardspace.serve.page import page
from wardspace.serve.requests import answered, problem


def review_app(review: Review) -> Starlette:
    """The application of a review; it trusts whoever asks, so put a `Gate` before it.

    Parameters
    ----------
    review : Review
        What to show, and where to keep what is said.
    """
    pages = _Pages(review)
    return Starlette(
        routes=[
            Route("/", pages.page),
            Route("/review", pages.overview),
            Route("/notes/{number:int}", pages.note),
            Route("/notes/{number:int}", pages.judge, methods=["POST"]),
        ]
    )


class _Pages:
    def __init__(self, review: Review) -> None:
        self._review = review

    async def page(self, request: Request) -> Response:
        return page("review")

    async def overview(self, request: Request) -> Response:
        return JSONResponse({"types": get_args(IdentifierType), **self._progress()})

    async def note(self, request: Request) -> Response:
        number = request.path_params["number"]
        if number >= len(self._review.notes):
            return problem("there is no such note", 404)
        note, answer = self._review.notes[number], self._review.answer(number)
        return JSONResponse(
            {
                "note_id": note.note_id,
                "text": note.text,
                "findings": [asdict(finding) for finding in note.findings],
                "answer": answer and answer.model_dump(mode="json"),
            }
        )

    async def judge(self, request: Request) -> Response:
        number = request.path_params["number"]
        if number >= len(self._review.notes):
            return problem("there is no such note", 404)
        refused = await answered(request, Answer, partial(self._review.judge, number))
        return refused or JSONResponse(self._progress())

    def _progress(self) -> dict[str, Any]:
        return {"done": self._review.done, "estimate": _estimate(self._review.estimate)}


def _estimate(estimate: Estimate) -> dict[str, Any]:
    """Shares as the page shows them."""
    kinds = dict.fromkeys((*estimate.recall, *estimate.precision))
    rows = [
        {"type": kind, "recall": _share(estimate.recall.get(kind)), "precision": _share(estimate.precision.get(kind))}
        for kind in kinds
    ]
    return {"leaks": _share(estimate.leaks), "types": rows}


def _share(share: Share | None) -> dict[str, Any] | None:
    return None if share is None or not share.total else {**asdict(share), "value": share.value}
