"""Pairs, windows, merging and thresholds against what they are by definition."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch.nn import functional
from transformers import AutoModel

from tests.fixtures.models import sample_texts, tiny_model
from wardspace.config.tasks.relations import RelationFinetuneConfig
from wardspace.models import LanguageModel
from wardspace.models.tokens import token_ids
from wardspace.models.windows import spans
from wardspace.objectives import ObjectiveSettings, Reading, Unit, Vocabulary
from wardspace.objectives.supervised.pair_head import GAPS, PairHead, gaps_of, merged
from wardspace.objectives.supervised.relation_classification import (
    CLASSES,
    ENDS,
    MARKERS,
    PAIRS,
    RelatedTexts,
    RelationClassification,
    best_threshold,
    windows_of,
)

WINDOW, OVERLAP = 26, 0.5
NAMES = ("none", "treats", "causes")


def objective_of(folder, *, negatives=None, merge="logsumexp", weights=(1.0, 1.0, 1.0), seed=1):
    model = LanguageModel.load(folder)
    setting = ObjectiveSettings(Vocabulary.of(model.tokenizer), WINDOW, "mean", seed)
    head = PairHead(model.dimension, NAMES, 3)
    with torch.no_grad():
        head.out.weight.mul_(20)
    related = RelatedTexts("x", head, np.array(weights), OVERLAP, merge, negatives)
    return RelationClassification(RelationFinetuneConfig(), model, setting, related).eval()


def unit_of(tokenizer, text, seed, mentions=9, candidates=8):
    random = np.random.default_rng(seed)
    ids = token_ids(tokenizer, [text])[0]
    markers = np.sort(random.choice(len(ids), mentions, replace=False)).astype(np.int64)
    pairs = np.array([(i, j) for i in range(mentions) for j in range(mentions) if i != j], dtype=np.int64)
    pairs = pairs[random.permutation(len(pairs))[:30]]
    owners = np.arange(len(pairs))[:, None] % candidates
    targets = {
        MARKERS: markers,
        ENDS: np.minimum(markers + random.integers(1, 5, mentions), len(ids)),
        PAIRS: np.concatenate([pairs, owners, 1 + owners % (2, 3)], axis=1),
        CLASSES: random.integers(0, 3, candidates).astype(np.int32),
    }
    return Unit(f"u{seed}", ids, targets=targets)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tiny_model(tmp_path_factory.mktemp("model") / "bert")


@pytest.fixture(scope="module")
def units(folder):
    tokenizer = LanguageModel.load(folder).tokenizer
    return [unit_of(tokenizer, text, i) for i, text in enumerate(sample_texts(4, 60))]


def by_hand(objective, plain, unit, window, pairs):
    """Scores of pairs in one window, by plain transformers and the formula."""
    (start, end), vocabulary, head = window, objective.setting.vocabulary, objective.head
    ids = torch.tensor(vocabulary.wrap(unit.ids[start:end]).astype(np.int64))[None]
    with torch.no_grad():
        tokens = plain(input_ids=ids).last_hidden_state[0]
        found = []
        for mentions, counts in zip(pairs[:, :2].tolist(), pairs[:, 3:], strict=True):
            shift = len(vocabulary.prefix) - start
            at, to = (int(unit.targets[MARKERS][one]) + shift for one in mentions)
            behind = [int(min(unit.targets[ENDS][one], end)) + shift for one in mentions]
            words = (tokens[first:last].mean(dim=0) for first, last in zip((at, to), behind, strict=True))
            between = tokens[min(at, to) : max(at, to)].mean(dim=0)
            gap = head.gap.weight[gaps_of(np.array([at]), np.array([to]))[0]]
            first, second, middle = (scaled(vector, head.norm) for vector in (*words, between))
            inner = head.head(first) + head.tail(second) + head.both(first * second) + head.between(middle) + gap
            inner = inner + head.counts.weight @ torch.tensor(np.log(counts + 1.0), dtype=torch.float32)
            found.append(head.out(functional.gelu(inner)))
    return torch.stack(found)


def scaled(vector, norm):
    plain = (vector - vector.mean()) / (vector.var(unbiased=False) + norm.eps) ** 0.5
    return plain * norm.weight + norm.bias


def grouped(scores, owners, how="logsumexp"):
    return {
        int(owner): torch.logsumexp(scores[owners == owner], 0)
        if how == "logsumexp"
        else scores[owners == owner].amax(0)
        for owner in np.unique(owners)
    }


@pytest.mark.parametrize("merge", ["logsumexp", "max"])
def test_the_loss_is_that_of_each_window_by_plain_transformers(folder, units, merge):
    weights = (0.5, 1.0, 2.0)
    objective = objective_of(folder, merge=merge, weights=weights)
    plain = AutoModel.from_pretrained(folder).eval()
    readings = [Reading(unit, 0, piece) for unit in units for piece in range(objective.pieces(unit))]
    assert len(readings) > len(units)
    batch = objective.collate(readings)
    total, count = 0.0, 0
    for unit, _, piece in readings:
        start, end = spans(len(unit.ids), objective.setting.text_window, OVERLAP)[piece]
        inside = (unit.targets[MARKERS] >= start) & (unit.targets[MARKERS] < end)
        pairs = unit.targets[PAIRS][inside[unit.targets[PAIRS][:, 0]] & inside[unit.targets[PAIRS][:, 1]]]
        if not len(pairs):
            continue
        for owner, scores in grouped(by_hand(objective, plain, unit, (start, end), pairs), pairs[:, 2], merge).items():
            kind = int(unit.targets[CLASSES][owner])
            total -= weights[kind] * float(scores.log_softmax(0)[kind])
            count += 1
    with torch.no_grad():
        found = objective.forward(batch)
    assert batch.counts == {"relations": count}
    assert float(found.loss) == pytest.approx(total / count, rel=1e-4)


def test_one_reading_scores_all_pairs_as_windows_one_at_a_time(folder, units):
    """In validation every pair is read once, in its best window, whatever else is in the batch."""
    objective = objective_of(folder)
    plain = AutoModel.from_pretrained(folder).eval()
    batch = objective.collate([Reading(unit, -1) for unit in units])
    with torch.no_grad():
        output = objective.forward(batch)
    truth, probabilities = [], []
    for unit in units:
        windows, pairs = spans(len(unit.ids), objective.setting.text_window, OVERLAP), unit.targets[PAIRS]
        chosen = windows_of(pairs, unit.targets[MARKERS], windows, len(unit.ids))
        scores, owners = [], []
        for place, (start, end) in enumerate(windows):
            if (chosen == place).any():
                scores.append(by_hand(objective, plain, unit, (start, end), pairs[chosen == place]))
                owners.append(pairs[chosen == place, 2])
        for owner, one in grouped(torch.cat(scores), np.concatenate(owners)).items():
            truth.append(unit.targets[CLASSES][owner])
            probabilities.append(one.softmax(0).numpy())
    expected = best_threshold(np.array(truth), np.stack(probabilities)).f1
    assert 0 < expected < 1
    assert objective.validation_score([(batch, output)]) == pytest.approx(expected, abs=1e-4)


def test_windows_against_every_window_looked_at():
    random = np.random.default_rng(1)
    for _ in range(200):
        tokens, room = int(random.integers(1, 60)), int(random.integers(4, 30))
        plan = spans(tokens, room, float(random.choice([0.0, 0.3, 0.7])))
        markers = np.sort(random.integers(0, tokens, 6))
        pairs = random.integers(0, 6, (12, 2))
        for pair, found in zip(pairs, windows_of(pairs, markers, plan, tokens), strict=True):
            ends = sorted(markers[pair])
            best, place = -1, -1
            for number, (start, end) in enumerate(plan):
                if ends[0] >= start and ends[1] < end:
                    before = tokens if start == 0 else ends[0] - start
                    after = tokens if end == tokens else end - 1 - ends[1]
                    if min(before, after) > best:
                        best, place = min(before, after), number
            assert found == place


@pytest.mark.parametrize("how", ["logsumexp", "max"])
def test_merging_is_that_of_each_group(how):
    scores = torch.randn(20, 3, dtype=torch.float64, requires_grad=True)
    groups = np.random.default_rng(0).permutation(np.arange(20) % 6)
    found = merged(scores, torch.from_numpy(groups), 6, how)
    expected = torch.stack(list(grouped(scores, groups, how).values()))
    assert torch.allclose(found, expected)
    for one, other in zip(
        *(torch.autograd.grad(each.square().sum(), scores) for each in (found, expected)), strict=True
    ):
        assert torch.allclose(one, other)


def test_the_threshold_is_the_best_of_all():
    random = np.random.default_rng(2)
    for _ in range(60):
        truth = random.integers(0, 3, 15)
        probabilities = random.dirichlet(np.ones(3), 15).round(1)
        unseen = int(random.integers(0, 4))

        def f1(at, truth=truth, probabilities=probabilities, unseen=unseen):
            said = np.where(1 - probabilities[:, 0] >= at, probabilities[:, 1:].argmax(1) + 1, 0)
            right = ((said == truth) & (truth > 0)).sum()
            return 2 * right / max(1, (said > 0).sum() + (truth > 0).sum() + unseen)

        best = best_threshold(truth, probabilities, unseen)
        assert best.f1 == pytest.approx(max(f1(at) for at in np.arange(0.05, 1.2, 0.1)))
        assert f1(best.at) == pytest.approx(best.f1)


def test_negatives_are_drawn_anew_each_epoch_and_related_pairs_stay(folder, units):
    objective = objective_of(folder, negatives=0.5)
    unit = max(units, key=lambda one: len(objective.collate([Reading(one, -1)]).labels))
    unit.targets[CLASSES][:] = [1, 2, 0, 0, 0, 0, 0, 0]
    drawn = []
    for epoch in range(6):
        labels = objective.collate([Reading(unit, epoch)]).labels.numpy()
        assert np.array_equal(labels, objective.collate([Reading(unit, epoch, 0)]).labels.numpy())
        drawn.append({tuple(row[:3]) for row in labels[labels[:, 5] == 0].tolist()})
        every = objective_of(folder).collate([Reading(unit, epoch, 0)]).labels.numpy()
        assert (labels[:, 5] > 0).sum() == (every[:, 5] > 0).sum()
        assert len(labels) < len(every)
    assert len({frozenset(one) for one in drawn}) > 1


def test_a_window_without_a_pair_and_a_text_without_a_candidate(folder, units):
    objective = objective_of(folder, negatives=1.0).train()
    empty = Unit("none", units[0].ids, targets={**units[0].targets, PAIRS: np.zeros((0, 5), dtype=np.int64)})
    assert not objective.usable(empty) and objective.pieces(empty) == 0
    markers = np.array([0, len(units[0].ids) - 1])
    far = {PAIRS: np.array([[0, 1, 0, 1, 1]]), CLASSES: np.array([1], np.int32)}
    lonely = Unit("far", units[0].ids, targets={MARKERS: markers, ENDS: markers + 1, **far})
    assert objective.pieces(lonely) > 1
    batch = objective.collate([Reading(lonely, 0, 0)])
    loss = objective.forward(batch).loss
    loss.backward()
    assert batch.counts == {"relations": 0} and float(loss.detach()) == 0


def test_distances_have_a_sign_and_an_end():
    heads, tails = np.array([5, 5, 5, 5, 0, 9999]), np.array([5, 6, 4, 8, 9999, 0])
    found = gaps_of(heads, tails)
    assert found.tolist() == [10, 11, 9, 12, 20, 0] and GAPS == 21


def test_a_new_head_expects_the_shares_of_the_classes():
    head = PairHead(8, NAMES, 0)
    shares = np.array([0.9, 0.07, 0.03])
    head.expect(shares)
    assert head.out.bias.softmax(0).tolist() == pytest.approx(shares.tolist())
