"""What an extraction has done so far: parts of the table, so that an interrupted one goes on after them."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from wardspace.core.files import read_json, whole_file, write_json

PART = 256
"""Notes of a part."""


class Parts:
    """Finished parts in a folder.

    Parameters
    ----------
    folder : Path
        Made when first written to.
    inputs : str
        Digest of everything that the outcome depends on: parts of other inputs are thrown away.
    """

    def __init__(self, folder: Path, inputs: str) -> None:
        self.folder = folder
        mark = folder / "inputs.json"
        if folder.is_dir() and (not mark.is_file() or read_json(mark) != inputs):
            shutil.rmtree(folder)
        if not mark.is_file():
            write_json(mark, inputs)

    @property
    def done(self) -> int:
        """Number of finished parts."""
        count = 0
        while self._about(count).is_file():
            count += 1
        return count

    def add(self, table: pa.Table, shown: Sequence[Mapping[str, Any]], counts: Mapping[str, int]) -> None:
        """Store the next part: its rows, what the page shows of its notes, and what was counted."""
        number = self.done
        with whole_file(self._table(number)) as scratch:
            pq.write_table(table, scratch)
        # last: it says that the part is whole
        write_json(self._about(number), {"shown": list(shown), "counts": dict(counts)})

    def tables(self) -> Iterator[pa.Table]:
        """Their rows."""
        for number in range(self.done):
            yield pq.read_table(self._table(number))

    def shown(self) -> Iterator[Mapping[str, Any]]:
        """What the page shows of notes."""
        for number in range(self.done):
            yield from read_json(self._about(number))["shown"]

    def counts(self) -> Counter[str]:
        """What was counted in all of them."""
        total: Counter[str] = Counter()
        for number in range(self.done):
            total.update(read_json(self._about(number))["counts"])
        return total

    def remove(self) -> None:
        """Forget them: their outcome is written."""
        shutil.rmtree(self.folder)

    def _table(self, number: int) -> Path:
        return self.folder / f"part-{number:06d}.parquet"

    def _about(self, number: int) -> Path:
        return self.folder / f"part-{number:06d}.json"
