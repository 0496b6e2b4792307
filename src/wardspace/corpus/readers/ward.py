"""The synthetic ward as a source like any other."""

from __future__ import annotations

from collections.abc import Iterator

from wardspace.config import ColumnsConfig, WardConfig
from wardspace.corpus.readers.arrow_values import rows_of_batch
from wardspace.corpus.readers.columns import check_columns
from wardspace.corpus.readers.row import Row


class WardReader:
    """Reads the notes that the ward makes.

    Parameters
    ----------
    config : WardConfig
        Size and seed.
    needed : tuple of str
        Columns to read.
    """

    name = "ward"
    format = "ward"
    encoding: str | None = None

    def __init__(self, config: WardConfig, needed: tuple[str, ...]) -> None:
        self.size = config.patients * 3
        self.warnings: list[str] = []
        self._config, self._needed = config, needed
        self._number = 0

    def position(self) -> int:
        """Notes made so far."""
        return min(self._number, self.size)

    def rows(self) -> Iterator[Row]:
        """Yield the notes."""
        from wardspace.synthetic import ward_batches  # noqa: PLC0415  (it reads an ontology that others do not need)

        self._number = 0
        for batch in ward_batches(self._config):
            check_columns(batch.schema.names, self._needed, self.name)
            for row in rows_of_batch(batch, self._needed, range(self._number + 1, self._number + batch.num_rows + 1)):
                self._number = row.number
                yield row


def ward_columns(columns: ColumnsConfig) -> ColumnsConfig:
    """The roles of the ward's columns, save those that the study gives itself."""
    from wardspace.synthetic import WARD_COLUMNS  # noqa: PLC0415

    own = bool(columns.metadata or columns.labels)
    return columns.model_copy(
        update={
            "note_id": columns.note_id or WARD_COLUMNS.note_id,
            "patient_id": columns.patient_id or WARD_COLUMNS.patient_id,
            "time": columns.time or WARD_COLUMNS.time,
            "metadata": columns.metadata if own else WARD_COLUMNS.metadata,
            "labels": columns.labels if own else WARD_COLUMNS.labels,
            "spans": columns.spans or WARD_COLUMNS.spans,
        }
    )
