"""The way of an annotation through its pages, without a browser."""

import json

import pytest
from starlette.testclient import TestClient

from tests.corpus.annotation.made import TEXTS, spans
from tests.serve.annotating import Suggests, closed, opened
from tests.serve.conftest import PORT, TOKEN
from wardspace.corpus.annotation import Annotations
from wardspace.serve.annotate_app import annotate_app
from wardspace.serve.gate import Gate

PLAIN = [span.model_dump() for span in spans("plain")]


def let_in(session):
    client = TestClient(Gate(annotate_app(session), PORT, TOKEN), base_url=f"http://127.0.0.1:{PORT}")
    client.headers["origin"] = f"http://127.0.0.1:{PORT}"
    assert client.get("/session").status_code == 403
    client.get("/", params={"token": TOKEN})
    return client


@pytest.fixture
def session(tmp_path):
    made = opened(tmp_path, suggest=Suggests({"aspirin": "Drug"}))
    yield made
    closed(made)


@pytest.fixture
def client(session):
    return let_in(session)


def saved(client, number, value, seconds=2):
    return client.post(f"/notes/{number}", json={"value": value, "seconds": seconds})


def test_a_note_comes_with_what_was_found_and_nothing_is_in_the_page(client):
    assert client.get("/session").json()["types"] == ["Drug", "Dose"]
    held = client.get("/notes/0").json()
    assert (held["text"], held["answer"], held["sides"]) == (TEXTS["plain"], None, [])
    assert held["suggestion"] == [{"start": 26, "end": 33, "type": "Drug", "confidence": 0.75}]
    page = client.get("/")
    assert not [words for words in ("spirin", "document.title = 'x'") if words in page.text]
    assert "unsafe" not in page.headers["content-security-policy"]
    assert client.get(f"/notes/{list(TEXTS).index('markup')}").headers["content-type"] == "application/json"


def test_what_is_saved_is_on_the_disk_and_shown_again(client, tmp_path):
    assert saved(client, 0, PLAIN).json()["states"][:2] == ["done", "open"]
    (line,) = Annotations.read(tmp_path).gold("drugs", "spans").values()
    assert (line.value, line.seconds) == (spans("plain"), 2)
    assert client.get("/notes/0").json()["answer"] == PLAIN
    assert saved(client, 0, None).json()["states"][0] == "skipped"
    assert client.get("/notes/0").json()["answer"] is None


@pytest.mark.parametrize(
    "value",
    [
        "urgent",
        [{**PLAIN[0], "type": "zebrafish"}],
        [PLAIN[0], PLAIN[0]],
        [{**PLAIN[0], "end": 900}],
        [{"start": 1}],
        3,
    ],
)
def test_what_does_not_fit_is_refused_without_quoting_it(client, session, value):
    response = saved(client, 0, value)
    assert response.status_code == 422
    assert "zebrafish" not in response.text
    assert session.states[0] == "open"


def test_what_is_asked_wrongly_is_refused(client):
    assert client.get("/notes/7").status_code == saved(client, 7, PLAIN).status_code == 404
    body = json.dumps({"value": PLAIN, "seconds": 1})
    assert client.post("/notes/0", content=body, headers={"content-type": "text/plain"}).status_code == 415
    assert saved(client, 0, PLAIN, seconds=-1).status_code == 422


def test_both_sides_are_shown_to_whoever_adjudicates_and_to_nobody_else(tmp_path):
    sides = {"plain": [spans("plain"), spans("plain")[:1]]}
    session = opened(tmp_path, annotator="adjudicated", notes=("plain",), sides=sides)
    client = let_in(session)
    assert client.get("/session").json()["adjudicates"]
    assert client.get("/notes/0").json()["sides"] == [PLAIN, PLAIN[:1]]
    closed(session)


def test_labels(tmp_path):
    session = opened(tmp_path, "urgency", suggest=Suggests(label="urgent"))
    client = let_in(session)
    assert client.get("/notes/0").json()["suggestion"] == {"type": "urgent", "confidence": 0.75}
    assert saved(client, 0, "routine").status_code == 200
    assert client.get("/notes/0").json()["answer"] == "routine"
    closed(session)
