import os
import stat

import pytest

from wardspace.config import DeidentifyConfig
from wardspace.core.errors import CorpusError
from wardspace.corpus.deidentify import Deidentifier, key_from


def test_a_key_is_made_for_its_owner_alone_and_kept(tmp_path):
    path = tmp_path / "keys" / "ward.key"
    key = key_from(path, tmp_path / "corpus")
    assert len(key) == 32
    assert key_from(path, tmp_path / "corpus") == key
    if os.name == "posix":
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(path.parent.iterdir()) == [path]


def test_a_key_in_the_corpus_folder_is_refused(tmp_path):
    with pytest.raises(CorpusError, match="corpus folder"):
        key_from(tmp_path / "corpus" / "sub" / ".." / "key", tmp_path / "corpus")
    assert not (tmp_path / "corpus").exists()


@pytest.mark.skipif(os.name != "posix", reason="modes are those of POSIX")
def test_a_key_that_others_may_read_is_refused(tmp_path):
    path = tmp_path / "key"
    path.write_text("00" * 32)
    path.chmod(0o644)
    with pytest.raises(CorpusError, match="others may read"):
        key_from(path, tmp_path / "corpus")


def test_the_key_file_of_the_configuration_is_used(tmp_path):
    config = DeidentifyConfig(operator="surrogate", key_file=str(tmp_path / "ward.key"))
    first, *_ = Deidentifier.open(config, tmp_path / "corpus").deidentified("Mr Kovalenko slept.", "p")
    again, *_ = Deidentifier.open(config, tmp_path / "corpus").deidentified("Mr Kovalenko slept.", "p")
    assert first == again
    assert "Kovalenko" not in first
    with pytest.raises(CorpusError, match="need a key"):
        Deidentifier.open(DeidentifyConfig(operator="surrogate"), tmp_path / "corpus")


@pytest.mark.parametrize("content", ["", "no hexadecimal", "abcd"])
def test_a_file_without_a_key_is_refused(tmp_path, content):
    path = tmp_path / "key"
    path.write_text(content)
    path.chmod(0o600)
    with pytest.raises(CorpusError, match="hexadecimal"):
        key_from(path, tmp_path / "corpus")
