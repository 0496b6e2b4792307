"""A tagger learned from a few annotated notes finds what is marked in others."""

import pytest

from tests.fixtures.mentions import marked_corpus
from tests.fixtures.models import tiny_model
from wardspace.corpus.annotation import MarkedSpan
from wardspace.corpus.annotation.session import SessionNote
from wardspace.models import Encoder
from wardspace.tasks import Texts
from wardspace.tasks.annotation.tagger import FEWEST, TaggerSuggester, fitted_tagger


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A corpus, its notes with their spans, and a model that knows nothing of them but tells words apart."""
    folder = tmp_path_factory.mktemp("tagger")
    corpus = marked_corpus(folder / "corpus", 80)
    table = corpus.table(["note_id", "text", "entities"]).to_pylist()
    notes = {
        SessionNote(row["note_id"], row["text"]): tuple(MarkedSpan.model_validate(span) for span in row["entities"])
        for row in table
    }
    base = tiny_model(folder / "base", "bert")
    return corpus, notes, lambda: Encoder.load(str(base), device="cpu")


def strict_f1(suggester, notes):
    hits = both = 0
    for note, spans in notes.items():
        found = suggester.suggestion(note)
        hits += len({one.place for one in found} & {one.place for one in spans})
        both += len(found) + len(spans)
    return 2 * hits / both


def test_spans_of_other_notes_are_found(made):
    corpus, notes, load = made
    every = list(notes)
    tagger = fitted_tagger(Texts(corpus), {note.note_id: notes[note] for note in every[:40]}, load)
    suggester = TaggerSuggester(tagger, tagger.types)
    assert strict_f1(suggester, {note: notes[note] for note in every[40:]}) > 0.8
    assert all(0 <= one.confidence <= 1 for one in suggester.suggestion(every[50]))
    assert suggester.suggestion(every[50]) is suggester.suggestion(every[50])
    first = tagger.types[:1]
    some = [one for note in every[40:] for one in TaggerSuggester(tagger, first).suggestion(note)]
    assert some and {one.type for one in some} == {*first}  # what the column does not declare is not suggested


def test_nothing_is_learned_from_too_few_notes_or_from_notes_without_spans(made):
    corpus, notes, load = made
    ids = [note.note_id for note in notes]
    few = {note.note_id: notes[note] for note in list(notes)[: FEWEST - 1]}
    assert fitted_tagger(Texts(corpus), few, load) is None
    assert fitted_tagger(Texts(corpus), dict.fromkeys(ids, ()), load) is None
