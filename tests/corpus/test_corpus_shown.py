import pytest

from tests.fixtures.corpora import small_corpus
from wardspace.core.errors import CorpusError
from wardspace.corpus.corpus import SplitView


@pytest.fixture(scope="module")
def corpus(tmp_path_factory):
    return small_corpus(tmp_path_factory.mktemp("notes") / "corpus")


def splits(corpus, asked=None):
    return set(corpus.table(["split"], asked)["split"].to_pylist())


def test_what_is_not_shown_cannot_be_read(corpus):
    shown = SplitView(corpus, ["train", "validation"])
    assert splits(shown) == {"train", "validation"}
    assert splits(shown, ["validation", "test"]) == {"validation"}
    assert splits(shown, ["test"]) == set()
    assert splits(corpus) == {"train", "validation", "test"}


def test_notes_keep_their_order(corpus):
    shown = SplitView(corpus, ["validation"])
    assert shown.table(["note_id"]) == corpus.table(["note_id"], ["validation"])


def test_an_unknown_split_is_told(corpus):
    with pytest.raises(CorpusError, match="tests"):
        SplitView(corpus, ["tests"])
    with pytest.raises(CorpusError, match="tests"):
        SplitView(corpus, ["train"]).table(splits=["tests"])
