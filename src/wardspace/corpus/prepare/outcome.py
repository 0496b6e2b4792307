"""What is said of rows that were left out: where none is left, and where more than a few are lost."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from wardspace.core.errors import CorpusError
from wardspace.corpus.prepare.rejects import (
    DAMAGED,
    EARLIER_PATIENT,
    MALFORMED_SPANS,
    NO_ID,
    NO_TIME,
    NOT_DRAWN,
    SEEN,
    TOO_LONG,
    UNCLOSED,
    UNDECODABLE,
)
from wardspace.corpus.readers import Reader
from wardspace.corpus.readers.columns import no_rows
from wardspace.corpus.split.split import UNKNOWN_SPLIT

LOSS = 0.01
"""Share of rows beyond which a loss is a warning."""

_ADVICE_ON_TEXTS = "see to corpus.columns.text, corpus.clean and corpus.reject"
_ON_FIELDS = "see to corpus.source.delimiter and corpus.source.quotes, or export the file again"
_ON_ANNOTATIONS = "see to the annotations; docs/formats.md says what is read of them"
_ADVICE = {
    NO_TIME.kind: "see to corpus.columns.time, and say how times are written in corpus.columns.time_format (%d.%m.%Y)",
    NO_ID.kind: "see to corpus.columns.note_id; null numbers the notes by file and row",
    SEEN.kind: "see to corpus.columns.note_id; null numbers the notes by file and row",
    UNKNOWN_SPLIT.kind: "see to corpus.columns.split; null shares patients out",
    MALFORMED_SPANS: "see to corpus.columns.spans",
    "wrong number of fields": _ON_FIELDS,
    "broken quotes": _ON_FIELDS,
    UNCLOSED: _ON_FIELDS,
    "malformed BRAT": _ON_ANNOTATIONS,
    "malformed PubTator": _ON_ANNOTATIONS,
    "malformed CoNLL": _ON_ANNOTATIONS,
    "malformed SQuAD": _ON_ANNOTATIONS,
    "malformed JSON": "write one JSON object a line",
    DAMAGED: "copy or export the file again",
    TOO_LONG: "see to corpus.reject.max_bytes and corpus.source.limits",
}
"""What to do, by the commonest reason for which rows were left out."""


def check_outcome(rejects: Counter[str], rows_read: int, notes: int, readers: Sequence[Reader]) -> None:
    """Check that something is left.

    Raises
    ------
    CorpusError
        If no note is left, or most rows do not decode.
    """
    where = ", ".join(reader.name for reader in readers[:5]) + (" …" if len(readers) > 5 else "")
    if rejects[UNDECODABLE] * 2 > rows_read:
        encodings = ", ".join(sorted({reader.encoding for reader in readers if reader.encoding}))
        raise CorpusError(
            f"wrong encoding: most rows do not decode as {encodings or 'UTF-8'}",
            where=where,
            fix="set corpus.source.encoding: auto, or the right name"
            if encodings
            else "set corpus.source.encoding to that of the binary columns; columns of strings must be written again",
        )
    if not rows_read:
        raise CorpusError(no_rows(readers), where=where, fix="export the notes again")
    if not notes:
        reasons = "; ".join(f"{kind}: {count}" for kind, count in rejects.most_common())
        commonest = next(iter(rejects.most_common(1)), ("", 0))[0]
        raise CorpusError(
            f"no note is left of {rows_read} rows" + (f" ({reasons})" if reasons else ""),
            where=where,
            fix=_ADVICE.get(commonest, _ADVICE_ON_TEXTS),
        )


def loss_warning(rejects: Counter[str], rows: int) -> str | None:
    """A warning where more than a few rows are lost, for whatever reason that a study does not ask for.

    What is lost behind the damage of a file cannot be counted, so that it is always told.
    """
    lost = Counter({kind: count for kind, count in rejects.items() if kind not in (NOT_DRAWN, EARLIER_PATIENT)})
    if lost.total() <= LOSS * rows and not lost[DAMAGED]:
        return None
    reasons = ", ".join(f"{count:,} {kind}" for kind, count in lost.most_common())
    told = f"{lost.total():,} of {rows:,} rows ({lost.total() / rows:.1%}) were left out: {reasons}"
    return f"{told}; what stood behind the damage is missing, too, and is not counted" if lost[DAMAGED] else told
