"""Columns of a corpus as arrays of Python values."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray


def filled(column: pa.ChunkedArray) -> NDArray[np.object_]:
    """Values as text without blanks around them; a blank one is None."""
    text = pc.utf8_trim_whitespace(column.cast(pa.string()))
    return objects(pc.if_else(pc.equal(text, ""), None, text))


def objects(column: pa.ChunkedArray) -> NDArray[np.object_]:
    """Values as they are."""
    found = np.empty(len(column), dtype=object)
    found[:] = column.to_pylist()
    return found
