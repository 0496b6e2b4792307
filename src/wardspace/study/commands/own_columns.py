"""What the study that a model was made in says of its notes: names of columns, format, encoding, cleaning."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from wardspace.config import CleanConfig, SourceConfig, load_study
from wardspace.config.corpus.cleaning import MissingConfig
from wardspace.config.corpus.source import GIVEN
from wardspace.core.errors import StudyError
from wardspace.core.progress import say
from wardspace.corpus.note.clean import MARKUP
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
    kept = study.source.model_dump(exclude={"path", *GIVEN}) if study.source.format != "ward" else {}
    columns = study.columns
    if text is None or note_id is None:
        say(f"  columns of the study {folder.path.name}: text {text or columns.text}, id {note_id or columns.note_id}")
    source = SourceConfig.model_validate({**kept, "path": notes, **asked})
    clean = study.clean.model_copy(update=steps)
    if clean != UNTOUCHED:
        say("  notes are cleaned as that study cleaned its own (corpus.clean)")
    return OwnColumns(
        source,
        text or columns.text,
        note_id or columns.note_id,
        patient_id or columns.patient_id,
        clean,
        study.missing,
    )
