import json

import pytest

from tests.fixtures.corpora import small_corpus, write_corpus
from wardspace.config import CanaryConfig
from wardspace.core.errors import CorpusError
from wardspace.corpus import Corpus
from wardspace.privacy.canaries import make_canaries, planted

CONFIG = CanaryConfig(count=2, frequencies=[1, 5])


def test_secrets_stand_in_as_many_training_notes_as_asked(tmp_path):
    corpus = small_corpus(tmp_path / "corpus")
    grown = planted(corpus, CONFIG)
    texts = grown.table(["text"], ["train"])["text"].to_pylist()
    for canary in make_canaries(CONFIG):
        assert sum(canary.secret in text for text in texts) == canary.frequency
    assert len(grown) == len(corpus) + 2 * (1 + 5)
    assert grown.table(["note_id"]).num_rows == len(grown)


def test_the_corpus_itself_holds_none(tmp_path):
    corpus = small_corpus(tmp_path / "corpus")
    before = corpus.content_hash
    grown = planted(corpus, CONFIG)
    again = Corpus.open(corpus.folder)
    assert again.content_hash == before != grown.content_hash
    assert again.table().num_rows == len(corpus)
    assert not any("canary" in patient for patient in again.table(["patient_id"])["patient_id"].to_pylist())


def test_nothing_but_training_grows(tmp_path):
    corpus = small_corpus(tmp_path / "corpus")
    grown = planted(corpus, CONFIG)
    for split in ("validation", "test"):
        assert grown.table(["note_id"], [split]).equals(corpus.table(["note_id"], [split]))


def test_the_list_lies_in_the_corpus_folder(tmp_path):
    corpus = small_corpus(tmp_path / "corpus")
    planted(corpus, CONFIG)
    listed = json.loads((corpus.folder / "canaries" / "canaries.json").read_text())
    assert [one["secret"] for one in listed["canaries"]] == [canary.secret for canary in make_canaries(CONFIG)]


def test_other_canaries_replace_those_there(tmp_path):
    corpus = small_corpus(tmp_path / "corpus")
    first = planted(corpus, CONFIG)
    other = CanaryConfig(count=2, frequencies=[1, 5], seed=9)
    second = planted(corpus, other)
    assert first.content_hash != second.content_hash
    texts = " ".join(second.table(["text"], ["train"])["text"].to_pylist())
    assert all(canary.secret in texts for canary in make_canaries(other))
    assert not any(canary.secret in texts for canary in make_canaries(CONFIG))


def test_how_many_candidates_there_are_changes_nothing_that_is_planted(tmp_path):
    corpus = small_corpus(tmp_path / "corpus")
    more = CONFIG.model_copy(update={"candidates": 4095})
    assert planted(corpus, CONFIG).content_hash == planted(corpus, more).content_hash


def test_none_gives_the_corpus_back(tmp_path):
    corpus = small_corpus(tmp_path / "corpus")
    assert planted(corpus, None) is corpus
    assert not (corpus.folder / "canaries").exists()


def test_a_patient_of_a_canarys_name_is_refused(tmp_path):
    name = make_canaries(CONFIG)[0].patient
    rows = [{"note_id": "a", "patient_id": name, "text": "seen today", "split": "train", "note_type": None}]
    corpus = write_corpus(tmp_path / "corpus", rows)
    with pytest.raises(CorpusError, match="canaries"):
        planted(corpus, CONFIG)
