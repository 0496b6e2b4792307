"""Texts that are no notes: what an encoder is to go on reading as its base did."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from pathlib import Path

from wardspace.config.objectives.blend import HPO
from wardspace.core.errors import CorpusError
from wardspace.core.files import file_digest
from wardspace.synthetic.patients.ontology import hpo_version
from wardspace.synthetic.patients.optional import ontology_folder

_QUOTED = re.compile(r'"(?P<text>(?:[^"\\]|\\.)*)"')
_KEYS = {"name", "def", "synonym", "comment"}


def rehearsal_texts(source: str) -> list[str]:
    """Read them, each once, in the order of the source.

    Parameters
    ----------
    source : str
        `hpo`, or a file in UTF-8 with one text on each line.

    Raises
    ------
    WardspaceError
        If the ontology is not installed.
    CorpusError
        If there is no such file, it is not UTF-8, or it holds no text.

    References
    ----------
    Köhler et al. 2021, The Human Phenotype Ontology in 2021.
    """
    texts = _ontology(ontology_folder()) if source == HPO else _lines(Path(source).expanduser())
    found = list(dict.fromkeys(text for text in (" ".join(each.split()) for each in texts) if text))
    if not found:
        raise CorpusError("there is no text in it", where=source, fix="give a file with one text on each line")
    return found


def rehearsal_content(source: str) -> str:
    """What the texts depend on: the release of the ontology, or the digest of the file."""
    if source == HPO:
        return hpo_version()
    path = Path(source).expanduser()
    return file_digest(path) if path.is_file() else ""


def _lines(path: Path) -> Iterator[str]:
    try:
        yield from path.read_text(encoding="utf-8").splitlines()
    except (FileNotFoundError, IsADirectoryError) as error:
        raise CorpusError("no such file of texts to rehearse", where=path, fix="give a text file, or `hpo`") from error
    except UnicodeDecodeError as error:
        raise CorpusError(f"it is not UTF-8 (byte {error.start + 1})", where=path, fix="save it as UTF-8") from error


def _ontology(folder: Path) -> Iterator[str]:
    blocks = (folder / "hp.obo").read_text(encoding="utf-8").split("\n[Term]\n")[1:]
    for block in blocks:
        if "\nis_obsolete: true" not in block:
            yield from _term(block.split("\n\n", 1)[0])
    with (folder / "phenotype.hpoa").open(encoding="utf-8", newline="") as handle:
        rows = csv.DictReader((line for line in handle if not line.startswith("#")), delimiter="\t")
        yield from (row["disease_name"] for row in rows)


def _term(block: str) -> Iterator[str]:
    for line in block.split("\n"):
        key, _, value = line.partition(": ")
        if key not in _KEYS:
            continue
        quoted = _QUOTED.match(value)
        text = quoted["text"] if quoted else value
        yield text.replace('\\"', '"').replace("\\n", " ")
