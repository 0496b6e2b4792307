"""What the study that a model was made in says of its notes: names of columns, format, encoding."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

from wardspace.config import SourceConfig, load_study
from wardspace.core.progress import say
from wardspace.study.folder import RunFolder


class OwnColumns(NamedTuple):
    """How notes are read for a model."""

    source: SourceConfig
    text: str | None
    note_id: str | None


def own_columns(model: str, notes: str, given: dict[str, Any], text: str | None, note_id: str | None) -> OwnColumns:
    """Read notes as the model's study read its own, where the command line says nothing else.

    Parameters
    ----------
    model : str
        A model folder in a run (`runs/NAME/models/MODEL`); of any other, the defaults hold.
    notes : str
        Path of the notes.
    given : dict
        Options of the source on the command line; None stands for what was not given.
    text, note_id : str, optional
        Columns on the command line.
    """
    folder = RunFolder(Path(model).expanduser().resolve().parent.parent)
    asked = {name: value for name, value in given.items() if value is not None}
    if not (folder.mark.is_file() and folder.latest.is_file()):
        return OwnColumns(SourceConfig.model_validate({"path": notes, **asked}), text, note_id)
    study = load_study(folder.latest).corpus
    kept = study.source.model_dump(exclude={"path"}) if study.source.format != "ward" else {}
    columns = study.columns
    if text is None or note_id is None:
        say(f"  columns of the study {folder.path.name}: text {text or columns.text}, id {note_id or columns.note_id}")
    source = SourceConfig.model_validate({**kept, "path": notes, **asked})
    return OwnColumns(source, text or columns.text, note_id or columns.note_id)
