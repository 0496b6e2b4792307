"""Which notes are drawn, for whom, and what a model says of them."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from tests.fixtures.studies import small_study
from wardspace.core.errors import CorpusError, StudyError
from wardspace.corpus import Corpus
from wardspace.corpus.annotation import Annotations, MarkedSpan
from wardspace.corpus.annotation.batches import batch_file
from wardspace.corpus.annotation.session import Answer, session_notes
from wardspace.objectives.supervised.token_classification import strict_f1
from wardspace.study import Study
from wardspace.study.commands.annotate import Wish, adjudication_session, annotated_column, annotation_session
from wardspace.tasks.annotation.tagger import TaggerSuggester
from wardspace.tasks.entities.kept import load_tagger

ANNOTATIONS = {
    "urgency": {"kind": "label", "types": ["routine", "urgent"]},
    "findings": {"kind": "spans", "types": ["Finding"]},
}

QUICK = {"models": ["base"], "seeds": 1, "epochs": 4, "learning_rate": 3e-3, "batch_notes": 4, "patience": None}


@pytest.fixture
def study(tmp_path):
    values = small_study(tmp_path, adapt=[], tasks=[{"name": "how_urgent", "label": "urgency"}])
    values["corpus"]["annotations"] = ANNOTATIONS
    return Study.parse(values, tmp_path / "run")


def wish(column="urgency", annotator="ann", **changes):
    asked = {"order": "active", "split": "train", "count": 6, "suggest": True}
    return Wish(column, annotator, **{**asked, **changes})


def labelled(note):
    return "urgent" if "pain" in note.text else "routine"


def worked(study, asked, answer=labelled):
    """Annotate all notes of a session; their ids."""
    with annotation_session(study, asked) as session:
        for number, note in enumerate(session.notes):
            session.annotate(number, Answer(value=answer(note), seconds=1))
        return [note.note_id for note in session.notes]


def split_of(study):
    table = Corpus.open(study.folder.corpus).table(["note_id", "split"])
    return dict(zip(*(one.to_pylist() for one in table.columns), strict=True))


def test_every_annotator_gets_the_same_notes_and_then_the_next(study):
    first = worked(study, wish())
    assert len(set(first)) == 6
    assert {split_of(study)[note_id] for note_id in first} == {"train"}
    assert worked(study, wish(annotator="ben")) == first
    second = worked(study, wish(annotator="ben"))
    assert not set(first) & set(second)
    assert worked(study, wish()) == second
    with annotation_session(study, wish()) as session:
        session.annotate(0, Answer(value="urgent", seconds=1))
        half = [note.note_id for note in session.notes]
    with annotation_session(study, wish(count=20)) as session:
        assert [note.note_id for note in session.notes] == half
        assert session.states == ["done"] + ["open"] * 5


def test_an_honest_test_set_is_drawn_by_lot_from_the_test_split(study):
    first = worked(study, wish(order="random", split="test", suggest=False))
    assert {split_of(study)[note_id] for note_id in first} == {"test"}
    again = worked(study, wish(order="random", split="test", annotator="ben"))
    assert again == first
    with batch_file(study.folder.corpus) as file:
        assert [(one.order, one.split, one.model) for one in file.lines] == [("random", "test", None)]
    rest = [name for name, split in split_of(study).items() if split == "test" and name not in first]
    assert set(worked(study, wish(order="random", split="test", count=999))) == set(rest)
    with pytest.raises(CorpusError, match="every note of the test split"):
        worked(study, wish(order="random", split="test"))


def unit(vectors):
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def test_the_next_notes_are_uncertain_and_far_from_each_other(study):
    first = worked(study, wish(count=10))
    second = worked(study, wish(count=5))
    split = split_of(study)
    ids, vectors = list(split), np.load(study.folder.vectors("base")).astype(np.float64)
    train = np.array([one == "train" for one in split.values()])
    texts = dict(
        zip(
            *(one.to_pylist() for one in Corpus.open(study.folder.corpus).table(["note_id", "text"]).columns),
            strict=True,
        )
    )
    centred = vectors - vectors[train].mean(axis=0)
    features = centred / np.sqrt((centred[train] ** 2).sum(axis=1).mean())
    rows = [ids.index(note_id) for note_id in first]
    labels = ["urgent" if "pain" in texts[note_id] else "routine" for note_id in first]
    model = LogisticRegression(C=10, class_weight="balanced", max_iter=1000).fit(features[rows], labels)
    ordered = np.sort(model.predict_proba(features), axis=1)
    weights, chosen = 1 - (ordered[:, 1] - ordered[:, 0]), list(rows)
    distances = np.linalg.norm(unit(vectors)[:, None] - unit(vectors)[None], axis=2)
    for note_id in second:
        scores = np.where(train, weights * distances[:, chosen].min(axis=1), -1)
        scores[chosen] = -1
        assert scores[ids.index(note_id)] == pytest.approx(scores.max(), rel=1e-2)
        chosen.append(ids.index(note_id))


def test_what_one_annotator_said_is_not_suggested_to_another(study):
    first_word = (MarkedSpan(start=0, end=4, type="Finding"),)  # the same in all notes
    worked(study, wish("findings"), lambda _: first_word)
    with annotation_session(study, wish("findings", "ben")) as session:
        assert session.suggestion(0) == ()
        session.annotate(0, Answer(value=first_word, seconds=1))
        assert [one.place for one in session.suggestion(1)] == [(0, 4, "Finding")]  # from the annotator's own work
    worked(study, wish("findings", "ben"), lambda _: first_word)
    with annotation_session(study, wish("findings", "ben")) as session:
        assert session.suggestion(0) != ()  # another batch: what was said of the first may be known
    worked(study, wish())
    with annotation_session(study, wish(annotator="ben")) as session:
        assert session.suggestion(0) is None


def test_spans_are_suggested_by_a_tagger_once_there_are_enough(study):
    def first_word(_):
        return (MarkedSpan(start=0, end=4, type="Finding"),)

    worked(study, wish("findings", count=24), first_word)
    with annotation_session(study, wish("findings", "ann")) as session:
        assert [[one.place for one in session.suggestion(number)] for number in range(6)] == [[(0, 4, "Finding")]] * 6
        assert isinstance(session._suggest, TaggerSuggester)
    with annotation_session(study, wish("findings", "ben")) as session:
        assert session.suggestion(0) == ()  # the first batch again, which only the other knows


def test_a_tagger_that_a_task_kept_suggests_where_it_cannot_know_too_much(study, tmp_path):
    def first_word(_):
        return (MarkedSpan(start=0, end=4, type="Finding"),)

    worked(study, wish("findings", order="random", split="test", count=999), first_word)
    validation = worked(study, wish("findings", order="random", split="validation", count=999), first_word)
    first = worked(study, wish("findings", count=24), first_word)
    values = study.config.resolved()
    task = {"kind": "entities", "name": "marks", "spans": "findings", "keep": True, "baselines": []}
    values["tasks"] = [task | {"settings": ["head", "finetune"], "finetune": QUICK}]
    keeping = Study.parse(values, tmp_path / "run")
    keeping.run("evaluate")

    def said(session):
        return [one.confidence for one in session.suggestion(0)]

    with annotation_session(keeping, wish("findings")) as session:
        assert not {note.note_id for note in session.notes} & set(first)
        taggers = [load_tagger(path) for path in sorted(keeping.folder.models.glob("marks-base-*"))]
        texts = [one.text for one in session_notes(Corpus.open(keeping.folder.corpus), validation)]
        scores = [strict_f1([[(0, 4, 0)]] * len(texts), [[(one.start, one.end, 0) for one in found]
                  for found in each.mentions(texts)]) for each in taggers]  # fmt: skip
        best = max(range(2), key=lambda at: (scores[at], at))
        assert len(taggers) == 2
        tagger = taggers[best]
        assert said(session) == [one.confidence for (one,) in tagger.mentions([session.notes[0].text])]
    with annotation_session(keeping, wish("findings", "ben")) as session:
        assert {note.note_id for note in session.notes} == set(first)
        # it has learned from these notes what the other said, and must not tell
        assert said(session) != [one.confidence for (one,) in tagger.mentions([session.notes[0].text])]


def test_labels_are_suggested_by_what_was_learned(study):
    worked(study, wish(count=30))
    with annotation_session(study, wish(count=10)) as session:
        suggested = [session.suggestion(number) for number in range(len(session.notes))]
    assert {one.type for one in suggested} <= {"routine", "urgent"}
    assert all(0.5 <= one.confidence <= 1 for one in suggested)
    with annotation_session(study, wish(suggest=False)) as session:
        assert session.suggestion(0) is None


def test_the_best_scored_model_gives_the_vectors(study, tmp_path):
    worked(study, wish(order="random", count=999))
    for split in ("validation", "test"):
        worked(study, wish(order="random", split=split, count=999))
    values = study.config.resolved()
    values["compare"] = [{"name": "twin", "model": values["base"]}]
    both = Study.parse(values, tmp_path / "run")
    both.run("evaluate")
    with pytest.raises(CorpusError, match="every note"):
        worked(both, wish())
    with annotation_session(both, wish("findings")) as session:
        assert len(session.notes) == 6
    with batch_file(study.folder.corpus) as file:
        assert file.lines[-1].model == "base"


def test_where_annotators_differ_somebody_decides(study):
    with pytest.raises(CorpusError, match="no note on which annotators differ"), adjudication_session(study, "urgency"):
        pass
    notes = worked(study, wish(), lambda _: "urgent")
    worked(study, wish(annotator="ben"), lambda note: "urgent" if note.note_id in notes[:4] else "routine")
    with adjudication_session(study, "urgency") as session:
        assert {note.note_id for note in session.notes} == set(notes[4:])
        assert list(session.sides.values()) == [["urgent", "routine"]] * 2
        session.annotate(0, Answer(value="routine", seconds=1))
        decided = session.notes[0].note_id
    with adjudication_session(study, "urgency") as session:
        assert [note.note_id for note in session.notes] == [name for name in sorted(notes[4:]) if name != decided]
    assert Annotations.read(study.folder.corpus).gold("urgency", "label")[decided].annotator == "adjudicated"


def test_the_same_annotator_works_once_at_a_time(study):
    with annotation_session(study, wish()):
        with pytest.raises(CorpusError, match="another process"), annotation_session(study, wish()):
            pass
        with annotation_session(study, wish(annotator="ben")):
            pass


def test_the_column_is_that_of_the_task_or_the_only_one(study, tmp_path):
    assert annotated_column(study.config, "how_urgent") == annotated_column(study.config, "urgency") == "urgency"
    assert annotated_column(study.config, "findings") == "findings"
    for name in (None, "area"):
        with pytest.raises(StudyError):
            annotated_column(study.config, name)
    values = study.config.resolved() | {"tasks": []}
    values["corpus"]["annotations"] = {"findings": ANNOTATIONS["findings"]}
    assert annotated_column(Study.parse(values, tmp_path).config, None) == "findings"
