from __future__ import annotations

import pytest
import torch
from torch import nn
from transformers import ModernBertConfig, ModernBertModel

from tests.fixtures.models import tiny_model
from wardspace.models import LanguageModel
from wardspace.models.attention.dropout import dropping


def shares(module: nn.Module) -> list[float]:
    return [part.p for part in module.modules() if isinstance(part, nn.Dropout)]


def test_without_dropout_a_model_in_training_reads_alike_twice(tmp_path):
    masked = LanguageModel.load(tiny_model(tmp_path)).train()
    for part in masked.modules():
        if isinstance(part, nn.Dropout):
            part.p = 0.3
    ids = torch.arange(5, 15)[None]

    def read():
        return masked.encoder(input_ids=ids, attention_mask=torch.ones_like(ids)).last_hidden_state

    assert not torch.equal(read(), read())
    with dropping(masked, 0.0):
        assert torch.equal(read(), read())
    assert set(shares(masked)) == {0.3}
    with pytest.raises(KeyError), dropping(masked, 0.0):
        raise KeyError
    assert set(shares(masked)) == {0.3}
    with dropping(masked, None):
        assert set(shares(masked)) == {0.3}


def test_shares_kept_as_numbers_are_set_too():
    sizes = {"hidden_size": 8, "num_attention_heads": 2, "num_hidden_layers": 1, "intermediate_size": 8}
    model = ModernBertModel(ModernBertConfig(vocab_size=40, pad_token_id=0, attention_dropout=0.2, **sizes)).train()
    ids = torch.arange(1, 9)[None]
    assert not torch.equal(model(ids).last_hidden_state, model(ids).last_hidden_state)
    with dropping(model, 0.0):
        assert torch.equal(model(ids).last_hidden_state, model(ids).last_hidden_state)
    assert not torch.equal(model(ids).last_hidden_state, model(ids).last_hidden_state)
