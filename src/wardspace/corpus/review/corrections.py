"""What a person said of single notes, to be used in place of what detectors find in them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from wardspace.config import DeidentifyConfig
from wardspace.core.files import digest
from wardspace.corpus.deidentify import Finding
from wardspace.corpus.review.judgement import JudgedSpan, Judgement, text_digest
from wardspace.corpus.review.kept import Key, latest_done, read_judgements

DETECTOR = "review"
"""The detector of what a person marked or accepted."""


class Corrections:
    """Findings of notes that a person has seen whole.

    Parameters
    ----------
    judgements : mapping of (str, str) to Judgement
        By note id and digest of the text; see `latest_done`.
    """

    def __init__(self, judgements: Mapping[Key, Judgement]) -> None:
        self._spans = {key: [_finding(span) for span in said.identifiers] for key, said in judgements.items()}
        self._ids = {note_id for note_id, _ in self._spans}

    @classmethod
    def read(cls, path: Path) -> Corrections:
        """Of a file of judgements.

        Raises
        ------
        CorpusError
            If there is no such file, or a line of it is no judgement.
        """
        return cls(latest_done(read_judgements(path)))

    @classmethod
    def asked(cls, config: DeidentifyConfig | None) -> Corrections | None:
        """Those that a study names; None if it names none."""
        return cls.read(Path(config.review).expanduser()) if config and config.review else None

    @property
    def digest(self) -> str | None:
        """Equal for equal redactions of equal notes; None where there are none."""
        said = [[*key, [[f.start, f.end, f.type, f.also] for f in spans]] for key, spans in self._spans.items()]
        return digest(sorted(said, key=lambda one: one[:2])) if said else None

    def __len__(self) -> int:
        return len(self._spans)

    def findings(self, note_id: str, text: str) -> list[Finding] | None:
        """What identifies somebody in a note; None for a note that nobody has seen, or that has other words now."""
        if note_id not in self._ids:
            return None
        return self._spans.get((note_id, text_digest(text)))


def _finding(span: JudgedSpan) -> Finding:
    return Finding(span.start, span.end, span.type, 1.0, DETECTOR, tuple(sorted(span.detectors)))
