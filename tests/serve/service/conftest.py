from __future__ import annotations

import io
import json

import pytest
from starlette.testclient import TestClient

from tests.fixtures.models import tiny_model
from wardspace.serve.service.access import SCOPES, Holder, Tokens, _digest
from wardspace.serve.service.app import service
from wardspace.serve.service.figures import Figures
from wardspace.serve.service.gateway import AccessLog
from wardspace.serve.service.models import Limits, Models

HOST = "testserver"
LIMITS = Limits(body_bytes=200_000, texts=50, request_tokens=20_000, queue_tokens=40_000, seconds=20)


@pytest.fixture(scope="session")
def tiny(tmp_path_factory):
    """The folder of a tiny model that tests share."""
    return tiny_model(tmp_path_factory.mktemp("served") / "tiny", "bert")


class Served:
    """A service in this process, with a token for everything and one for each scope."""

    def __init__(self, sources, **more):
        self.figures, self.lines = Figures(), io.StringIO()
        log = AccessLog(None)
        log._file = self.lines
        self.models = Models(sources, LIMITS, self.figures.read, "fp32")
        holders = {_digest("everything"): Holder("everything", frozenset(SCOPES))}
        holders |= {_digest(f"only-{scope}"): Holder(scope, frozenset({scope})) for scope in SCOPES}
        self.app = service(
            self.models, Tokens(holders), hosts=[HOST], figures=self.figures, log=log, limits=LIMITS, **more
        )

    @property
    def log(self):
        return [json.loads(line) for line in self.lines.getvalue().splitlines()]


@pytest.fixture(scope="module")
def served(tiny):
    one = Served({"tiny": str(tiny), "other": str(tiny)})
    with TestClient(one.app, headers={"authorization": "Bearer everything"}) as client:
        one.client = client
        yield one


@pytest.fixture
def client(served):
    return served.client
