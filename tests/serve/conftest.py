from __future__ import annotations

import pytest
from starlette.testclient import TestClient

from tests.corpus.review.made import finding, note, review
from wardspace.corpus.review import ReviewNote
from wardspace.serve.gate import Gate
from wardspace.serve.review_app import review_app

PORT, TOKEN = 4711, "right-token"
HOSTILE = '<script>alert("x")</script> & Ann</mark>'


@pytest.fixture
def reviewed(tmp_path):
    """A review of three notes, one of which tries to be HTML."""
    notes = [note("n1"), ReviewNote("n2", HOSTILE, (finding((30, 33)),)), ReviewNote("n3", "nothing here", ())]
    made = review(tmp_path, notes)
    yield made
    made._file.__exit__(None, None, None)


@pytest.fixture
def client(reviewed):
    """A browser that was given nothing yet."""
    gate = Gate(review_app(reviewed), PORT, TOKEN)
    return TestClient(gate, base_url=f"http://127.0.0.1:{PORT}", follow_redirects=False)


@pytest.fixture
def known(client):
    """A browser that was let in."""
    assert client.get("/", params={"token": TOKEN}).status_code == 303
    client.headers["origin"] = f"http://127.0.0.1:{PORT}"
    return client
