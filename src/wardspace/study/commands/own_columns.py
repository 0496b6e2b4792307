"""What the study that a model was made in says of its notes: names of columns, format, encoding, cleaning."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from wardspace.config import CleanConfig, ColumnsConfig, CorpusConfig, SourceConfig, load_study
from wardspace.config.corpus.cleaning import MissingConfig
from wardspace.config.corpus.source import GIVEN
from wardspace.core.errors import StudyError
from wardspace.core.progress import say
from wardspace.corpus.note.clean import MARKUP
from wardspace.corpus.readers import FORMATS
from wardspace.corpus.readers.files import SUFFIXES, format_of
from wardspace.study.folder import RunFolder

UNTOUCHED = CleanConfig.model_validate(
    {name: [] if name == "headers" else False for name in CleanConfig.model_fields},
)
"""Leaves texts as they are."""


class OwnColumns(NamedTuple):
    """How notes are read for a model."""

    source: SourceConfig
    text: str | None = None
    note_id: str | None = None
    patient_id: str | None = None
    clean: CleanConfig = UNTOUCHED
    missing: MissingConfig = MissingConfig()
    patient_optional: bool = False
    """Whether notes may lack the column of patients: the study names it, not the command line."""


def own_columns(
    model: str,
    notes: str,
    given: dict[str, Any],
    text: str | None,
    note_id: str | None,
    *,
    patient_id: str | None = None,
    markup: Sequence[str] = (),
) -> OwnColumns:
    """Read notes as the model's study read its own, where the command line says nothing else.

    Parameters
    ----------
    model : str
        A model folder in a run (`runs/NAME/models/MODEL`); of any other, the defaults hold.
    notes : str
        Path of the notes.
    given : dict
        Options of the source on the command line; None stands for what was not given.
    text, note_id, patient_id : str, optional
        Columns on the command line.
    markup : sequence of str
        Steps of `corpus.clean` that take markup from notes, on the command line: they are added to those of the study.

    Raises
    ------
    StudyError
        If there is no such step.
    """
    if unknown := [name for name in markup if name not in MARKUP]:
        raise StudyError(f"no such step: {', '.join(unknown)}", where="--clean", fix=f"one of {', '.join(MARKUP)}")
    steps = dict.fromkeys(markup, True)
    folder = RunFolder(Path(model).expanduser().resolve().parent.parent)
    asked = {name: value for name, value in given.items() if value is not None}
    if not (folder.mark.is_file() and folder.latest.is_file()):
        source = SourceConfig.model_validate({"path": notes, **asked})
        return OwnColumns(source, text, note_id, patient_id, UNTOUCHED.model_copy(update=steps))
    study = load_study(folder.latest).corpus
    kept, columns = _source_and_columns(study, Path(notes), asked)
    source = SourceConfig.model_validate({**kept, "path": notes, **asked})
    named = _of_format(source, columns)
    if text is None or note_id is None:
        say(f"  columns of the study {folder.path.name}: text {text or named.text}, id {note_id or named.note_id}")
    clean = study.clean.model_copy(update=steps)
    if clean != UNTOUCHED:
        say("  notes are cleaned as that study cleaned its own (corpus.clean)")
    return OwnColumns(
        source,
        text or named.text,
        note_id or named.note_id,
        patient_id or named.patient_id,
        clean,
        study.missing,
        patient_id is None and named.patient_id is not None,
    )


def _source_and_columns(
    study: CorpusConfig, notes: Path, asked: Mapping[str, Any]
) -> tuple[dict[str, Any], ColumnsConfig]:
    """What the study says of its source, and of its columns, as far as it holds for a file of this name."""
    own, named = study.source, format_of(notes)
    known = FORMATS.get(own.format)
    if own.format == "ward":
        return {}, _of_format(own, study.columns)
    if "format" in asked or named is None or known is None or own.format == named:
        return own.model_dump(exclude={"path", *GIVEN}), study.columns
    if own.format in SUFFIXES.values():  # another table: its columns may well have the same names
        return {}, study.columns
    if known.suffixes and notes.suffix.lower() not in known.suffixes:
        say(f"  {notes.name} is read as {named}, not as the study's {own.format}: its name says so")
        return {}, ColumnsConfig()
    return own.model_dump(exclude={"path", *GIVEN}), study.columns


def _of_format(source: SourceConfig, columns: ColumnsConfig) -> ColumnsConfig:
    """Columns with those that the format itself names."""
    known = FORMATS.get(source.format)
    return known.columns(columns) if known and known.columns else columns
