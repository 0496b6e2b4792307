import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.corpus.annotation.made import COLUMNS, DRUGS, TEXTS, URGENCY, corpus_of, said, spans
from wardspace.core.errors import CorpusError
from wardspace.corpus import Corpus
from wardspace.corpus.annotation import Answers, annotation_file
from wardspace.corpus.corpus import SplitView


@pytest.fixture
def corpus(tmp_path):
    made = corpus_of(tmp_path / "corpus")
    with annotation_file(made.folder, "ann") as file:
        for line in (said("plain", spans("plain")), said("chinese", ()), said("plain", "urgent")):
            file.add(line)
        file.add(said("astral", "urgent", text="other words"))
        file.add(said("gone", "urgent", text=""))
    return made


def stored(corpus, name, values):
    """Give the corpus a column of its source."""
    path = corpus.folder / "notes" / "part-00000.parquet"
    pq.write_table(pq.read_table(path).append_column(name, values), path)
    return Corpus.open(corpus.folder)


def column(corpus, name, **options):
    table = corpus.table(["note_id", name], **options)
    return dict(zip(*(one.to_pylist() for one in table.columns), strict=True))


def plain(note_id):
    return [span.model_dump() for span in spans(note_id)]


def test_columns_that_the_source_lacks_are_those_of_people_and_else_unknown(corpus):
    answers = Answers.of(corpus, COLUMNS)
    seen = corpus.with_overlay(answers)
    nothing = dict.fromkeys(TEXTS)
    assert column(seen, "drugs") == nothing | {"plain": plain("plain"), "chinese": []}
    assert column(seen, "urgency") == nothing | {"plain": "urgent"}
    assert answers.stale == {"drugs": 0, "urgency": 2}
    assert answers.splits == {"drugs": {"train": 1, "test": 1}, "urgency": {"train": 1}}
    assert seen.schema.names[-2:] == ["drugs", "urgency"]
    assert seen.table().column_names == seen.schema.names
    assert seen.table(["drugs"], splits=["test"])["drugs"].to_pylist() == [[], None]
    assert seen.table(["text"]).equals(corpus.table(["text"]))


def test_a_view_of_some_splits_has_them_too(corpus):
    view = SplitView(corpus.with_overlay(Answers.of(corpus, COLUMNS)), ["train"])
    assert column(view, "urgency") == {"plain": "urgent", "astral": None, "breaks": None}


def test_people_are_believed_more_than_the_source(corpus):
    kind = pa.list_(pa.struct([("start", pa.int64()), ("end", pa.int64()), ("type", pa.string()), ("id", pa.string())]))
    own = [{"start": 0, "end": 3, "type": "Drug", "id": "T1"}]
    corpus = stored(corpus, "drugs", pa.array([own] * len(TEXTS), kind))
    corpus = stored(corpus, "urgency", pa.array(["routine"] * len(TEXTS)))
    seen = corpus.with_overlay(Answers.of(corpus, COLUMNS))
    marked = [{**span, "id": None} for span in plain("plain")]
    assert column(seen, "drugs") == dict.fromkeys(TEXTS, own) | {"plain": marked, "chinese": []}
    assert column(seen, "urgency") == dict.fromkeys(TEXTS, "routine") | {"plain": "urgent"}


def test_the_digest_changes_with_the_answers_of_its_columns_alone(corpus):
    seen = corpus.with_overlay(Answers.of(corpus, COLUMNS))
    before = {name: seen.overlaid([name]) for name in COLUMNS}
    assert seen.overlaid(["text"]) is None
    with annotation_file(corpus.folder, "ben") as file:
        file.add(said("breaks", "routine", "ben"))
    seen = corpus.with_overlay(Answers.of(corpus, COLUMNS))
    assert seen.overlaid(["drugs"]) == before["drugs"]
    assert seen.overlaid(["urgency"]) != before["urgency"]
    assert seen.content_hash == corpus.content_hash


def test_a_column_that_holds_something_else_is_refused(corpus):
    with pytest.raises(CorpusError, match="taken"):
        Answers.of(corpus, {"text": DRUGS})
    kind = pa.list_(pa.struct([("start", pa.int64()), ("end", pa.int64())]))
    corpus = stored(corpus, "drugs", pa.array([None] * len(TEXTS), kind))
    for config in (DRUGS, URGENCY):
        with pytest.raises(CorpusError, match="something else"):
            Answers.of(corpus, {"drugs": config})
