from __future__ import annotations

import pytest
import torch
from torch.nn import functional

from tests.fixtures.objectives import random_examples, sequences_of, setting_of
from wardspace.config import DeclutrConfig
from wardspace.models.attention.packing import layout_of
from wardspace.models.pooling import pool
from wardspace.objectives import Reading, build
from wardspace.objectives.losses.ntxent import NTXent
from wardspace.objectives.micro_batches import TokenLimit


def readings_of(masked, lengths, epoch=0):
    return [Reading(example, epoch) for example in random_examples(masked, lengths)]


def test_loss_equals_that_of_spans_encoded_one_by_one(masked):
    config = DeclutrConfig(anchors=2, positives=3, longest=40, shortest=4, mlm_weight=0)
    objective = build(config, masked, setting_of(masked)).eval()
    readings = readings_of(masked, [200, 60, 33])
    vocabulary = objective.setting.vocabulary

    def vector(ids):
        ids = torch.from_numpy(vocabulary.wrap(ids).astype("int64"))
        return pool(masked.hidden(ids, layout_of([len(ids)]))[None], torch.ones(1, len(ids)), "mean")

    anchors, positives = [], []
    for reading in readings:
        for anchor, around in objective._draws(reading):
            anchors.append(vector(reading.unit.ids[slice(*anchor)]))
            positives.append(torch.stack([vector(reading.unit.ids[slice(*span)]) for span in around]).mean(0))
    expected = NTXent(0.05)(torch.cat(anchors), torch.cat(positives))
    output = objective(objective.collate(readings))
    assert output.loss.item() == pytest.approx(expected.item(), rel=1e-4)
    assert output.counts == {"contrast": 12}


def spans_of(batch):
    """Token ids of anchors and of positives, whatever passes they are read in."""
    found = dict(sorted(pair for one in batch.micro_batches for pair in sequences_of(one).items()))
    anchors = len(batch.labels)
    return list(found.values())[:anchors], list(found.values())[anchors:]


def test_anchors_are_masked_and_positives_are_not(masked):
    objective = build(DeclutrConfig(longest=40, shortest=8), masked, setting_of(masked))
    batch = objective.collate(readings_of(masked, [300, 300]))
    anchors, positives = spans_of(batch)
    mask_id = objective.setting.vocabulary.mask_id
    assert len(anchors) == 2 * objective.options.anchors
    assert len(positives) == objective.options.positives * len(anchors)
    assert any(mask_id in ids for ids in anchors)
    assert not any(mask_id in ids for ids in positives)
    predicted = [
        row for one in batch.micro_batches for row in one.rows[one.layout.owners[one.targets["positions"]]].tolist()
    ]
    assert set(predicted) == set(range(len(anchors)))  # something of every anchor, nothing of a positive
    assert batch.counts == {"mlm": len(predicted)}


def test_anchors_and_positives_are_read_in_common_passes(masked):
    config = DeclutrConfig(longest=40, shortest=8)
    readings = readings_of(masked, [300, 300, 200])
    one = build(config, masked, setting_of(masked)).collate(readings)
    assert len(one.micro_batches) == 1  # not one for each of them
    several = build(config, masked, setting_of(masked, reading=TokenLimit(tokens=100))).collate(readings)
    assert len(several.micro_batches) > 2
    assert spans_of(one) == spans_of(several)


def test_one_reading_of_each_span_serves_both_losses(masked, monkeypatch):
    objective = build(DeclutrConfig(longest=40, shortest=8), masked, setting_of(masked))
    read = []
    hidden = masked.hidden
    monkeypatch.setattr(masked, "hidden", lambda ids, layout: read.append(len(ids)) or hidden(ids, layout))
    readings = readings_of(masked, [300, 300])
    batch = objective.collate(readings)
    output = objective(batch)
    assert read == [one.layout.tokens for one in batch.micro_batches]
    assert sum(read) == batch.tokens == sum(objective.tokens(reading) for reading in readings)
    assert set(output.parts) == {"contrast", "mlm"}
    assert output.loss.item() == pytest.approx(sum(part.item() for part in output.parts.values()), rel=1e-6)


