from contextlib import contextmanager

import pytest

from wardspace.corpus.duplicates.sketches import Sketches
from wardspace.corpus.duplicates.sketching import Sketcher, banding


@contextmanager
def _sketched(folder, texts, threshold=0.8, shingle=2, wanted=None):
    """Sketches of (note id, text) pairs."""
    folder.mkdir()
    with Sketches(folder, banding(threshold)) as sketches:
        found = Sketcher(shingle).sketched([text for _, text in texts])
        for (note_id, _), sketch in zip(texts, found, strict=True):
            sketches.add(note_id, sketch)
        sketches.compare(wanted or [True] * len(texts))
        yield sketches


@pytest.fixture
def sketched(tmp_path):
    """Makes sketches of (note id, text) pairs, each time in a folder of its own."""
    numbers = iter(range(1_000_000))
    return lambda texts, **options: _sketched(tmp_path / f"s{next(numbers)}", texts, **options)
