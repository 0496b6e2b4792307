"""A session of annotation: which notes, what a model says of them first, and where answers are kept."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from wardspace.config import StudyConfig
from wardspace.core.errors import CorpusError, StudyError
from wardspace.corpus import Corpus
from wardspace.corpus.annotation import ADJUDICATED, Annotations, Value, annotation_file
from wardspace.corpus.annotation.batches import Batch, Order, batch_file, by_lot
from wardspace.corpus.annotation.session import Asked, Session, session_notes
from wardspace.corpus.review.judgement import text_digest
from wardspace.study.commands.assistant import Assistant
from wardspace.study.study import Study


@dataclass(frozen=True)
class Wish:
    """What an annotator asks for.

    Attributes
    ----------
    column : str
        The column to annotate.
    annotator : str
        Who annotates.
    order : {"active", "random"}
        How new notes are chosen.
    split : str
        The split that they are chosen from.
    count : int
        How many to draw, where no batch is unfinished.
    suggest : bool
        Whether a model says first what it finds.
    """

    column: str
    annotator: str
    order: Order
    split: str
    count: int
    suggest: bool


def annotated_column(config: StudyConfig, task: str | None) -> str:
    """The column that a task reads, or the only one that is annotated.

    Raises
    ------
    StudyError
        If the study declares no such column.
    """
    known = config.corpus.annotations
    fix = (
        "declare it: corpus.annotations: {COLUMN: {kind: spans or label, types: [A, B]}}, and name COLUMN in a task"
        if not known
        else f"--task with one of {', '.join(_names(config)) or ', '.join(known)}"
    )
    if task is None:
        if len(known) != 1:
            raise StudyError("which column is to be annotated?", where="corpus.annotations", fix=fix)
        return next(iter(known))
    columns = _names(config).get(task, [task] if task in known else [])
    if len(columns) != 1:
        raise StudyError(f"{task} reads no column that is annotated", where="corpus.annotations", fix=fix)
    return columns[0]


def _names(config: StudyConfig) -> dict[str, list[str]]:
    """Annotated columns of each task that reads some."""
    known = config.corpus.annotations
    read = {task.name: [*task.columns().values(), *task.span_columns().values()] for task in config.tasks}
    found = {task: [name for name in columns if name in known] for task, columns in read.items()}
    return {task: columns for task, columns in found.items() if columns}


@contextmanager
def annotation_session(study: Study, wish: Wish) -> Iterator[Session]:
    """Prepare the corpus if need be, take up the batch that is not finished or draw one, and open it.

    Parameters
    ----------
    study : Study
        The study.
    wish : Wish
        What is asked for.

    Raises
    ------
    WardspaceError
        If the same annotator is at work in another process, or no note is left.
    """
    study.run(until="prepare")
    corpus = Corpus.open(study.folder.corpus)
    config = study.config.corpus.annotations[wish.column]
    asked = Asked(wish.column, config, wish.annotator)
    with annotation_file(corpus.folder, wish.annotator) as file:
        answered = {line.note_id: line.text for line in file.lines if line.column == wish.column}
        assistant = Assistant(study, corpus, wish.column)
        notes = session_notes(corpus, _batch(study, corpus, wish, answered, assistant).notes)
        own = Annotations.read(corpus.folder).of(wish.annotator, wish.column, config.kind)
        # what others said of these very notes must not come back as a suggestion
        hidden = {note.note_id for note in notes}
        said = {note.note_id: own[note.note_id].value for note in notes if note.note_id in own}
        suggest = assistant.suggester(hidden, said) if wish.suggest else None
        yield Session(asked, notes, file, suggest)


def _batch(study: Study, corpus: Corpus, wish: Wish, answered: dict[str, str], assistant: Assistant) -> Batch:
    """The first batch of this kind that the annotator has not finished, else a new one."""
    with batch_file(corpus.folder) as file:
        own = [one for one in file.lines if one.column == wish.column]
        drawn = [note_id for batch in own for note_id in batch.notes]
        notes = session_notes(corpus, drawn)
        left_open = {note.note_id for note in notes if answered.get(note.note_id) != text_digest(note.text)}
        for batch in own:
            if (batch.order, batch.split) == (wish.order, wish.split) and left_open & set(batch.notes):
                return batch
        pool = corpus.table(["note_id"], splits=[wish.split])["note_id"].to_pylist()
        taken = set(drawn)
        left = [note_id for note_id in pool if note_id not in taken]
        if not left:
            raise CorpusError(
                f"every note of the {wish.split} split was drawn", where=corpus.folder, fix="choose another --split"
            )
        if wish.order == "random":
            chosen, model = by_lot(left, wish.count, study.config.corpus.split.seed), None
        else:
            chosen, model = assistant.chosen(left, drawn, wish.count)
        batch = Batch.now(wish.column, wish.order, wish.split, chosen, model)
        file.add(batch)
        return batch


@contextmanager
def adjudication_session(study: Study, column: str) -> Iterator[Session]:
    """The notes on which annotators differ, each with their answers.

    Raises
    ------
    CorpusError
        If there is none.
    """
    study.run(until="prepare")
    corpus = Corpus.open(study.folder.corpus)
    config = study.config.corpus.annotations[column]
    with annotation_file(corpus.folder, ADJUDICATED) as file:
        differing = Annotations.read(corpus.folder).differing(column, config.kind)
        sides: dict[str, list[Value]] = {}
        notes = []
        for note in session_notes(corpus, sorted(differing)):
            values = [one.value for one in differing[note.note_id] if one.text == text_digest(note.text)]
            sides[note.note_id] = [value for value in values if value is not None]
            notes += [note] if len(sides[note.note_id]) > 1 else []
        if not notes:
            raise CorpusError(
                "there is no note on which annotators differ",
                where=column,
                fix="let two annotators work on the same notes",
            )
        yield Session(Asked(column, config, ADJUDICATED), notes, file, sides=sides)
