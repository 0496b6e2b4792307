"""One reading of a document scores all its pairs: the same as windows read one at a time."""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest
import torch
from transformers import AutoModel, AutoTokenizer

from tests.fixtures.models import FAMILIES, sample_texts, tiny_model
from wardspace.config import EncoderConfig
from wardspace.models import Encoder
from wardspace.models.tokens import affixes
from wardspace.models.windows import spans
from wardspace.objectives.supervised.pair_head import PairHead, gaps_of, merged
from wardspace.objectives.supervised.relation_classification import windows_of
from wardspace.tasks.entities.mentions import Mention
from wardspace.tasks.relations.candidates import Pairing
from wardspace.tasks.relations.documents import document_of
from wardspace.tasks.relations.marked import MarkedScorer, pairs_of
from wardspace.tasks.relations.marking import Marking

TEXTS = [*sample_texts(3, 50), "fever"]


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("merge", ["logsumexp", "max"])
def test_all_pairs_of_all_texts_as_plain_transformers_scores_them_one_at_a_time(tmp_path, family, merge):
    folder = tiny_model(tmp_path / "model", family)
    encoder = Encoder.load(folder, EncoderConfig(window=40), device="cpu")
    encoder.read = partial(encoder.read, precision="fp32")
    head = PairHead(encoder.dimension, ("none", "treats", "causes"), 0).eval()
    with torch.no_grad():
        head.out.weight.mul_(20)
    documents = []
    for text in TEXTS:
        words = [(text.index(word, at), len(word)) for at, word in words_of(text)]
        marks = [Mention(start, start + size, ("Drug", "Sign")[i % 2]) for i, (start, size) in enumerate(words[::4])]
        documents.append(document_of(text, marks, "concepts"))
    pairing = Pairing(frozenset({("Drug", "Sign"), ("Sign", "Sign")}), directed=True)
    candidates = [pairing.candidates(one) for one in documents]
    marking = Marking(encoder.tokenizer, ("Drug", "Sign"))
    found = list(MarkedScorer(encoder, head, marking, 0.5, merge)(TEXTS, documents, candidates))
    plain, around = AutoModel.from_pretrained(folder).eval(), affixes(AutoTokenizer.from_pretrained(folder))
    seen = unheld = 0
    for text, document, own, scores in zip(
        marking.marked(TEXTS, [one.mentions for one in documents]), documents, candidates, found, strict=True
    ):
        plan, pairs = spans(len(text.ids), 40 - around.count, 0.5), pairs_of(document, own)
        windows = windows_of(pairs, text.markers, plan, len(text.ids))
        single = {}
        for (one, other, owner, *counts), window in zip(pairs.tolist(), windows.tolist(), strict=True):
            if window >= 0:
                start, end = plan[window]
                ids = torch.tensor([[*around.before, *text.ids[start:end].tolist(), *around.after]])
                with torch.no_grad():
                    tokens = plain(input_ids=ids).last_hidden_state[0]
                    at = text.markers[[one, other]]
                    both = np.stack([at, np.minimum(text.ends[[one, other]], end)], axis=1) - start + len(around.before)
                    gap, which = torch.from_numpy(gaps_of(at[:1], at[1:])), torch.tensor([[0, 1]])
                    scored = head(tokens, torch.from_numpy(both), which, gap, torch.tensor([counts]))
                    single.setdefault(owner, []).append(scored)
        for owner, probabilities in enumerate(scores.probabilities):
            if owner in single:
                groups = torch.zeros(len(single[owner]), dtype=torch.int64)
                expected = merged(torch.cat(single[owner]), groups, 1, merge)[0].softmax(0).detach().numpy()
                assert probabilities == pytest.approx(expected, abs=1e-4)
            else:
                assert probabilities.tolist() == [1, 0, 0]
        seen, unheld = seen + len(single), unheld + scores.unheld
        assert scores.unheld == len(own) - len(single)
    assert seen > 20 and unheld > 0


def words_of(text):
    at = 0
    for word in text.split():
        yield at, word
        at += len(word) + 1


def test_sequences_are_read_in_their_order_whatever_their_lengths(tmp_path):
    folder = tiny_model(tmp_path / "model")
    encoder = Encoder.load(folder, EncoderConfig(window=40, batch_tokens=60), device="cpu")
    random = np.random.default_rng(0)
    sequences = [random.integers(5, 50, size).astype(np.int32) for size in (3, 38, 0, 17, 1)]
    plain, around = AutoModel.from_pretrained(folder).eval(), affixes(encoder.tokenizer)
    for ids, found in zip(sequences, encoder.read(sequences, precision="fp32"), strict=True):
        with torch.no_grad():
            whole = plain(input_ids=torch.tensor([[*around.before, *ids.tolist(), *around.after]])).last_hidden_state[0]
        expected = whole[len(around.before) : len(around.before) + len(ids)]
        assert np.allclose(found, expected, atol=1e-4) and found.shape == (len(ids), encoder.dimension)
