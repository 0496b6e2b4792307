"""A review: the notes drawn, what their detectors found, and what was said of them so far."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path

from wardspace.config import CorpusConfig, DeidentifyConfig
from wardspace.core.errors import CorpusError
from wardspace.core.files import digest
from wardspace.core.progress import progress
from wardspace.core.version import __version__
from wardspace.corpus.deidentify import Deidentifier, Finding
from wardspace.corpus.journal import Journal
from wardspace.corpus.review.drawing import drawn_notes
from wardspace.corpus.review.estimate import Estimate, estimated
from wardspace.corpus.review.judgement import Answer, JudgedSpan, Judgement, carried_over, judged_spans, text_digest
from wardspace.corpus.review.kept import Key, latest, latest_done


@dataclass(frozen=True)
class ReviewNote:
    """A note as it was read, with what the detectors found in it."""

    note_id: str
    text: str
    findings: tuple[Finding, ...]

    @cached_property
    def key(self) -> Key:
        """What its judgements are kept under."""
        return self.note_id, text_digest(self.text)


class Review:
    """Notes to look at, and where to keep what is said of them.

    Parameters
    ----------
    notes : sequence of ReviewNote
        In the order in which they are to be looked at: a random one.
    file : Journal of Judgement
        Judgements of before; new ones are added.
    settings : str
        Digest of the detectors.
    seed : int
        Seed of the intervals.
    """

    def __init__(self, notes: Sequence[ReviewNote], file: Journal[Judgement], settings: str, seed: int) -> None:
        self.notes = list(notes)
        self._file, self._settings, self._seed = file, settings, seed
        self._said = latest(said for said in file.lines if said.settings == settings)
        self._before = latest_done(said for said in file.lines if said.settings != settings)

    @classmethod
    def draw(
        cls, config: CorpusConfig, count: int, file: Journal[Judgement], corpus: Path, *, show_progress: bool = True
    ) -> Review:
        """Draw notes of a study's source and look for identifiers with the study's own detectors.

        Parameters
        ----------
        config : CorpusConfig
            Where the notes are, and the detectors.
        count : int
            Most notes; at most one a patient.
        file : Journal of Judgement
            Where judgements are kept.
        corpus : Path
            The corpus folder.
        show_progress : bool
            Show bars on a terminal.

        Raises
        ------
        CorpusError
            If the study takes nothing out of its notes, or for a fault of the source as a whole.
        """
        asked = detectors_of(config)
        detectors = Deidentifier(asked.model_copy(update={"operator": "tag", "by_type": {}}))
        drawn = drawn_notes(config, count, corpus, show_progress=show_progress)
        if not drawn:
            raise CorpusError("no note can be read", where="corpus.source", fix="see rejects.parquet of the corpus")
        notes = []
        with progress("looking for identifiers (notes)", len(drawn), show=show_progress) as advance:
            for note in drawn:
                notes.append(ReviewNote(note.note_id, note.text, tuple(detectors.findings(note.text, note.names))))
                advance()
        return cls(notes, file, settings_digest(asked), config.split.seed)

    def said(self, number: int) -> Judgement | None:
        """What was said last of a note's redactions."""
        return self._said.get(self.notes[number].key)

    def answer(self, number: int) -> Answer | None:
        """What to show of earlier judgements; those of other detectors' redactions are said of these."""
        note = self.notes[number]
        if said := self.said(number):
            return _as_answer(note.findings, said.spans, done=said.done)
        before = self._before.get(note.key)
        return carried_over(note.text, note.findings, before.identifiers) if before else None

    def judge(self, number: int, answer: Answer) -> Judgement:
        """Keep what is said of a note.

        Raises
        ------
        CorpusError
            If it does not fit the note; nothing is kept then.
        """
        note = self.notes[number]
        note_id, text = note.key
        said = Judgement(
            note_id=note_id,
            text=text,
            settings=self._settings,
            time=datetime.now(UTC).isoformat(timespec="seconds"),
            done=answer.done,
            spans=judged_spans(note.text, note.findings, answer),
        )
        self._file.add(said)
        self._said[note.key] = said
        return said

    @property
    def done(self) -> list[bool]:
        """Of each note whether it was seen whole."""
        return [bool((said := self.said(number)) and said.done) for number in range(len(self.notes))]

    @property
    def estimate(self) -> Estimate:
        """What is known so far."""
        return estimated(filter(None, map(self.said, range(len(self.notes)))), seed=self._seed)


def detectors_of(config: CorpusConfig) -> DeidentifyConfig:
    """The study's detectors.

    Raises
    ------
    CorpusError
        If it has none.
    """
    if config.deidentify is None:
        raise CorpusError(
            "nothing is taken out of these notes, so that there are no redactions to review",
            where="corpus.deidentify",
            fix="set corpus.deidentify: {} in the study file, or --set corpus.deidentify={}",
        )
    return config.deidentify


def settings_digest(config: DeidentifyConfig) -> str:
    """Equal for detectors that find the same."""
    return digest([config.model_dump(include={"detectors", "name_columns", "threshold"}), __version__])


def _as_answer(findings: Sequence[Finding], spans: Sequence[JudgedSpan], *, done: bool) -> Answer:
    numbers = {(finding.start, finding.end): number for number, finding in enumerate(findings)}
    said = [
        {
            "verdict": span.verdict,
            "found": numbers[span.marked.start, span.marked.end] if span.marked else None,
            **{"start": span.start, "end": span.end, "type": span.type},
        }
        for span in spans
    ]
    return Answer.model_validate({"done": done, "spans": said})
