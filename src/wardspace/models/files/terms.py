"""terms.json: the terms of the notes that a model learned from, in the model's folder."""

from __future__ import annotations

from pathlib import Path

from pydantic import ValidationError

from wardspace.config import TermsConfig
from wardspace.core.errors import ModelError
from wardspace.core.files import write_text

TERMS_FILE = "terms.json"


def write_terms(folder: Path, terms: TermsConfig) -> None:
    """Write the terms into a model folder; where a study states none, no file is left."""
    path = folder / TERMS_FILE
    if terms.stated:
        write_text(path, terms.model_dump_json(indent=2) + "\n")
    else:
        path.unlink(missing_ok=True)


def read_terms(folder: Path) -> TermsConfig:
    """The terms in a model folder (of any format); all is allowed where there are none.

    Raises
    ------
    ModelError
        If the file is damaged.
    """
    path = folder / TERMS_FILE
    if not path.is_file():
        return TermsConfig()
    try:
        return TermsConfig.model_validate_json(path.read_bytes())
    except ValidationError as error:
        raise ModelError("damaged file", where=path, fix="export the model again, or copy the whole folder") from error
