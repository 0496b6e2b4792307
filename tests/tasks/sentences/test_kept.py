"""Classifiers of sentences in a folder and back: the same labels, and nothing that is broken is used."""

from __future__ import annotations

import json

import pytest

from tests.fixtures.models import tiny_model
from tests.fixtures.sentences import sentence_corpus
from tests.tasks.sentences.test_kind import QUICK, RUN, gold_of, model_of, task_of
from wardspace.config.fields import FieldsConfig
from wardspace.core.errors import ModelError
from wardspace.corpus.note.sentences import Sentence, sentences
from wardspace.tasks import kind_of, no_model
from wardspace.tasks.fields.extractor import Extractor
from wardspace.tasks.sentences.kept import SentenceClassifier, load_sentences

SHORT = {**QUICK, "epochs": 3}


@pytest.fixture(scope="module")
def corpus(tmp_path_factory):
    return sentence_corpus(tmp_path_factory.mktemp("marked") / "corpus", gap=".\n\n")


@pytest.fixture(scope="module")
def kept(corpus, tmp_path_factory):
    """A classifier of each setting, as it was fitted and where it was kept."""
    folder, found = tmp_path_factory.mktemp("kept"), {}
    model = model_of(corpus, tiny_model(folder / "model"))
    for name, tune in {"head": {}, "finetune": SHORT, "lora": {**SHORT, "lora": {"rank": 4}}}.items():
        task = task_of(settings=["head" if name == "head" else "finetune"], keep=True, finetune=tune)
        (setting,), gold = kind_of(task).settings(task), gold_of(corpus, task)
        fitted = setting.fit(model, gold, RUN, folder / "work", show_progress=False)
        setting.save(fitted, folder / name, RUN)
        found[name] = fitted, folder / name
    return found


def texts_of(corpus):
    return [*corpus.table(["text"])["text"].to_pylist(), "", "胸痛 fever", "no acute distress " * 40]


@pytest.mark.parametrize("name", ["head", "finetune", "lora"])
def test_the_same_labels_before_and_after(corpus, kept, name):
    fitted, folder = kept[name]
    before = SentenceClassifier(fitted.head, fitted.deciding).labels(texts_of(corpus))
    after = load_sentences(folder).labels(texts_of(corpus))
    assert sum(len(each) for each in before) > 20
    for one, other in zip(before, after, strict=True):
        assert [each[:3] for each in one] == [each[:3] for each in other]
        assert [each.confidence for each in one] == pytest.approx([each.confidence for each in other], abs=1e-6)


def test_labels_of_texts_are_those_of_the_corpus(corpus, kept):
    """Sentences that are found are those that are marked, but for the full stop."""
    fitted, folder = kept["head"]
    asked = gold_of(corpus, task_of()).units("test")
    texts = asked.texts.of(asked.rows)
    marked = [one for own in asked.sentences for one in own]
    split = [one for text in texts for one in sentences(text)]
    assert [Sentence(one.start, one.end - 1) for one in split[:2]] == marked[:2]
    found = fitted.head.probabilities(texts, [sentences(text) for text in texts])
    said = [tuple(row) for row in (fitted.deciding.probabilities(found) >= fitted.deciding.threshold).tolist()]
    labelled = {
        (note, one.start): one.label for note, own in enumerate(load_sentences(folder).labels(texts)) for one in own
    }
    assert len(labelled) == sum(any(row) for row in said)


def test_fields_are_filled_with_sentences(corpus, kept):
    loaded = kind_of(task_of()).load(kept["finetune"][1])
    fields = FieldsConfig.model_validate({"fields": [{"name": "drugs", "from": {"sentence": "drug"}}]})
    texts = texts_of(corpus)[:8]
    records = list(Extractor(fields, {"labels": loaded}).records(texts))
    expected = [[one for one in own if one.label == "drug"] for own in loaded.labels(texts)]
    assert any(expected)
    for text, record, own in zip(texts, records, expected, strict=True):
        values = record.fields["drugs"]
        assert [(one.value, one.start, one.end) for one in values] == [
            (text[one.start : one.end], one.start, one.end) for one in own
        ]


def test_what_is_kept_holds_no_text_and_is_for_its_owner_alone(kept):
    for _, folder in kept.values():
        assert folder.stat().st_mode & 0o077 == 0
        for path in (path for path in folder.rglob("*") if path.is_file() and "token" not in path.name):
            assert b"penicillin" not in path.read_bytes()


def test_what_reads_words_is_not_kept(corpus, tmp_path):
    task = task_of(baselines=["tfidf"])
    tfidf, _ = kind_of(task).settings(task)
    with pytest.raises(ValueError, match="texts"):
        tfidf.fit(no_model("tfidf"), gold_of(corpus, task), RUN, tmp_path).save(tmp_path / "x", RUN)
    with pytest.raises(ValueError, match="keep"):
        task_of(keep=True)


@pytest.mark.parametrize(
    "change",
    [
        {"kind": "entities"},
        {"classes": ["drug"]},
        {"classes": ["sign", "drug"]},
        {"threshold": [0.5]},
        {"slopes": [None, 1.0]},
        {"more": 1},
    ],
)
def test_a_broken_folder_is_refused(kept, change):
    path = kept["head"][1] / "fitted.json"
    sound = path.read_text()
    path.write_text(json.dumps(json.loads(sound) | change))
    try:
        with pytest.raises(ModelError):
            load_sentences(path.parent)
    finally:
        path.write_text(sound)
