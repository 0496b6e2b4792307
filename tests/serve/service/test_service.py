"""What clients send and get: vectors equal to `Encoder.encode`, statuses, and a log without text."""

import base64
import json
import shutil

import numpy as np
import pytest
from starlette.testclient import TestClient

from tests.fixtures.models import sample_texts
from tests.serve.service.conftest import LIMITS, Served
from wardspace.config.terms import TermsConfig
from wardspace.core.errors import ModelError
from wardspace.models import Encoder
from wardspace.models.files.terms import write_terms

TEXTS = [*sample_texts(4), " ".join(sample_texts(20, words=30)), "Quillfeather came back"]


@pytest.fixture(scope="module")
def encoder(tiny):
    return Encoder.load(tiny, device="cpu")


def test_vectors_in_openai_s_form(client, encoder):
    answer = client.post("/v1/embeddings", json={"input": TEXTS, "model": "other"}).json()
    found = np.asarray([one["embedding"] for one in answer["data"]], np.float32)
    assert np.abs(found - encoder.encode(TEXTS, precision="fp32")).max() < 1e-5
    assert [one["index"] for one in answer["data"]] == list(range(len(TEXTS)))
    assert answer["model"] == "other"
    read = sum(len(window) + 2 for text in encoder.windows(TEXTS) for window in text)
    assert answer["usage"] == {"prompt_tokens": read, "total_tokens": read}
    packed = client.post("/v1/embeddings", json={"input": TEXTS[0], "encoding_format": "base64"}).json()
    decoded = np.frombuffer(base64.b64decode(packed["data"][0]["embedding"]), "<f4")
    assert np.abs(decoded - found[0]).max() < 1e-6


def test_vectors_in_the_form_of_text_embeddings_inference(client, encoder):
    expected = encoder.encode(TEXTS, precision="fp32")
    for path in ("/embed", "/"):
        plain = np.asarray(client.post(path, json={"inputs": TEXTS, "normalize": False}).json())
        assert np.abs(plain - expected).max() < 1e-5
    scaled = np.asarray(client.post("/embed", json={"inputs": TEXTS[0], "truncate": True}).json())
    assert scaled.shape == (1, encoder.dimension)
    assert np.abs(scaled[0] - expected[0] / np.linalg.norm(expected[0])).max() < 1e-5


@pytest.mark.parametrize(
    ("path", "body", "status", "param"),
    [
        ("/embed", {"inputs": []}, 422, "inputs"),
        ("/embed", {"inputs": ["a", None]}, 422, "inputs.1"),
        ("/embed", {"inputs": "a", "prompt_name": "query"}, 422, "prompt_name"),
        ("/embed", {}, 422, "inputs"),
        ("/embed", {"inputs": ["a"] * (LIMITS.texts + 1)}, 413, "input"),
        ("/embed", {"inputs": "a " * (LIMITS.request_tokens + 1)}, 413, "input"),
        ("/v1/embeddings", {"input": [1, 2, 3]}, 422, "input"),
        ("/v1/embeddings", {"input": "a", "model": "absent"}, 404, "model"),
        ("/v1/embeddings", {"input": "a", "dimensions": 7}, 422, "dimensions"),
        ("/v1/embeddings", {"input": "a", "colour": "red"}, 422, "colour"),
    ],
)
def test_a_request_that_cannot_be_read_is_told_where(client, path, body, status, param):
    answer = client.post(path, json=body)
    assert answer.status_code == status
    assert answer.json()["error"]["param"] == param


@pytest.mark.parametrize("content", [b"", b"{", b'{"inputs": "\xff"}', b'{"inputs": "\\ud800"}', b"\x00" * 100])
def test_what_is_no_json_is_refused(client, content):
    answer = client.post("/embed", content=content, headers={"content-type": "application/json"})
    assert answer.status_code in (400, 422)


def test_long_bodies_and_other_forms_are_refused(client):
    json_type = {"content-type": "application/json"}
    assert client.post("/embed", content=b"x" * (LIMITS.body_bytes + 1), headers=json_type).status_code == 413
    chunks = (b" " * 100_000 for _ in range(3))
    assert client.post("/embed", content=chunks, headers=json_type).status_code == 413
    assert client.post("/embed", data={"inputs": "a"}).status_code == 415
    assert client.get("/embed").status_code == 405
    assert client.get("/nothing").status_code == 404


def test_tokens_open_what_their_scopes_say(served):
    asked = {"embed": ("GET", "/info"), "metrics": ("GET", "/metrics"), "admin": ("POST", "/v1/models/x/reload")}
    anybody = TestClient(served.app)
    assert anybody.get("/health").status_code == 200
    for scope, (method, path) in asked.items():
        assert anybody.request(method, path).status_code == 401
        for other in asked:
            answer = anybody.request(method, path, headers={"authorization": f"Bearer only-{other}"})
            assert (answer.status_code == 403) == (other != scope)


