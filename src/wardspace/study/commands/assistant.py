"""The model that helps an annotator: it finds something in notes first, and says which it would learn from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from functools import cached_property
from pathlib import Path
from typing import Any, get_args

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from wardspace.config import TaskSection
from wardspace.core.progress import progress
from wardspace.corpus import Corpus
from wardspace.corpus.annotation import Answers, MarkedSpan, Value
from wardspace.corpus.annotation.batches import by_lot
from wardspace.corpus.annotation.session import Suggest, session_notes
from wardspace.evaluation import best_models
from wardspace.evaluation.score_predictions import validation_scores
from wardspace.models import Encoder
from wardspace.results import Tuning
from wardspace.study.run import Run, encoder_source
from wardspace.study.steps.embed import vectors_now
from wardspace.study.study import Study
from wardspace.tasks import Texts, classes_of, kind_of, read_predictions
from wardspace.tasks.annotation.active_learning import farthest_first, margin_uncertainty, span_uncertainty
from wardspace.tasks.annotation.dictionary import DictionarySuggester
from wardspace.tasks.annotation.labels import LabelSuggester, label_probabilities
from wardspace.tasks.annotation.tagger import TaggerSuggester, fitted_tagger
from wardspace.tasks.entities.fitted import FittedTagger
from wardspace.tasks.entities.kept import load_tagger
from wardspace.tasks.probes.scaling import Scaling

POOL = 500
"""Most notes that are searched for spans to choose the next ones from; drawn by lot."""
LEARNED_FROM = ("train", "validation")


class Assistant:
    """Learns from what was annotated so far, on the vectors of the study's best model.

    Parameters
    ----------
    study : Study
        The study; its run folder holds models, vectors and predictions.
    corpus : Corpus
        Its corpus.
    column : str
        The annotated column.
    """

    def __init__(self, study: Study, corpus: Corpus, column: str) -> None:
        self._study, self._corpus, self._column = study, corpus, column
        self._config = study.config.corpus.annotations[column]
        table = corpus.table(["note_id", "split"])
        self._split = np.array(table["split"].to_pylist(), dtype=object)
        self._rows = {note_id: row for row, note_id in enumerate(table["note_id"].to_pylist())}

    def suggester(self, hidden: Set[str], own: Mapping[str, Value | None]) -> Suggest | None:
        """What finds something in notes; None where nothing was learned yet.

        Parameters
        ----------
        hidden : set of str
            Notes whose answers it must not know.
        own : mapping of str to tuple of MarkedSpan or str
            Those that it may know all the same: the annotator's own.
        """
        known = {name: value for name, value in self._known.items() if name not in hidden}
        known |= {name: value for name, value in own.items() if value is not None}
        if self._config.kind == "spans":
            # a kept tagger may have learned from whatever was known
            return self._spans(known, kept=not (hidden & self._known.keys()) - own.keys())
        found = self._probabilities(known)
        return LabelSuggester(*found, self._rows) if found else None

    def chosen(self, left: Sequence[str], drawn: Sequence[str], count: int) -> tuple[list[str], str]:
        """Choose the next notes, by uncertainty and distance from each other and from notes that were drawn.

        Returns
        -------
        tuple of list of str and str
            The ids, and the model whose vectors were compared.
        """
        before = [note_id for note_id in drawn if note_id in self._rows]
        pool = list(left)
        if self._config.kind == "spans":
            pool = by_lot(pool, POOL, self._study.config.corpus.split.seed)
            weights = self._span_weights(pool)
        else:
            found = self._probabilities(self._known)
            rows = [self._rows[note_id] for note_id in pool]
            weights = margin_uncertainty(found[0][rows]) if found else np.ones(len(pool))
        rows = [self._rows[note_id] for note_id in (*pool, *before)]
        known = range(len(pool), len(rows))
        order = farthest_first(self._vectors[rows], count, np.append(weights, np.zeros(len(before))), known)
        return [pool[place] for place in order], self._model

    def _span_weights(self, pool: Sequence[str]) -> NDArray[np.float64]:
        suggester, found = self._spans(self._known, kept=True), []
        with progress("looking for spans (notes)", len(pool), show=self._study.show_progress) as advance:
            for note in session_notes(self._corpus, pool):
                found.append([span.confidence for span in suggester.suggestion(note)])
                advance()
        return span_uncertainty(found)

    def _spans(self, known: Mapping[str, Value], *, kept: bool) -> TaggerSuggester | DictionarySuggester:
        """A tagger that a task has kept, one that is learned now, or a dictionary where too few notes are annotated."""
        tagger = (self._kept_tagger() if kept else None) or fitted_tagger(Texts(self._corpus), known, self._encoder)
        if tagger is not None:
            return TaggerSuggester(tagger, self._config.types)
        return DictionarySuggester({note: known[note.note_id] for note in session_notes(self._corpus, list(known))})

    def _kept_tagger(self) -> FittedTagger | None:
        """Of the taggers that tasks of the column have kept, the best on validation."""
        folder, found = self._study.folder, list[tuple[float, Path]]()
        for task in (one for one in self._tasks if one.keeps_models):
            models = [(name, tuning) for name in self._study.config.encoders for tuning in get_args(Tuning)]
            paths = [folder.predictions(task.name, *one) for one in models]
            for table in (read_predictions(path) for path in paths if path.is_file()):
                scores = validation_scores(table, kind_of(task).scored(task, classes_of(table)))
                every = [one for one in scores if one.shots is None]
                found += [(one.value, folder.models / f"{one.task}-{one.model}-{one.setting}") for one in every]
        kept = [one for one in found if one[1].is_dir()]
        return load_tagger(max(kept)[1]) if kept else None

    @property
    def _tasks(self) -> list[TaskSection]:
        """Tasks that read the column."""
        return [
            task
            for task in self._study.config.tasks
            if self._column in (*task.columns().values(), *task.span_columns().values())
        ]

    def _encoder(self) -> Encoder:
        config = self._study.config
        return Encoder.load(encoder_source(config, self._study.folder, self._model), config.encoder)

    def _probabilities(self, known: Mapping[str, Value]) -> tuple[NDArray[np.float64], NDArray[np.str_]] | None:
        """Of the labels of every note, with the labels."""
        if not known:
            return None
        rows = np.array([self._rows[note_id] for note_id in known], dtype=np.int64)
        features = Scaling.of(self._vectors[self._split == "train"]).apply(self._vectors)
        return label_probabilities(features, rows, np.array([str(value) for value in known.values()]))

    @cached_property
    def _known(self) -> dict[str, Value]:
        """Answers of notes that are not for the test, from the source and from people."""
        answers = Answers.of(self._corpus, {self._column: self._config})
        table = self._corpus.with_overlay(answers).table(["note_id", self._column], splits=LEARNED_FROM)
        pairs = zip(table["note_id"].to_pylist(), table[self._column].to_pylist(), strict=True)
        known = {note_id: self._declared(value) for note_id, value in pairs}
        return {note_id: value for note_id, value in known.items() if value is not None}

    @cached_property
    def _opened(self) -> tuple[str, NDArray[np.float32]]:
        """The best model that has vectors of these notes, and these."""
        study = self._study
        with study.folder.held():
            run = Run(study.config, study.folder, study.stages, study.show_progress)
            for name in (*self._best_models(), "base"):
                vectors = vectors_now(run, self._corpus, name)
                if vectors is not None:
                    return name, vectors
        raise AssertionError("the base has vectors of any notes")

    @property
    def _model(self) -> str:
        return self._opened[0]

    @property
    def _vectors(self) -> NDArray[np.float32]:
        return self._opened[1]

    def _best_models(self) -> list[str]:
        """Models by their validation score on the tasks of the column, where some were scored."""
        config, folder = self._study.config, self._study.folder
        for task in self._tasks:
            paths = [folder.predictions(task.name, name, "frozen") for name in config.encoders]
            stored = [read_predictions(path) for path in paths if path.is_file()]
            if stored:
                scored = kind_of(task).scored(task, classes_of(stored[0]))
                return best_models(pa.concat_tables(stored), scored, config.encoders, len(config.encoders))
        return []

    def _declared(self, value: str | list[dict[str, Any]] | None) -> Value | None:
        """A value of the column as it may be said of a note; types that the study does not declare are left out."""
        types = self._config.types
        if not isinstance(value, list):
            return value if value in types else None
        spans = [{name: span[name] for name in ("start", "end", "type")} for span in value]
        return tuple(MarkedSpan.model_validate(span) for span in spans if span["type"] in types)
