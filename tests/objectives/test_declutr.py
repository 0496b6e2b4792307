from __future__ import annotations

import pytest
import torch

from tests.fixtures.objectives import random_examples, setting_of
from wardspace.config import DeclutrConfig
from wardspace.encoders.pooling import pool
from wardspace.objectives import Reading, build
from wardspace.objectives.ntxent import NTXent


def readings_of(masked, lengths, epoch=0):
    return [Reading(example, epoch) for example in random_examples(masked, lengths)]


def test_loss_equals_that_of_spans_encoded_one_by_one(masked):
    config = DeclutrConfig(anchors=2, positives=3, longest=40, shortest=4, mlm_weight=0)
    objective = build(config, masked, setting_of(masked)).eval()
    readings = readings_of(masked, [200, 60, 33])
    vocabulary = objective.setting.vocabulary

    def vector(ids):
        ids = torch.from_numpy(vocabulary.wrap(ids).astype("int64"))[None]
        return pool(masked.hidden(ids, torch.ones_like(ids)), torch.ones_like(ids), "mean")

    anchors, positives = [], []
    for reading in readings:
        for anchor, around in objective._draws(reading):
            anchors.append(vector(reading.example.ids[slice(*anchor)]))
            positives.append(torch.stack([vector(reading.example.ids[slice(*span)]) for span in around]).mean(0))
    expected = NTXent(0.05)(torch.cat(anchors), torch.cat(positives))
    output = objective(**objective.collate(readings))
    assert output.loss.item() == pytest.approx(expected.item(), rel=1e-4)
    assert output.counts == {"contrast": 12}


def test_anchors_are_masked_and_positives_are_not(masked):
    objective = build(DeclutrConfig(longest=40, shortest=8), masked, setting_of(masked))
    batch = objective.collate(readings_of(masked, [300, 300]))
    mask_id = objective.setting.vocabulary.mask_id
    assert any((chunk["input_ids"] == mask_id).any() for chunk in batch["anchors"])
    assert not any((chunk["input_ids"] == mask_id).any() for chunk in batch["positives"])
    assert all(len(chunk["targets"]) for chunk in batch["anchors"])


def test_one_pass_over_the_anchors_serves_both_losses(masked, monkeypatch):
    objective = build(DeclutrConfig(longest=40, shortest=8), masked, setting_of(masked))
    read = []
    hidden = masked.hidden
    monkeypatch.setattr(masked, "hidden", lambda ids, mask: read.append(ids.numel()) or hidden(ids, mask))
    batch = objective.collate(readings_of(masked, [300, 300]))
    output = objective(**batch)
    assert len(read) == len(batch["anchors"]) + len(batch["positives"])
    assert set(output.parts) == {"contrast", "mlm"}
    assert output.loss.item() == pytest.approx(sum(part.item() for part in output.parts.values()), rel=1e-6)


def test_alone_it_masks_nothing_and_needs_no_head(masked):
    objective = build(DeclutrConfig(mlm_weight=0, longest=40, shortest=8), masked, setting_of(masked))
    batch = objective.collate(readings_of(masked, [300, 300]))
    assert not objective.uses_head
    assert objective.head_warmup == 0
    assert all(len(chunk["targets"]) == 0 for chunk in batch["anchors"])
    objective(**batch).loss.backward()
    assert all(parameter.grad is None for parameter in masked.head_parameters())


def test_the_window_caps_the_longest_span(masked):
    objective = build(DeclutrConfig(longest=1000, shortest=500), masked, setting_of(masked))
    assert objective.rule.longest == objective.rule.shortest == objective.setting.room
    for chunk in objective.collate(readings_of(masked, [2000]))["anchors"]:
        assert chunk["input_ids"].shape[1] <= objective.setting.window


def test_tokens_are_those_the_encoder_reads(masked):
    objective = build(DeclutrConfig(), masked, setting_of(masked))
    readings = readings_of(masked, [500, 90, 4])
    batch = objective.collate(readings)
    read = sum(int(chunk["attention_mask"].sum()) for chunk in [*batch["anchors"], *batch["positives"]])
    assert read == sum(objective.tokens(reading) for reading in readings)


def test_the_papers_rule_leaves_short_notes_out(masked):
    paper = build(DeclutrConfig(spans="paper", longest=64), masked, setting_of(masked))
    scaled = build(DeclutrConfig(longest=64), masked, setting_of(masked))
    short, long = random_examples(masked, [255, 256])
    assert [paper.usable(short), paper.usable(long)] == [False, True]
    assert [scaled.usable(short), scaled.usable(long)] == [True, True]


def test_a_learned_temperature_moves(masked):
    objective = build(DeclutrConfig(learn_temperature=True, temperature=0.1), masked, setting_of(masked))
    objective(**objective.collate(readings_of(masked, [100, 80]))).loss.backward()
    assert objective.contrast.log_temperature.grad.abs() > 0
    assert objective.contrast.temperature.item() == pytest.approx(0.1)
