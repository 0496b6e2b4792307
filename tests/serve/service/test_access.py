import stat

import pytest

from wardspace.core.errors import WardspaceError
from wardspace.serve.service.access import Tokens, add_token, revoke_token


@pytest.fixture
def path(tmp_path):
    return tmp_path / "tokens.json"


def test_the_file_holds_no_token_and_is_its_owners(path):
    token = add_token(path, "nightly", ["embed", "search", "embed"])
    assert token not in path.read_text()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    holder = Tokens.read(path).holder(token)
    assert holder.name == "nightly"
    assert holder.scopes == {"embed", "search"}


@pytest.mark.parametrize("wrong", ["", "x", "\ud800", "é", "a" * 10_000])
def test_other_tokens_are_unknown(path, wrong):
    token = add_token(path, "one", ["embed"])
    tokens = Tokens.read(path)
    assert tokens.holder(wrong) is None
    assert tokens.holder(token[:-1]) is None
    assert tokens.holder(token + "x") is None


def test_a_token_that_is_taken_out_is_refused_at_once(path):
    one, other = add_token(path, "one", ["embed"]), add_token(path, "other", ["admin"])
    tokens = Tokens.read(path)
    assert tokens.holder(one).name == "one"
    revoke_token(path, "one")
    assert tokens.holder(one) is None
    assert tokens.holder(other).scopes == {"admin"}
    path.chmod(0o644)
    assert tokens.holder(other) is None
    path.chmod(0o600)
    assert tokens.holder(other) is not None
    path.unlink()
    assert tokens.holder(other) is None


@pytest.mark.parametrize("mode", [0o604, 0o640, 0o620, 0o602])
def test_a_file_that_others_may_touch_is_refused(path, mode):
    add_token(path, "one", ["embed"])
    path.chmod(mode)
    with pytest.raises(WardspaceError) as caught:
        Tokens.read(path)
    assert caught.value.where == str(path)
    with pytest.raises(WardspaceError):
        add_token(path, "two", ["embed"])


@pytest.mark.parametrize("content", ["", "[]", '{"version": 2}', '{"tokens": [{"name": "x"}]}', "\x00"])
def test_a_damaged_file_is_named(path, content):
    path.write_text(content)
    path.chmod(0o600)
    with pytest.raises(WardspaceError) as caught:
        Tokens.read(path)
    assert caught.value.where == str(path)


def test_names_and_scopes_are_checked(path):
    add_token(path, "one", ["embed"])
    for name, scopes in (("one", ["embed"]), ("two", ["everything"]), ("two", [])):
        with pytest.raises(WardspaceError):
            add_token(path, name, scopes)
    with pytest.raises(WardspaceError):
        revoke_token(path, "two")


def test_a_token_for_this_time_allows_everything():
    tokens, token = Tokens.single()
    assert tokens.holder(token).scopes >= {"embed", "text", "admin"}
    assert Tokens.single()[1] != token
