"""Several processes make the same corpus as one."""

from __future__ import annotations

import json
import os
import signal

import pyarrow.parquet as pq
import pytest

from wardspace.config import CorpusConfig
from wardspace.core.errors import CorpusError
from wardspace.corpus import prepare
from wardspace.corpus.processing import chunks, local


def write(path, count=60):
    """Notes with spans of changing fields, some rows malformed, copied or empty."""
    with path.open("w") as handle:
        for i in range(count):
            spans = [{"start": 4, "end": 9, "kind": "sign", **({"score": i / 7} if i % 3 else {"code": None})}]
            text = f"No  fever\r\n\r\n\r\non day {i % 50}. " + "x" * (i % 5 * 300)
            row = {"note_id": f"n{i}", "patient": f"p{i // 3}", "text": text if i % 17 else "", "marks": spans}
            handle.write("not JSON\n" if i % 23 == 5 else json.dumps(row) + "\n")
    return path


def prepared(tmp_path, source, workers):
    config = {
        "source": {"path": str(source)},
        "columns": {"patient_id": "patient", "spans": ["marks"]},
        "workers": workers,
    }
    return prepare(CorpusConfig.model_validate(config), tmp_path / f"with-{workers}", show_progress=False)


@pytest.fixture
def soon(monkeypatch):
    """Helpers from the first rows on, in small chunks."""
    monkeypatch.setattr(local, "_ALONE", 2)
    monkeypatch.setattr(chunks, "ROWS", 5)


def test_the_corpus_is_the_same(tmp_path, soon):
    source = write(tmp_path / "notes.jsonl")
    alone, helped = (prepared(tmp_path, source, workers) for workers in (0, 2))
    assert helped.content_hash == alone.content_hash
    assert helped.manifest.counts == alone.manifest.counts
    assert helped.manifest.steps == alone.manifest.steps
    assert helped.table(["marks"]).schema == alone.table(["marks"]).schema
    rejects = [pq.read_table(corpus.folder / "rejects.parquet") for corpus in (alone, helped)]
    assert rejects[0].num_rows > 5
    assert rejects[0] == rejects[1]


def test_a_process_that_dies_is_told(tmp_path, soon, monkeypatch):
    source = write(tmp_path / "notes.jsonl")
    monkeypatch.setattr(local, "_begin", die)
    with pytest.raises(CorpusError, match="a process that cleans notes died") as caught:
        prepared(tmp_path, source, 1)
    assert "notes.jsonl, after row" in caught.value.where
    assert "corpus.workers" in caught.value.fix
    assert not (tmp_path / "with-1").exists()


def die(*_):
    os.kill(os.getpid(), signal.SIGKILL)
