"""Search over HTTP: what `Index.search` finds, text only for who may see it, and never an index of another model."""

import shutil

import pytest
from starlette.testclient import TestClient

from tests.fixtures.models import sample_texts
from tests.serve.service.conftest import Served
from wardspace.core.errors import ModelError
from wardspace.models import Encoder
from wardspace.serve.index import Index, OneOf
from wardspace.serve.index.writer import IndexNote, IndexOptions, IndexWriter, identity_of

TEXTS = [f"{text} marker{place}" for place, text in enumerate(sample_texts(12))]


@pytest.fixture(scope="module")
def folder(tiny, tmp_path_factory):
    encoder = Encoder.load(tiny, device="cpu")
    place = tmp_path_factory.mktemp("index") / "notes.index"
    notes = [
        IndexNote(f"n{at}", text, f"p{at % 3}", f"2024-0{1 + at % 9}-01", {"ward": "ab"[at % 2]})
        for at, text in enumerate(TEXTS)
    ]
    with IndexWriter.open(place, identity_of(encoder), IndexOptions(metadata=("ward",), keep_text=True)) as writer:
        writer.add(notes, list(encoder.pieces(TEXTS)))
        writer.finish()
    return place


@pytest.fixture(scope="module")
def searched(tiny, folder):
    one = Served({"tiny": str(tiny)}, index=Index.open(folder))
    with TestClient(one.app, headers={"authorization": "Bearer everything"}) as client:
        one.client = client
        yield one


def _found(searched, **body):
    answer = searched.client.post("/search", json=body)
    assert answer.status_code == 200, answer.text
    return answer.json()["notes"]


def test_it_finds_what_the_index_finds(searched, folder, tiny):
    vector = Encoder.load(tiny, device="cpu").encode([TEXTS[3]], precision="fp32")[0]
    hits = Index.open(folder).search(vector=vector, words=TEXTS[3], limit=5, where={"ward": OneOf(["b"])})
    found = _found(searched, text=TEXTS[3], limit=5, where={"ward": ["b"]})
    assert [one["note_id"] for one in found] == [hit.note_id for hit in hits]
    assert [one["score"] for one in found] == pytest.approx([hit.score for hit in hits], abs=1e-5)
    assert found[0]["note_id"] == "n3"
    assert {one["metadata"]["ward"] for one in found} == {"b"}
    in_may = _found(searched, text=TEXTS[3], time={"since": "2024-05", "until": "2024-05"})
    assert {one["time"] for one in in_may} == {"2024-05-01"}


def test_a_note_finds_others_and_not_itself(searched):
    found = _found(searched, note_id="n4", limit=50)
    assert sorted(one["note_id"] for one in found) == sorted(f"n{at}" for at in range(12) if at != 4)
    assert found[0]["words"] is None


def test_text_is_shown_to_who_may_see_it(searched):
    shown = _found(searched, text=TEXTS[2], with_text=True, limit=1)[0]
    assert shown["text"] == TEXTS[2][shown["start"] : shown["end"]]
    assert _found(searched, text=TEXTS[2], limit=1)[0]["text"] is None
    body = {"text": TEXTS[2], "with_text": True}
    answer = searched.client.post("/search", json=body, headers={"authorization": "Bearer only-search"})
    assert answer.status_code == 403
    assert "marker" not in answer.text
    assert all("marker" not in str(line) for line in searched.log)


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({}, 422),
        ({"text": "a", "note_id": "n1"}, 422),
        ({"note_id": "absent"}, 404),
        ({"text": "a", "where": {"colour": ["red"]}}, 422),
        ({"text": "a", "limit": 0}, 422),
        ({"text": ""}, 422),
    ],
)
def test_what_cannot_be_searched_is_said(searched, body, status):
    assert searched.client.post("/search", json=body).status_code == status


def test_what_is_deleted_is_found_no_more(tiny, folder, tmp_path):
    own = tmp_path / "own.index"
    shutil.copytree(folder, own)
    one = Served({"tiny": str(tiny)}, index=Index.open(own))
    with TestClient(one.app, headers={"authorization": "Bearer everything"}) as client:
        one.client = client
        assert _found(one, text=TEXTS[5], limit=1)[0]["note_id"] == "n5"
        with IndexWriter.open(own) as writer:
            writer.delete(patients=["p2"])
        assert not {"n2", "n5", "n8", "n11"} & {hit["note_id"] for hit in _found(one, text=TEXTS[5], limit=50)}
        assert client.post("/search", json={"note_id": "n5"}).status_code == 404


def test_an_index_of_another_model_is_refused(tiny, folder, tmp_path):
    other = tmp_path / "other"
    encoder = Encoder.load(tiny, device="cpu")
    next(encoder.model.parameters()).data.mul_(1.5)
    encoder.save(other)
    with pytest.raises(ModelError):
        Served({"other": str(other)}, index=Index.open(folder))
    shutil.copytree(tiny, tmp_path / "model")
    one = Served({"model": str(tmp_path / "model")}, index=Index.open(folder))
    with TestClient(one.app, headers={"authorization": "Bearer everything"}) as client:
        body = {"text": TEXTS[1]}
        assert client.post("/search", json=body).status_code == 200
        encoder.save(tmp_path / "model")
        assert client.post("/v1/models/model/reload").status_code == 200
        assert client.post("/search", json=body).status_code == 409
        assert client.post("/v1/models/model/rollback").status_code == 200
        assert client.post("/search", json=body).status_code == 200
