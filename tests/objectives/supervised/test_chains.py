"""Decoding and likelihood of chains of tags against every chain there is."""

from __future__ import annotations

from itertools import pairwise, product

import numpy as np
import pytest
import torch

from wardspace.objectives.supervised.chains import Chain, decoded
from wardspace.objectives.supervised.crf import LinearChain
from wardspace.objectives.supervised.tags import TagScheme


def made(name, types=("A",), seed=0):
    random = np.random.default_rng(seed)
    scheme = TagScheme(name, types)
    crf = LinearChain(scheme)
    with torch.no_grad():
        for parameter in crf.parameters():
            parameter.copy_(torch.from_numpy(random.normal(size=parameter.shape)))
    return scheme, crf, random


def every_chain(scheme, length):
    for tags in product(range(len(scheme.names)), repeat=length):
        if scheme.encode(scheme.decode(tags), length).tolist() == list(tags):
            yield tags


def score(chain, emissions, tags):
    steps = sum(chain.transitions[one, other] for one, other in pairwise(tags))
    own = sum(emissions[place, tag] for place, tag in enumerate(tags))
    return chain.starts[tags[0]] + chain.ends[tags[-1]] + steps + own


@pytest.mark.parametrize(("name", "types"), [("BIO", ("A", "B")), ("BIOES", ("A",))])
@pytest.mark.parametrize("learned", [True, False])
def test_the_likeliest_chain_and_the_probability_of_its_mentions(name, types, learned):
    scheme, crf, random = made(name, types)
    chain = crf.chain() if learned else Chain.of(scheme)
    lengths = [4, 1, 0, 3, 2, 4]
    emissions = [random.normal(size=(length, len(scheme.names))) * 2 for length in lengths]
    for each, found in zip(emissions, decoded(emissions, chain), strict=True):
        if not len(each):
            assert found == ([], [])
            continue
        chains = list(every_chain(scheme, len(each)))
        weights = np.array([score(chain, each, tags) for tags in chains])
        assert found.spans == scheme.decode(chains[int(weights.argmax())])
        shares = np.exp(weights - weights.max())
        for span, log_probability in zip(found.spans, found.log_probabilities, strict=True):
            having = np.array([span in scheme.decode(tags) for tags in chains])
            assert np.exp(log_probability) == pytest.approx(shares[having].sum() / shares.sum(), rel=1e-9)


def test_texts_do_not_know_of_each_other():
    _, crf, random = made("BIO", ("A", "B"))
    emissions = [random.normal(size=(length, 5)) for length in random.integers(0, 30, size=150)]
    together = list(decoded(emissions, crf.chain()))
    alone = [next(decoded([each], crf.chain())) for each in emissions]
    assert [one.spans for one in together] == [one.spans for one in alone]
    for one, other in zip(together, alone, strict=True):
        np.testing.assert_allclose(one.log_probabilities, other.log_probabilities, atol=1e-9)


@pytest.mark.parametrize(("name", "types"), [("BIO", ("A", "B")), ("BIOES", ("A",))])
def test_the_likelihood_is_the_share_among_all_chains(name, types):
    scheme, crf, random = made(name, types)
    crf = crf.double()
    chain = crf.chain()
    right = [list(every_chain(scheme, length))[-2] for length in (4, 2, 3)]
    emissions = [random.normal(size=(len(tags), len(scheme.names))) for tags in right]
    scores = torch.zeros(3, 4, len(scheme.names), dtype=torch.float64)
    tags = torch.zeros(3, 4, dtype=torch.int64)
    for row, (each, own) in enumerate(zip(emissions, right, strict=True)):
        scores[row, : len(own)], tags[row, : len(own)] = torch.from_numpy(each), torch.tensor(own)
    found = crf(scores, tags, torch.tensor([4, 2, 3])).detach()
    for row, (each, own) in enumerate(zip(emissions, right, strict=True)):
        every = np.array([score(chain, each, tags) for tags in every_chain(scheme, len(own))])
        assert float(found[row]) == pytest.approx(np.log(np.exp(every).sum()) - score(chain, each, own), rel=1e-9)


def test_a_window_may_begin_and_end_within_a_mention():
    scheme, crf, _ = made("BIOES")
    inside = torch.full((1, 2), scheme.tag("I", 0))
    window = torch.zeros(1, 2, dtype=torch.bool)
    scores, length = torch.zeros(1, 2, 5), torch.tensor([2])
    assert crf(scores, inside, length, whole=window).item() < 20
    assert crf(scores, inside, length).item() > 1e8
