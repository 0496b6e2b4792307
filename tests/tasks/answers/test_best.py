"""The best way to score answers against all ways tried one by one."""

from __future__ import annotations

import pytest
import torch

from tests.fixtures.models import tiny_model
from tests.fixtures.questions import asked_corpus
from tests.tasks.answers.test_kind import ENCODER, gold_of, task_of
from wardspace.models import Encoder
from wardspace.objectives.supervised.question_answering import WEIGHTS
from wardspace.tasks import RunKey
from wardspace.tasks.answers.asked import Passage, Question
from wardspace.tasks.answers.best import best_reader
from wardspace.tasks.answers.fitted import FittedReader
from wardspace.tasks.answers.kept import load_reader, save_reader
from wardspace.tasks.answers.linear import LinearSpans, examples, fitted_spans
from wardspace.tasks.answers.reading import Windowing, WindowReader

HOW = Windowing(0.3, 2)


@pytest.fixture(scope="module")
def asked(tmp_path_factory):
    """Questions, an encoder, and two heads, of which one has hardly learned."""
    folder = tmp_path_factory.mktemp("best")
    corpus, path = asked_corpus(folder / "corpus", 80, words=30), tiny_model(folder / "model")
    encoder, gold = Encoder.load(path, ENCODER), gold_of(corpus, task_of())
    known = examples(encoder, gold.units("train"), HOW, 1.0)
    return gold.units("validation"), encoder, [fitted_spans(known, strength) for strength in (1e-4, 1.0)]


def test_the_head_and_the_weight_of_the_highest_f1_are_chosen(asked):
    held, encoder, heads = asked
    ways = [WindowReader(encoder, head, HOW, weight) for head in heads for weight in WEIGHTS]
    tried = [FittedReader.calibrated(way, held).validation_f1 for way in ways]
    best = best_reader(encoder, heads, HOW, held, {})
    assert len(set(tried)) > 1
    assert best.validation_f1 == pytest.approx(max(tried), abs=0.01)  # batches of other sizes are read in bfloat16
    own = FittedReader.calibrated(best.read, held)
    assert own.validation_f1 == pytest.approx(best.validation_f1, abs=0.01)


def test_shared_words_find_the_window_where_the_model_knows_nothing(asked):
    encoder, heads = asked[1:]
    blind = LinearSpans(torch.zeros_like(heads[0].weights), torch.zeros(2))
    text = "no acute distress " * 20 + "heart rate " + "no acute distress " * 20
    passage = Passage(text, [Question("", "heart rate", ()), Question("", "penicillin", ())])
    reader = WindowReader(encoder, blind, Windowing(0.3, None))
    (rate, rate_weighed), (other, other_weighed) = reader.in_ways([passage], [0.0, 1000.0])
    assert rate.score < 10 and (other.start, other.score) == (other_weighed.start, other_weighed.score)
    assert 0 <= text.index("heart") - rate_weighed.start < 150
    assert rate_weighed.score > 300


def test_the_weight_is_kept(asked, tmp_path):
    held, encoder, heads = asked
    reader = FittedReader.calibrated(WindowReader(encoder, heads[0], HOW, 16.0), held)
    save_reader(reader, tmp_path / "kept", RunKey("asked", "mlm", "head", None, 0))
    assert load_reader(tmp_path / "kept").read.weight == 16.0