@pytest.mark.parametrize("room", [TokenLimit(), TokenLimit(tokens=60, rectangle=0)])
@pytest.mark.parametrize("pooling", ["mean", "cls"])
def test_both_losses_are_those_of_spans_read_one_by_one(masked, pooling, room):
    config = DeclutrConfig(anchors=2, positives=2, longest=40, shortest=8, mlm_weight=0.7)
    objective = build(config, masked, setting_of(masked, pooling=pooling, reading=room)).eval()
    readings = readings_of(masked, [200, 60, 33])
    vectors, scores, targets = [], [], []
    positives = []
    for reading in readings:
        for index, draw in enumerate(objective._draws(reading)):
            anchor = objective._anchor(reading, index, draw.anchor)
            around = [reading.unit.ids[start:end] for start, end in draw.positives]
            hidden = [plainly(objective, ids) for ids in (anchor.ids, *around)]
            first, *others = (pool(each, torch.ones(each.shape[:2]), pooling) for each in hidden)
            vectors.append(first)
            positives.append(torch.stack(others).mean(0))
            scores.append(masked.logits(hidden[0][0, 1 + torch.from_numpy(anchor.positions)]))
            targets.append(torch.from_numpy(anchor.targets).long())
    contrast = NTXent(config.temperature)(torch.cat(vectors), torch.cat(positives))
    words = functional.cross_entropy(torch.cat(scores), torch.cat(targets))
    output = objective(objective.collate(readings))
    assert output.parts["contrast"].item() == pytest.approx(contrast.item(), rel=1e-4)
    assert output.parts["mlm"].item() == pytest.approx(words.item(), rel=1e-4)
    assert output.loss.item() == pytest.approx((contrast + 0.7 * words).item(), rel=1e-4)
    assert output.counts == {"contrast": 12, "mlm": len(torch.cat(targets))}


def plainly(objective, ids):
    """The last layer as transformers computes it for one padded row."""
    ids = torch.from_numpy(objective.setting.vocabulary.wrap(ids).astype("int64"))[None]
    return objective.model.encoder(input_ids=ids, attention_mask=torch.ones_like(ids)).last_hidden_state


def test_views_are_anchors_with_the_means_of_their_own_positives(masked):
    objective = build(DeclutrConfig(positives=3, longest=40, shortest=8), masked, setting_of(masked))
    vectors = torch.randn(4 + 12, 5)
    views = objective.views(vectors)
    assert views.shape == (4, 2, 5)
    assert torch.equal(views[:, 0], vectors[:4])
    for i in range(4):
        assert torch.allclose(views[i, 1], vectors[4 + 3 * i : 7 + 3 * i].mean(0), atol=1e-6)
    assert objective.views(vectors[:0]).shape == (0, 2, 5)  # a process with nothing to read


def test_what_is_compared_are_the_views(masked):
    objective = build(DeclutrConfig(longest=40, shortest=8, temperature=0.2), masked, setting_of(masked))
    views = torch.randn(6, 2, 5)
    parts, counts = objective.compare(views, torch.zeros(6, 0, dtype=torch.int64))
    assert parts["contrast"].item() == pytest.approx(NTXent(0.2)(views[:, 0], views[:, 1]).item(), rel=1e-6)
    assert counts == {"contrast": 12}
    assert list(objective.compared_by()) == []
    learned = build(DeclutrConfig(learn_temperature=True), masked, setting_of(masked))
    assert list(learned.compared_by()) == [learned.contrast.log_temperature]


def test_alone_it_masks_nothing_and_needs_no_head(masked):
    objective = build(DeclutrConfig(mlm_weight=0, longest=40, shortest=8), masked, setting_of(masked))
    batch = objective.collate(readings_of(masked, [300, 300]))
    assert set(objective.unused_parameters()) == set(masked.head_parameters())
    assert objective.head_warmup == 0
    assert batch.counts == {}
    assert all(len(one.targets) == 0 for one in batch.micro_batches)
    assert not any((one.ids == objective.setting.vocabulary.mask_id).any() for one in batch.micro_batches)
    objective(batch).loss.backward()
    assert all(parameter.grad is None for parameter in masked.head_parameters())


def test_the_window_caps_the_longest_span(masked):
    objective = build(DeclutrConfig(longest=1000, shortest=500), masked, setting_of(masked))
    assert objective.rule.longest == objective.rule.shortest == objective.setting.text_window
    for one in objective.collate(readings_of(masked, [2000])).micro_batches:
        assert one.layout.lengths.max() <= objective.setting.window


def test_tokens_are_those_the_encoder_reads(masked):
    objective = build(DeclutrConfig(), masked, setting_of(masked))
    readings = readings_of(masked, [500, 90, 4])
    batch = objective.collate(readings)
    assert sum(len(one.ids) for one in batch.micro_batches) == batch.tokens
    assert batch.tokens == sum(objective.tokens(reading) for reading in readings)


def test_the_papers_rule_leaves_short_notes_out(masked):
    paper = build(DeclutrConfig(spans="paper", longest=64), masked, setting_of(masked))
    scaled = build(DeclutrConfig(longest=64), masked, setting_of(masked))
    short, long = random_examples(masked, [255, 256])
    assert [paper.usable(short), paper.usable(long)] == [False, True]
    assert [scaled.usable(short), scaled.usable(long)] == [True, True]


def test_a_learned_temperature_moves(masked):
    objective = build(DeclutrConfig(learn_temperature=True, temperature=0.1), masked, setting_of(masked))
    objective(objective.collate(readings_of(masked, [100, 80]))).loss.backward()
    assert objective.contrast.log_temperature.grad.abs() > 0
    assert objective.contrast.temperature.item() == pytest.approx(0.1)
