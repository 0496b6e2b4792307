import numpy as np
import pytest
import torch
from transformers import AutoModelForMaskedLM

from tests.fixtures.models import sample_texts
from wardspace.privacy.attacker.masked import GROUPS, Query


@pytest.fixture(scope="module")
def plain(base):
    return AutoModelForMaskedLM.from_pretrained(base).eval()


def log_probabilities(plain, words, ids):
    whole = torch.tensor([[*words.around.before, *ids, *words.around.after]])
    with torch.inference_mode():
        return plain(input_ids=whole).logits.log_softmax(-1)[0, len(words.around.before) :].numpy()


def test_losses_are_those_of_transformers_in_any_company(words, plain):
    queries = [Query(ids, np.array([1, len(ids) - 1])) for ids in words.ids(sample_texts(9))]
    together = words.losses(queries)
    for query, loss in zip(queries, together, strict=True):
        blinded = query.ids.copy()
        blinded[query.hidden] = words.masked.tokenizer.mask_token_id
        found = log_probabilities(plain, words, blinded)
        expected = -np.mean([found[place, query.ids[place]] for place in query.hidden])
        assert loss == pytest.approx(expected, abs=1e-4)
        assert words.losses([query])[0] == pytest.approx(loss, abs=1e-4)


def test_secrets_are_hidden_one_token_at_a_time(words, plain):
    before, secret, after = "the code is ", "48 21", " until monday"
    (score,) = words.secret_scores([(before, secret, after)])
    ids = words.ids([before + secret + after])[0]
    first, end = len(words.ids([before])[0]), len(words.ids([before + secret])[0])
    assert end - first >= 2
    expected = 0.0
    for place in range(first, end):
        blinded = ids.copy()
        blinded[place] = words.masked.tokenizer.mask_token_id
        expected += log_probabilities(plain, words, blinded)[place, ids[place]]
    assert score == pytest.approx(expected, abs=1e-3)


def test_a_secret_far_inside_a_long_text_is_still_read(words):
    far = "chest pain and fever . " * 60
    near, alone = words.secret_scores([(far, "48 21 03", f" {far}"), ("", "48 21 03", "")])
    assert np.isfinite([near, alone]).all()
    assert near != alone


def test_slots_are_filled_with_all_tokens_hidden(words, plain):
    scores = words.fill_scores("seen by ", " today", ["insulin", "aspirin and fever"])
    for name, score in zip(["insulin", "aspirin and fever"], scores, strict=True):
        tokens = words.ids([f" {name}"])[0]
        left, right = words.ids(["seen by", " today"])
        mask = words.masked.tokenizer.mask_token_id
        found = log_probabilities(plain, words, [*left, *([mask] * len(tokens)), *right])
        own = found[len(left) : len(left) + len(tokens)]
        assert score == pytest.approx(own[np.arange(len(tokens)), tokens].mean(), abs=1e-4)


def test_no_token_of_a_note_is_hidden_twice_and_all_are_in_seven_readings(words):
    texts = sample_texts(4, words=200)
    for note, ids in zip(words.note_queries(texts, list("abcd"), GROUPS, 1), words.ids(texts), strict=True):
        assert sum(len(query.hidden) for query in note) == len(ids)
        assert all(len(query.ids) <= words.room for query in note)


def test_what_is_hidden_depends_on_the_name_and_the_seed_alone(words):
    text = sample_texts(1, words=40)
    first, again, other = (
        words.note_queries(text, [name], 1, seed)[0][0].hidden.tolist() for name, seed in (("a", 1), ("a", 1), ("b", 1))
    )
    assert first == again != other
