"""Canaries among the notes that adaptation reads, and nowhere else."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from wardspace.config import CanaryConfig
from wardspace.core.errors import CorpusError, machine_faults
from wardspace.core.files import digest, read_json, whole_folder, write_json
from wardspace.corpus import Corpus
from wardspace.privacy.canaries import Canary, make_canaries

FOLDER = "canaries"
"""Folder in that of the corpus, which is replaced with it."""
LIST = "canaries.json"
NOTES = "notes.parquet"


def planted(corpus: Corpus, config: CanaryConfig | None) -> Corpus:
    """The corpus with its canaries as further notes of the training split, for adaptation alone.

    Its own files stay as they are: whoever opens the folder sees no canary, so that none is in any task, vector or
    test. The canaries lie in `corpus/canaries/`, and the content hash of what is returned depends on them, and so do
    tokens and checkpoints.

    Parameters
    ----------
    corpus : Corpus
        The notes.
    config : CanaryConfig or None
        What is planted; None gives the corpus back.

    Raises
    ------
    CorpusError
        If the corpus has a note or a patient of a canary's name.
    """
    if config is None:
        return corpus
    canaries = make_canaries(config)
    content = planted_hash(corpus, config)
    folder = corpus.folder / FOLDER
    if not _written(folder, content):
        _check_names(corpus, canaries)
        _write(corpus, canaries, folder, content)
    manifest = corpus.manifest
    notes = manifest.counts["notes"] + sum(canary.frequency for canary in canaries)
    changed = {
        "parts": [*manifest.parts, f"../{FOLDER}/{NOTES}"],
        "content_hash": content,
        "counts": manifest.counts | {"notes": notes},
    }
    return Corpus(corpus.folder, manifest.model_copy(update=changed))


def planted_hash(corpus: Corpus, config: CanaryConfig | None) -> str:
    """Content hash of the corpus with these canaries."""
    if config is None:
        return corpus.content_hash
    notes = [(canary.patient, canary.text, canary.frequency) for canary in make_canaries(config)]
    return digest([corpus.content_hash, notes])


def _written(folder: Path, content: str) -> bool:
    return (folder / LIST).is_file() and read_json(folder / LIST)["content_hash"] == content


def _check_names(corpus: Corpus, canaries: list[Canary]) -> None:
    own = {canary.patient for canary in canaries}
    for batch in corpus.batches(["patient_id"]):
        if own & set(batch["patient_id"].to_pylist()):
            raise CorpusError(
                "the corpus has patients named as canaries are", where=corpus.folder, fix="rename them in the source"
            )


def _write(corpus: Corpus, canaries: list[Canary], folder: Path, content: str) -> None:
    schema = corpus.schema
    rows = [
        {
            "note_id": f"{canary.patient}-{copy}",
            "patient_id": canary.patient,
            "text": canary.text,
            "split": "train",
        }
        for canary in canaries
        for copy in range(canary.frequency)
    ]
    columns = [pa.array([row.get(name) for row in rows], schema.field(name).type) for name in schema.names]
    with machine_faults(folder), whole_folder(folder) as scratch:
        pq.write_table(pa.Table.from_arrays(columns, schema=schema), scratch / NOTES)
        listed = [asdict(canary) for canary in canaries]
        write_json(scratch / LIST, {"content_hash": content, "canaries": listed})
