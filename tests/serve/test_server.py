import sys

import pytest

from wardspace.core.errors import WardspaceError
from wardspace.serve import Loopback, need_serve


def test_a_missing_extra_is_named(monkeypatch):
    need_serve()
    monkeypatch.setattr("wardspace.serve.server.find_spec", lambda name: None if name == "uvicorn" else sys)
    with pytest.raises(WardspaceError, match="not installed: uvicorn") as caught:
        need_serve()
    assert caught.value.fix == "pip install 'wardspace[serve]'"


@pytest.mark.enable_socket
def test_it_listens_on_loopback_alone_and_each_time_with_another_token():
    with Loopback() as one, Loopback() as other:
        assert one._socket.getsockname()[0] == "127.0.0.1"
        assert one.address.startswith(f"http://127.0.0.1:{one.port}/?token=")
        assert len(one.address.split("token=")[1]) >= 43
        assert one.address.split("token=")[1] != other.address.split("token=")[1]
        with pytest.raises(WardspaceError, match=f"cannot listen at port {one.port}"):
            Loopback(one.port)
