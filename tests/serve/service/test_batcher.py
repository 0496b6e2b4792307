"""Texts of many requests in one batch: the vectors of `Encoder.encode`, and nobody pays for another."""

import threading
from concurrent.futures import wait

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.fixtures.models import sample_texts
from wardspace.config import EncoderConfig
from wardspace.models import Encoder
from wardspace.serve.service.batcher import Batcher, Job, QueueFullError, alike

SHORT, LONG = sample_texts(12), " ".join(sample_texts(40, words=30))


class Recorded:
    """An encoder whose vectors are the first token of a window; it waits at a gate and keeps what it was asked."""

    normalise, dimension, specials, pass_tokens = False, 2, 2, 64

    def __init__(self):
        self.gate, self.batches, self.bad = threading.Event(), [], -1

    def embed_windows(self, pieces, precision="auto"):
        self.gate.wait(10)
        self.batches.append([int(piece[0]) for piece in pieces])
        if any(piece[0] == self.bad for piece in pieces):
            raise RuntimeError("this window cannot be read")
        return np.asarray([[piece[0], 1.0] for piece in pieces], dtype=np.float32)


def _text(mark, windows=1, tokens=14):
    return [np.full(tokens, mark, np.int32) for _ in range(windows)]


@pytest.fixture
def recorded():
    encoder = Recorded()
    batcher = Batcher(encoder, queue_tokens=400)
    yield encoder, batcher
    encoder.gate.set()
    batcher.close()


def test_vectors_equal_those_of_encode_whatever_is_read_with_them(tiny):
    encoder = Encoder.load(tiny, EncoderConfig(window=34, overlap=0.25), device="cpu")
    batcher = Batcher(encoder, queue_tokens=10**6, precision="fp32")
    requests = [[LONG], SHORT[:3], [""], [SHORT[3], LONG[: len(LONG) // 2]], SHORT[4:]]
    jobs = [batcher.submit(encoder.windows(texts)) for texts in requests]
    wait([job.future for job in jobs], 60)
    batcher.close()
    for texts, job in zip(requests, jobs, strict=True):
        vectors = job.future.result()
        if encoder.normalise:
            vectors = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
        assert np.abs(vectors - encoder.encode(texts, precision="fp32")).max() < 1e-5
    assert batcher.waiting_tokens == 0


def test_a_sentence_does_not_wait_for_a_long_request(recorded):
    encoder, batcher = recorded
    long = batcher.submit([_text(1, windows=20)])
    short = batcher.submit([_text(2)])
    encoder.gate.set()
    wait([long.future, short.future], 10)
    turn = next(place for place, batch in enumerate(encoder.batches) if 2 in batch)
    assert turn <= 1  # the first batch may have begun before it came
    assert len(encoder.batches) > 5
    assert short.future.result().tolist() == [[2.0, 1.0]]


def test_a_request_that_cannot_be_read_costs_no_other(recorded):
    encoder, batcher = recorded
    encoder.bad = 7
    jobs = [batcher.submit([_text(mark)]) for mark in (5, 7, 9)]
    encoder.gate.set()
    wait([job.future for job in jobs], 10)
    assert [job.future.exception() is None for job in jobs] == [True, False, True]
    again = batcher.submit([_text(3)])
    assert again.future.result(10)[0, 0] == 3


def test_a_full_queue_refuses_and_says_when_to_come_again(recorded):
    encoder, batcher = recorded
    first = batcher.submit([_text(1, windows=50)])  # alone, it may be longer than the queue
    with pytest.raises(QueueFullError) as caught:
        batcher.submit([_text(2)])
    assert caught.value.seconds >= 1
    encoder.gate.set()
    first.future.result(10)
    assert batcher.submit([_text(2)]).future.result(10)[0, 0] == 2


def test_a_client_that_hangs_up_is_read_no_further(recorded):
    encoder, batcher = recorded
    gone, stays = batcher.submit([_text(1, windows=20)]), batcher.submit([_text(2)])
    gone.future.cancel()
    encoder.gate.set()
    stays.future.result(10)
    batcher.close()
    assert sum(mark == 1 for batch in encoder.batches for mark in batch) <= 8  # two turns at most
    assert batcher.waiting_tokens == 0


def test_what_waits_is_answered_before_it_ends(recorded):
    encoder, batcher = recorded
    jobs = [batcher.submit([_text(mark, windows=3)]) for mark in range(5)]
    encoder.gate.set()
    batcher.close()
    assert all(job.future.done() and job.future.exception() is None for job in jobs)
    with pytest.raises(QueueFullError):
        batcher.submit([_text(1)])


@given(lengths=st.lists(st.integers(1, 300), max_size=40), budget=st.integers(1, 500))
@settings(max_examples=60, deadline=None)
def test_batches_hold_every_window_once_and_little_padding(lengths, budget):
    job = Job([[np.zeros(length, np.int32) for length in lengths]], 1, 0)
    batches = alike([(job, place) for place in range(len(lengths))], budget)
    assert sorted(place for batch in batches for _, place in batch) == list(range(len(lengths)))
    for batch in batches:
        own = [lengths[place] for _, place in batch]
        assert min(own) >= max(own) / 2
        assert len(batch) == 1 or len(batch) * max(own) <= budget
