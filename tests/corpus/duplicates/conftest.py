from contextlib import contextmanager

import pytest

from wardspace.config import ColumnsConfig
from wardspace.corpus.duplicates.bands import banding
from wardspace.corpus.duplicates.sketches import Sketches
from wardspace.corpus.notes import Note
from wardspace.corpus.schema import resolve_roles
from wardspace.corpus.spool import Spool

ROLES = resolve_roles(ColumnsConfig(), None)


@contextmanager
def _sketched(folder, texts, threshold=0.8, shingle=2, wanted=None):
    """Sketches of (note id, text) pairs."""
    folder.mkdir()
    with Spool(folder / "spool", ROLES) as spool:
        for note_id, text in texts:
            spool.add(Note(note_id, None, None, text, (), (), None, ()), "p", "a.csv", 1)
    with Sketches(folder, banding(threshold), shingle) as sketches:
        sketches.read(folder / "spool", wanted or [True] * len(texts), total=len(texts), show=False)
        yield sketches


@pytest.fixture
def sketched(tmp_path):
    """Makes sketches of (note id, text) pairs, each time in a folder of its own."""
    numbers = iter(range(1_000_000))
    return lambda texts, **options: _sketched(tmp_path / f"s{next(numbers)}", texts, **options)
