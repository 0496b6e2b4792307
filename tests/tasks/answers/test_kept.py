"""Readers in a folder and back: the same answers, and nothing that is broken is used."""

from __future__ import annotations

import shutil

import pytest

from tests.fixtures.models import tiny_model
from tests.fixtures.questions import ASKED, asked_corpus
from tests.tasks.answers.test_kind import ENCODER, QUICK, gold_of, task_of
from tests.tasks.entities.test_kept import drop, heads, spoil
from wardspace.core.errors import ModelError
from wardspace.models import Encoder
from wardspace.tasks import EvaluatedModel, RunKey, kind_of
from wardspace.tasks.answers.fitted import FittedReader
from wardspace.tasks.answers.kept import load_reader, save_reader
from wardspace.tasks.columns import objects
from wardspace.tasks.fields.filler import ReadNote

RUN = RunKey("asked", "mlm", "head", None, 0)
QUESTIONS = [*ASKED.values(), ""] * 3


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    """A reader of each kind, as it was fitted and where it was kept; and texts."""
    folder = tmp_path_factory.mktemp("readers")
    corpus, path = asked_corpus(folder / "corpus", 40, words=3, named=0.9), tiny_model(folder / "model")
    split = objects(corpus.table(["split"])["split"])
    model = EvaluatedModel("mlm", list, lambda: Encoder.load(path, ENCODER), split, (str(path), ENCODER))
    found = {}
    variants = {
        "linear": {"settings": ["head"]},
        "lora": {"settings": ["finetune"], "finetune": {**QUICK, "epochs": 1, "lora": {"rank": 4}}, "max_answer": 9},
    }
    for name, options in variants.items():
        task = task_of(keep=True, **options)
        (setting,) = kind_of(task).settings(task)
        fitted = setting.fit(model, gold_of(corpus, task), RUN, folder / "work", show_progress=False)
        setting.save(fitted, folder / name, RUN)
        found[name] = fitted, folder / name
    texts = corpus.table(["text"])["text"].to_pylist()[:6]
    return found, [*texts, "", "胸痛 fever", "no acute distress " * 40]


@pytest.mark.parametrize("name", ["linear", "lora"])
def test_the_same_answers_before_and_after(kept, name):
    (fitted, folder), texts = kept[0][name], kept[1]
    before, after = (list(one.answers(QUESTIONS, texts)) for one in (fitted, load_reader(folder)))
    assert sum(one.start is not None for one in before) > 2
    assert [one[:2] for one in before] == [one[:2] for one in after]
    assert [one.confidence for one in before] == pytest.approx([one.confidence for one in after], abs=1e-3)
    assert all(
        one.start is None or 0 <= one.start < one.end <= len(text) for one, text in zip(before, texts, strict=True)
    )
    assert before[6].start is None  # nothing can be read
    assert folder.stat().st_mode & 0o077 == 0


def test_a_kept_reader_fills_fields(kept):
    fitted, texts = kept[0]["linear"][0], kept[1]
    asked = list(ASKED.values())
    found = list(fitted.found([ReadNote(text, []) for text in texts], asked))
    said = iter(fitted.answers(asked * len(texts), [text for text in texts for _ in asked]))
    for text, own in zip(texts, found, strict=True):
        answers = [(one, question) for question in asked if (one := next(said)).start is not None]
        assert [(one.value, one.start, one.type) for one in own] == [
            (text[answer.start : answer.end], answer.start, question) for answer, question in answers
        ]


@pytest.mark.parametrize(
    "broken",
    [
        drop("fitted.json"),
        drop("heads.safetensors"),
        lambda folder: spoil(folder, "fitted.json", lambda it: it.update(kind="entities")),
        lambda folder: spoil(folder, "fitted.json", lambda it: it.update(overlap=1.0)),
        lambda folder: spoil(folder, "fitted.json", lambda it: it.update(longest=0)),
        lambda folder: spoil(folder, "fitted.json", lambda it: it.update(threshold="NaN")),
        heads(lambda it: {name: value[:-1].contiguous() for name, value in it.items()}),
    ],
)
def test_a_broken_folder_is_refused(kept, tmp_path, broken):
    folder = shutil.copytree(kept[0]["lora"][1], tmp_path / "folder")
    broken(folder)
    with pytest.raises(ModelError):
        load_reader(folder)


def test_a_baseline_is_not_kept(tmp_path):
    with pytest.raises(ValueError, match="sentence"):
        save_reader(FittedReader(lambda passages: []), tmp_path / "x", RUN._replace(setting="sentence"))
