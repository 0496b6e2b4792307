"""Every rule by which a request is let in, and what answers carry."""

import re

import pytest
from starlette.websockets import WebSocketDisconnect

from tests.serve.conftest import PORT, TOKEN

PATHS = ["/", "/review", "/notes/0", "/nothing", "/static/../notes/0"]
HOST = f"127.0.0.1:{PORT}"
ANSWER = {"done": True, "spans": [{"verdict": "accepted", "found": 0, "start": 4, "end": 16, "type": "NAME"}]}


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("method", ["GET", "POST", "HEAD", "OPTIONS", "PUT"])
def test_without_a_token_nothing_is_shown(client, path, method):
    response = client.request(method, path, headers={"origin": f"http://{HOST}"})
    assert response.status_code == 403
    assert "Quillfeather" not in response.text
    assert "set-cookie" not in response.headers


@pytest.mark.parametrize("token", ["wrong", "", TOKEN + "x", TOKEN[:-1], "ü", [TOKEN, TOKEN], [TOKEN, "wrong"]])
def test_a_wrong_token_is_refused(client, token):
    response = client.get("/", params={"token": token})
    assert response.status_code == 403
    assert "set-cookie" not in response.headers


def test_the_token_is_exchanged_for_a_cookie_and_leaves_the_address(client):
    response = client.get("/", params={"token": TOKEN})
    assert response.status_code == 303
    assert response.headers["location"] == "/"
    cookie = response.headers["set-cookie"]
    assert TOKEN not in cookie
    assert {"httponly", "samesite=strict", "path=/"} <= {part.strip().lower() for part in cookie.split(";")}
    assert client.get("/").status_code == 200
    assert TOKEN not in client.get("/").text
    assert client.post("/notes/0", params={"token": TOKEN}, json=ANSWER).status_code == 403


@pytest.mark.parametrize("value", ["wrong", "", "ü", f"x; wardspace-{PORT}=y"])
def test_a_wrong_cookie_is_refused(client, value):
    assert client.get("/review", headers={"cookie": f"wardspace-{PORT}={value}".encode()}).status_code == 403
    assert client.get("/review", headers={"cookie": f"wardspace-{PORT}={TOKEN}"}).status_code == 403


@pytest.mark.parametrize("host", ["evil.example", f"evil.example:{PORT}", "127.0.0.1", f"127.0.0.1:{PORT + 1}", ""])
def test_a_name_that_was_pointed_here_is_refused(known, host):
    assert known.get("/review").status_code == 200
    assert known.get("/review", headers={"host": host}).status_code == 403
    assert known.get("/", params={"token": TOKEN}, headers={"host": host}).status_code == 403


def test_localhost_is_this_machine_too(known):
    assert known.get("/", params={"token": TOKEN}, headers={"host": f"localhost:{PORT}"}).status_code == 303


@pytest.mark.parametrize(
    "origin", ["http://evil.example", f"http://127.0.0.1:{PORT + 1}", f"https://{HOST}", "null", None]
)
def test_another_page_cannot_judge(known, origin, reviewed):
    del known.headers["origin"]
    headers = {} if origin is None else {"origin": origin}
    assert known.post("/notes/0", json=ANSWER, headers=headers).status_code == 403
    assert not any(reviewed.done)


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_another_site_cannot_read(known, site):
    assert known.get("/notes/0", headers={"sec-fetch-site": site}).status_code == 403
    assert known.get("/notes/0", headers={"sec-fetch-site": "same-origin"}).status_code == 200


@pytest.mark.parametrize("path", PATHS)
def test_answers_stay_out_of_caches_frames_and_other_sites(known, path):
    headers = known.get(path).headers
    assert headers["cache-control"] == "no-store"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cross-origin-resource-policy"] == "same-origin"
    assert "default-src 'none'" in headers["content-security-policy"]
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert not [name for name in headers if name.startswith("access-control")]


def test_only_the_pages_own_script_runs(known):
    first, second = known.get("/"), known.get("/")
    nonces = [
        re.search(r"script-src 'nonce-([^']+)'", one.headers["content-security-policy"])[1] for one in (first, second)
    ]
    assert nonces[0] != nonces[1]
    policy = first.headers["content-security-policy"]
    assert "unsafe" not in policy
    assert "http" not in policy
    assert first.text.count("<script") == first.text.count(f'<script nonce="{nonces[0]}">') == 2
    assert first.text.count("<style") == first.text.count(f'<style nonce="{nonces[0]}">') == 1
    assert not re.findall(r'\s(?:on\w+|style)="', first.text)
    assert not re.findall(r'(?:src|href)="(?!#|data:,)', first.text)


def test_websockets_are_not_answered(known):
    with pytest.raises(WebSocketDisconnect), known.websocket_connect("/review"):
        pass
