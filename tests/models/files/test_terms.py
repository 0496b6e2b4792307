"""Terms in a model folder."""

import pytest

from wardspace.config import TermsConfig
from wardspace.core.errors import ModelError
from wardspace.models.files.terms import TERMS_FILE, read_terms, write_terms


def test_terms_come_back(tmp_path):
    terms = TermsConfig(licence="CC0-1.0", serve="forbidden")
    write_terms(tmp_path, terms)
    assert read_terms(tmp_path) == terms
    write_terms(tmp_path, TermsConfig())
    assert not (tmp_path / TERMS_FILE).exists()
    assert read_terms(tmp_path) == TermsConfig()


@pytest.mark.parametrize("content", ["", "[]", '{"serve": "perhaps"}', '{"other": 1}'])
def test_damaged_terms_are_refused(content, tmp_path):
    (tmp_path / TERMS_FILE).write_text(content)
    with pytest.raises(ModelError):
        read_terms(tmp_path)
