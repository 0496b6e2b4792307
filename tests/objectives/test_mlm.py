from __future__ import annotations

from itertools import pairwise

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.nn import functional

from tests.fixtures.models import FAMILIES
from tests.fixtures.objectives import random_examples, setting_of, tiny_masked
from wardspace.config import MlmConfig
from wardspace.objectives import Example, Reading, build


def test_pieces_cover_every_token_once_and_are_nearly_equal(masked):
    objective = build(MlmConfig(), masked, setting_of(masked))
    room = objective.setting.room

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


@pytest.mark.parametrize("family", FAMILIES)
def test_the_head_on_masked_positions_gives_the_loss_of_the_full_model(family, tmp_path):
    masked = tiny_masked(tmp_path, family)
    objective = build(MlmConfig(probability=0.4), masked, setting_of(masked)).eval()
    batch = objective.collate([Reading(e, 0) for e in random_examples(masked, [20, 5, 33])])
    (chunk,) = batch["chunks"]
    labels = torch.full_like(chunk["input_ids"], -100).flatten()
    labels[chunk["masked"]] = chunk["targets"]
    full = masked.model(input_ids=chunk["input_ids"], attention_mask=chunk["attention_mask"]).logits
    expected = functional.cross_entropy(full.flatten(0, 1), labels, ignore_index=-100)
    output = objective(**batch)
    assert output.loss.item() == pytest.approx(expected.item(), rel=1e-5)
    assert output.counts == {"mlm": len(chunk["targets"])}


def test_what_a_note_reads_depends_on_neither_order_nor_company(masked):
    objective = build(MlmConfig(), masked, setting_of(masked))
    one, other = random_examples(masked, [40, 40])
    together = objective.collate([Reading(other, 3), Reading(one, 3)])["chunks"][0]
    alone = objective.collate([Reading(one, 3)])["chunks"][0]
    row = together["rows"].tolist().index(1)
    assert torch.equal(together["input_ids"][row], alone["input_ids"][0])
    next_epoch = objective.collate([Reading(one, 4)])["chunks"][0]
    assert not torch.equal(next_epoch["input_ids"], alone["input_ids"])


def test_tokens_are_those_the_encoder_reads(masked):
    objective = build(MlmConfig(), masked, setting_of(masked))
    readings = [Reading(e, 0, p) for e in random_examples(masked, [300, 9]) for p in range(objective.pieces(e))]
    chunks = objective.collate(readings)["chunks"]
    assert sum(int(c["attention_mask"].sum()) for c in chunks) == sum(objective.tokens(r) for r in readings)


def test_a_note_of_special_tokens_alone_is_not_usable(masked):
    objective = build(MlmConfig(), masked, setting_of(masked))
    ids = objective.setting.vocabulary.prefix
    assert not objective.usable(Example("x", ids))
    assert objective.pieces(Example("x", ids[:0])) == 0


def test_whole_words_reach_the_masks(masked):
    objective = build(MlmConfig(whole_words=True), masked, setting_of(masked))
    (example,) = random_examples(masked, [100])
    (chunk,) = objective.collate([Reading(example, 0)])["chunks"]
    positions = chunk["masked"].numpy() - len(objective.setting.vocabulary.prefix)
    assert set(positions // 2 * 2) | set(positions // 2 * 2 + 1) == set(positions)