def test_other_hosts_and_sites_are_refused(client):
    assert client.get("/health", headers={"host": "evil.example"}).status_code == 421
    assert client.get("/health", headers={"origin": "http://evil.example"}).status_code == 403
    assert client.get("/health", headers={"origin": "http://testserver"}).status_code == 200
    assert client.get("/health").headers["cache-control"] == "no-store"


def test_the_log_says_who_and_how_much_and_no_text(served):
    served.lines.truncate(0)
    served.lines.seek(0)
    served.client.post("/embed", json={"inputs": ["Quillfeather", "two"]})
    served.client.post("/embed", json={"inputs": ["Quillfeather", 3]})
    served.client.get("/Quillfeather?text=Quillfeather")
    assert "Quillfeather" not in served.lines.getvalue()
    first, second, third = served.log
    assert (first["path"], first["status"], first["token"], first["texts"]) == ("/embed", 200, "everything", 2)
    assert second["status"] == 422
    assert (third["path"], third["status"]) == ("other", 404)


def test_figures_count_requests_and_tokens(served):
    def count():
        lines = served.client.get("/metrics").text.splitlines()
        return {line.rsplit(" ", 1)[0]: float(line.rsplit(" ", 1)[1]) for line in lines if line[0] != "#"}

    before = count()
    read = int(served.client.post("/embed", json={"inputs": TEXTS}).headers["x-compute-tokens"])
    after = count()
    name = 'wardspace_tokens_total{model="tiny"}'
    assert after[name] - before.get(name, 0) == read
    requests = 'wardspace_requests_total{path="/embed",status="200"}'
    assert after[requests] - before.get(requests, 0) == 1


def test_a_fault_of_the_program_is_answered_without_its_words(served, monkeypatch):
    _, version = served.models.get("tiny")

    def broken(texts):
        raise KeyError("Quillfeather")

    monkeypatch.setattr(version.encoder, "windows", broken)
    answer = served.client.post("/embed", json={"inputs": "Quillfeather"})
    assert answer.status_code == 500
    assert "Quillfeather" not in answer.text
    assert served.log[-1]["error"].startswith("KeyError at ")
    monkeypatch.undo()
    assert served.client.post("/embed", json={"inputs": "a"}).status_code == 200


def test_another_version_is_loaded_and_taken_back(tiny, tmp_path):
    folder = tmp_path / "model"
    shutil.copytree(tiny, folder)
    one = Served({"model": str(folder)})
    with TestClient(one.app, headers={"authorization": "Bearer everything"}) as client:

        def vector():
            answer = client.post("/embed", json={"inputs": "chest pain"})
            return answer.headers["x-model-version"], answer.json()[0]

        first = vector()
        assert client.post("/v1/models/model/rollback").status_code == 409
        encoder = Encoder.load(folder, device="cpu")
        for parameter in encoder.model.parameters():
            parameter.data.mul_(1.5)
        encoder.save(folder)
        assert vector() == first
        assert client.post("/v1/models/model/reload").status_code == 200
        second = vector()
        assert second[0] != first[0]
        assert np.abs(np.asarray(second[1]) - first[1]).max() > 1e-3
        assert client.post("/v1/models/model/rollback").json()["version"] == first[0]
        assert vector() == first
        (folder / "model.safetensors").write_bytes(b"damaged")
        assert client.post("/v1/models/model/reload").status_code == 409
        assert vector() == first
        assert client.post("/v1/models/absent/reload").status_code == 404


def test_the_description_names_every_path_with_its_forms(client):
    document = client.get("/openapi.json").json()
    assert set(document["paths"]) >= {"/v1/embeddings", "/embed", "/info", "/health", "/metrics", "/v1/models"}
    text = json.dumps(document)
    for name in {part.split('"')[0] for part in text.split("#/components/schemas/")[1:]}:
        assert name in document["components"]["schemas"]


def test_a_model_whose_terms_forbid_it_is_not_served(tiny, tmp_path):
    folder = tmp_path / "model"
    shutil.copytree(tiny, folder)
    write_terms(folder, TermsConfig(agreement="DUA 7", serve="allowed"))
    Served({"model": str(folder)}).models.close()
    write_terms(folder, TermsConfig(agreement="DUA 7", serve="forbidden"))
    with pytest.raises(ModelError, match="DUA 7"):
        Served({"model": str(folder)})


def test_health_says_when_a_model_no_longer_reads(tiny):
    one = Served({"tiny": str(tiny)})
    client = TestClient(one.app)
    assert client.get("/health").status_code == 200
    one.models.close()
    assert client.get("/health").status_code == 503
