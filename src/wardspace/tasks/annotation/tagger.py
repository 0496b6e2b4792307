"""Spans suggested by a tagger: one that a task kept, or a linear layer on frozen token vectors, learned anew."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np

from wardspace.config import EntitiesConfig
from wardspace.core.seeds import derive
from wardspace.corpus.annotation import SuggestedSpan, Value
from wardspace.corpus.annotation.session import SessionNote
from wardspace.models import Encoder
from wardspace.tasks.columns import objects
from wardspace.tasks.entities.annotated import AnnotatedNotes
from wardspace.tasks.entities.fitted import FittedTagger
from wardspace.tasks.entities.kind import HEAD
from wardspace.tasks.entities.mentions import Mention
from wardspace.tasks.entities.settings import LinearHead
from wardspace.tasks.kind import RunKey
from wardspace.tasks.notes import EvaluatedModel, Texts, Vectors

FEWEST = 20
"""Annotated notes from which a tagger is learned."""
_HELD = 5
"""One note in so many chooses how strongly it is regularised."""


class TaggerSuggester:
    """Suggests the spans that a tagger finds.

    Parameters
    ----------
    tagger : FittedTagger
        Kept by a task, or learned when notes are drawn.
    types : sequence of str
        Types that may be suggested.
    """

    def __init__(self, tagger: FittedTagger, types: Sequence[str]) -> None:
        self._tagger, self._types = tagger, set(types)
        self._found: dict[SessionNote, tuple[SuggestedSpan, ...]] = {}

    def suggestion(self, note: SessionNote) -> tuple[SuggestedSpan, ...]:
        """Spans in the order of the text; none of them overlap."""
        if note not in self._found:
            (mentions,) = self._tagger.mentions([note.text])
            self._found[note] = tuple(
                SuggestedSpan.model_validate(one._asdict()) for one in mentions if one.type in self._types
            )
        return self._found[note]

    def learn(self, note: SessionNote, value: Value | None) -> None:
        """Nothing: to fit the tagger anew takes longer than to annotate a note."""


def fitted_tagger(texts: Texts, known: Mapping[str, Value], load: Callable[[], Encoder]) -> FittedTagger | None:
    """Learn a tagger from annotated notes; None where these are too few or nothing is marked in them.

    Parameters
    ----------
    texts : Texts
        The corpus.
    known : mapping of str to tuple of MarkedSpan
        Spans of the annotated notes, by note id.
    load : callable
        Opens the encoder.
    """
    by_lot = sorted(known, key=lambda note_id: derive("annotation held out", note_id))
    held = set(by_lot[::_HELD])
    spans = {note_id: value for note_id, value in known.items() if isinstance(value, tuple)}
    classes = tuple(sorted({span.type for note_id in by_lot if note_id not in held for span in spans[note_id]}))
    if len(known) < FEWEST or not classes:
        return None
    table = texts.corpus.table(["note_id", "patient_id"])
    ids = objects(table["note_id"])
    split = np.array([("validation" if one in held else "train") if one in known else "aside" for one in ids], object)
    mentions = tuple([Mention(*span.place) for span in spans.get(one, ()) if span.type in classes] for one in ids)
    gold = AnnotatedNotes(texts, ids, objects(table["patient_id"]), split, mentions, classes)
    model = EvaluatedModel("annotation", _no_vectors, load, split)
    setting = LinearHead(HEAD, EntitiesConfig(name="annotation"))
    return setting.fit(model, gold, RunKey("annotation", model.name, HEAD.name, None, 0), Path(), show_progress=False)


def _no_vectors() -> Vectors:
    raise ValueError("a tagger reads tokens, and no vectors of notes")
