from __future__ import annotations

from itertools import pairwise

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.nn import functional
from torch.nn.utils.rnn import pad_sequence
from transformers import AutoModelForMaskedLM

from tests.fixtures.models import FAMILIES
from tests.fixtures.objectives import random_examples, sequences_of, setting_of, tiny_masked
from wardspace.config import MlmConfig
from wardspace.objectives import Reading, Unit, build
from wardspace.objectives.micro_batches import Batch, TokenLimit, micro_batches


def test_pieces_cover_every_token_once_and_are_nearly_equal(masked):
    objective = build(MlmConfig(), masked, setting_of(masked))
    room = objective.setting.text_window

    @given(st.integers(1, 2000))
    def check(n):
        (example,) = random_examples(masked, [n])
        pieces = objective.pieces(example)
        bounds = [objective._bounds(Reading(example, 0, piece)) for piece in range(pieces)]
        sizes = [end - start for start, end in bounds]
        assert pieces == -(-n // room)
        assert bounds[0][0] == 0
        assert bounds[-1][1] == n
        assert all(a[1] == b[0] for a, b in pairwise(bounds))
        assert max(sizes) - min(sizes) <= 1
        assert max(sizes) <= room

    check()


def padded(batch):
    """All sequences of a batch in one padded rectangle, in its order, with -100 where nothing is to be predicted."""
    ids, labels = {}, {}
    for one in batch.micro_batches:
        wanted = torch.full_like(one.ids, -100)
        wanted[one.targets["positions"]] = one.targets["words"]
        ids |= sequences_of(one)
        lengths = one.layout.lengths.tolist()
        labels |= dict(zip(one.rows.tolist(), wanted.split(lengths), strict=True))
    rows = [torch.tensor(ids[row]) for row in sorted(ids)]
    mask = pad_sequence([torch.ones_like(row) for row in rows], batch_first=True)
    labels = pad_sequence([labels[row] for row in sorted(labels)], batch_first=True, padding_value=-100)
    return pad_sequence(rows, batch_first=True), mask, labels


@pytest.mark.parametrize("tokens", [4096, 40], ids=["one pass", "several"])
@pytest.mark.parametrize("family", FAMILIES)
def test_loss_and_gradients_are_those_of_the_full_model(family, tokens, tmp_path):
    """Of the untouched model, padded, with the scores of every position."""
    masked = tiny_masked(tmp_path, family).double()
    plain = AutoModelForMaskedLM.from_pretrained(tmp_path, dtype=torch.float64).eval()
    setting = setting_of(masked, reading=TokenLimit(tokens=tokens))
    objective = build(MlmConfig(probability=0.4), masked, setting).eval()
    batch = objective.collate([Reading(e, 0) for e in random_examples(masked, [20, 5, 33, 90, 61])])
    assert (len(batch.micro_batches) > 1) == (tokens == 40)
    ids, mask, labels = padded(batch)
    full = plain(input_ids=ids, attention_mask=mask).logits
    expected = functional.cross_entropy(full.flatten(0, 1), labels.flatten(), ignore_index=-100)
    output = objective(batch)
    assert output.counts == {"mlm": int((labels != -100).sum())}
    assert output.loss.item() == pytest.approx(expected.item(), abs=1e-9)
    output.loss.backward()
    expected.backward()
    theirs = dict(plain.named_parameters())
    for name, mine in masked.model.named_parameters():
        assert (mine.grad is None) == (theirs[name].grad is None), name
        if mine.grad is not None:
            assert torch.allclose(mine.grad, theirs[name].grad, atol=1e-9, rtol=1e-9), name


@pytest.mark.parametrize("family", FAMILIES)
def test_the_vocabulary_is_scored_at_masked_positions_only(family, tmp_path):
    masked = tiny_masked(tmp_path, family)
    objective = build(MlmConfig(), masked, setting_of(masked, reading=TokenLimit(tokens=100)))
    given_ = []
    embeddings = masked.model.get_output_embeddings()
    embeddings.register_forward_hook(lambda _, inputs, __: given_.append(inputs[0].numel() // masked.dimension))
    batch = objective.collate([Reading(e, 0) for e in random_examples(masked, [60, 40, 33, 90])])
    objective(batch).loss.backward()
    assert given_ == [len(one.targets["words"]) for one in batch.micro_batches]
    assert sum(given_) == batch.counts["mlm"] < batch.tokens / 4


def test_a_batch_with_no_word_to_predict_is_zero_and_not_nan(masked):
    objective = build(MlmConfig(), masked, setting_of(masked))
    special = Unit("x", objective.setting.vocabulary.prefix.repeat(3))
    (one,) = micro_batches(
        [objective.words.hide(Reading(special, 0), slice(None))], objective.setting.vocabulary, TokenLimit()
    )
    output = objective(Batch([one], torch.zeros(1, 0, dtype=torch.int64), {"mlm": 0}))
    output.loss.backward()
    assert output.loss.item() == 0.0
    assert all(p.grad is None or p.grad.isfinite().all() for p in masked.parameters())


def test_what_a_note_reads_depends_on_neither_order_nor_company(masked):
    objective = build(MlmConfig(), masked, setting_of(masked))
    one, other = random_examples(masked, [40, 40])
    (together,) = objective.collate([Reading(other, 3), Reading(one, 3)]).micro_batches
    (alone,) = objective.collate([Reading(one, 3)]).micro_batches
    assert sequences_of(together)[1] == alone.ids.tolist()
    (next_epoch,) = objective.collate([Reading(one, 4)]).micro_batches
    assert not torch.equal(next_epoch.ids, alone.ids)


def test_tokens_are_those_the_encoder_reads(masked):
    objective = build(MlmConfig(), masked, setting_of(masked))
    readings = [Reading(e, 0, p) for e in random_examples(masked, [300, 9]) for p in range(objective.pieces(e))]
    batch = objective.collate(readings)
    assert sum(len(one.ids) for one in batch.micro_batches) == batch.tokens
    assert batch.tokens == sum(objective.tokens(r) for r in readings)


def test_a_note_of_special_tokens_alone_is_not_usable(masked):
    objective = build(MlmConfig(), masked, setting_of(masked))
    ids = objective.setting.vocabulary.prefix
    assert not objective.usable(Unit("x", ids))
    assert objective.pieces(Unit("x", ids[:0])) == 0


def test_whole_words_reach_the_masks(masked):
    objective = build(MlmConfig(whole_words=True), masked, setting_of(masked))
    (example,) = random_examples(masked, [100])
    (one,) = objective.collate([Reading(example, 0)]).micro_batches
    positions = one.targets["positions"].numpy() - len(objective.setting.vocabulary.prefix)
    assert set(positions // 2 * 2) | set(positions // 2 * 2 + 1) == set(positions)
