"""The service as a process of its own, asked by the clients that people have."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request

import numpy as np
import pytest

from tests.fixtures.models import sample_texts
from wardspace.models import Encoder
from wardspace.serve.service.access import add_token

pytestmark = [pytest.mark.slow, pytest.mark.processes, pytest.mark.enable_socket]
TEXTS = [*sample_texts(3), " ".join(sample_texts(20, words=30))]


@pytest.fixture(scope="module")
def running(tiny, tmp_path_factory):
    """Address, token and process of a service."""
    folder = tmp_path_factory.mktemp("service")
    token = add_token(folder / "tokens.json", "clients", ["embed"])
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    options = ["--port", str(port), "--tokens", str(folder / "tokens.json"), "--log", str(folder / "access.jsonl")]
    command = [sys.executable, "-c", "from wardspace.cli import main; main()", "serve", f"tiny={tiny}", *options]
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    with subprocess.Popen([*command, "--precision", "fp32"], stderr=subprocess.PIPE, env=environment) as process:
        address = f"http://127.0.0.1:{port}"
        _wait(address, process)
        yield address, token, process, folder
        process.kill()


def _wait(address, process):
    for _ in range(600):
        assert process.poll() is None, process.stderr.read()
        try:
            with urllib.request.urlopen(f"{address}/health") as answer:
                assert json.load(answer) == {"status": "ok"}
                return
        except urllib.error.URLError:
            time.sleep(0.1)
    raise AssertionError("the service does not answer")


@pytest.fixture(scope="module")
def expected(tiny):
    return Encoder.load(tiny, device="cpu").encode(TEXTS, precision="fp32")


def test_openai(running, expected):
    from openai import NotFoundError, OpenAI, UnprocessableEntityError

    client = OpenAI(base_url=f"{running[0]}/v1", api_key=running[1])
    answer = client.embeddings.create(input=TEXTS, model="tiny")
    assert np.abs(np.asarray([one.embedding for one in answer.data]) - expected).max() < 1e-5
    assert [one.id for one in client.models.list()] == ["tiny"]
    with pytest.raises(NotFoundError):
        client.embeddings.create(input="a", model="absent")
    with pytest.raises(UnprocessableEntityError, match="at least 1 item"):
        client.embeddings.create(input=[], model="tiny")


def test_huggingface_hub(running, expected):
    from huggingface_hub import InferenceClient
    from huggingface_hub.errors import HfHubHTTPError

    client = InferenceClient(f"{running[0]}/embed", token=running[1])
    found = client.feature_extraction(TEXTS, normalize=False)
    assert np.abs(np.asarray(found) - expected).max() < 1e-5
    with pytest.raises(HfHubHTTPError, match="at least 1 item"):
        client.feature_extraction([])


def test_langchain(running, expected):
    from langchain_openai import OpenAIEmbeddings

    client = OpenAIEmbeddings(
        base_url=f"{running[0]}/v1", api_key=running[1], model="tiny", check_embedding_ctx_length=False
    )
    assert np.abs(np.asarray(client.embed_documents(TEXTS)) - expected).max() < 1e-5
    assert np.abs(np.asarray(client.embed_query(TEXTS[0])) - expected[0]).max() < 1e-5


def test_it_ends_in_good_order_when_it_is_told_to(running):
    _, _, process, folder = running
    process.send_signal(signal.SIGTERM)
    assert process.wait(30) == 128 + signal.SIGTERM
    assert TEXTS[0] not in (folder / "access.jsonl").read_text()
