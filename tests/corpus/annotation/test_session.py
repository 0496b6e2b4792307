import pytest

from tests.corpus.annotation.made import COLUMNS, TEXTS, corpus_of, said, spans
from wardspace.core.errors import CorpusError
from wardspace.corpus.annotation import Annotations, SuggestedSpan, annotation_file
from wardspace.corpus.annotation.batches import Batch, batch_file, by_lot
from wardspace.corpus.annotation.session import Answer, Asked, Session, SessionNote, session_notes

NOTES = [SessionNote(name, text) for name, text in TEXTS.items()]


class Suggests:
    """Finds the same in every note, and remembers what it was taught."""

    def __init__(self):
        self.learned = []

    def suggestion(self, note):
        return (SuggestedSpan(start=0, end=3, type="Drug", confidence=0.75),)

    def learn(self, note, value):
        self.learned.append((note.note_id, value))


def session(folder, column="drugs", annotator="ann", **more):
    file = annotation_file(folder, annotator)
    return Session(Asked(column, COLUMNS[column], annotator), NOTES, file, **more), file


def test_answers_are_kept_with_what_was_shown_and_how_long_it_took(tmp_path):
    suggests = Suggests()
    opened, file = session(tmp_path, suggest=suggests)
    with file:
        opened.annotate(0, Answer(value=spans("plain"), seconds=12.34))
        opened.annotate(1, Answer(value=None, seconds=1))
    first, second = file.lines
    assert (first.note_id, first.annotator, first.column, first.kind) == ("plain", "ann", "drugs", "spans")
    assert (first.value, first.seconds, first.shown) == (spans("plain"), 12.3, suggests.suggestion(NOTES[0]))
    assert second.value is None
    assert opened.states[:3] == ["done", "skipped", "open"]
    assert suggests.learned == [("plain", spans("plain")), ("astral", None)]


def test_the_work_goes_on_where_it_ended(tmp_path):
    opened, file = session(tmp_path)
    with file:
        opened.annotate(0, Answer(value=spans("plain"), seconds=1))
        file.add(said("astral", spans("astral"), text="other words"))
        file.add(said("breaks", "urgent"))
    again, file = session(tmp_path)
    with file:
        assert again.states == ["done", *["open"] * 6]
        assert (again.answer(0), again.answer(1)) == (spans("plain"), None)
    labels, file = session(tmp_path, "urgency")
    with file:
        assert labels.states.index("done") == 2


def test_what_does_not_fit_is_not_kept(tmp_path):
    opened, file = session(tmp_path)
    with file, pytest.raises(CorpusError):
        opened.annotate(0, Answer(value="urgent", seconds=1))
    assert opened.states[0] == "open"
    assert Annotations.read(tmp_path).gold("drugs", "spans") == {}


def test_an_annotator_knows_nothing_of_another(tmp_path):
    one, file = session(tmp_path)
    other, others = session(tmp_path, annotator="ben")
    with file, others:
        one.annotate(0, Answer(value=spans("plain"), seconds=1))
        assert (other.states[0], other.answer(0)) == ("open", None)
        other.annotate(0, Answer(value=(), seconds=1))
    again, file = session(tmp_path, annotator="ben")
    with file:
        assert again.answer(0) == ()


def test_notes_come_in_the_order_asked_for_without_those_that_are_gone(tmp_path):
    corpus = corpus_of(tmp_path / "corpus")
    found = session_notes(corpus, ["chinese", "gone", "plain"])
    assert found == [SessionNote("chinese", TEXTS["chinese"]), SessionNote("plain", TEXTS["plain"])]


def test_lots_are_drawn_evenly_and_a_smaller_draw_is_part_of_a_larger_one():
    ids = [f"n{i}" for i in range(200)]
    assert by_lot(ids, 20, 1) == by_lot(ids[::-1], 50, 1)[:20]
    assert by_lot(ids, 20, 1) != by_lot(ids, 20, 2)
    counts = dict.fromkeys(ids, 0)
    for seed in range(400):
        for note_id in by_lot(ids, 50, seed):
            counts[note_id] += 1
    # each of 200 notes is drawn with probability 1/4: five standard deviations of 400 draws
    assert max(abs(count - 100) for count in counts.values()) < 5 * (400 * 0.25 * 0.75) ** 0.5


def test_batches_are_no_annotations(tmp_path):
    with batch_file(tmp_path) as file:
        file.add(Batch.now("drugs", "random", "test", ["a", "b"]))
    with batch_file(tmp_path) as file:
        assert [(one.notes, one.order) for one in file.lines] == [(("a", "b"), "random")]
    assert Annotations.read(tmp_path).by_annotator("drugs", "spans") == {}
