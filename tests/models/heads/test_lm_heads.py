"""The head on chosen rows is the whole model's, or the family is refused."""

from __future__ import annotations

import pytest
import torch
from transformers import AutoModelForMaskedLM, DebertaV2Config, DebertaV2ForMaskedLM

from tests.fixtures.models import FAMILIES, RELATIVES, sequences
from wardspace.core.errors import ModelError
from wardspace.models import Encoder, LanguageModel
from wardspace.models.attention.packing import layout_of
from wardspace.models.heads.lm_heads import head_of

REFUSED = ["albert", "convbert", "electra"]


@pytest.mark.parametrize("family", [*FAMILIES, *(family for family in RELATIVES if family not in REFUSED)])
def test_logits_of_a_family_that_is_taken_are_right(folder_of, family):
    masked = LanguageModel.load(folder_of(family)).double()
    plain = AutoModelForMaskedLM.from_pretrained(folder_of(family), dtype=torch.float64).eval()
    lengths = [60, 60, 21]
    ids = sequences(lengths, seed=4)
    ids[0][7] = ids[2][3] = ids[2][4] = masked.tokenizer.mask_token_id
    with torch.no_grad():
        expected = torch.cat([plain(input_ids=one[None]).logits[0] for one in ids])
        found = masked.logits(masked.hidden(torch.cat(ids), layout_of(lengths)))
    assert found.shape == (141, plain.config.vocab_size)
    assert torch.allclose(found, expected, atol=1e-9, rtol=1e-9)


@pytest.mark.parametrize("family", REFUSED)
def test_a_family_whose_head_is_not_known_is_refused(folder_of, family):
    with pytest.raises(ModelError, match=f"no head for words is known for the family '{family}'"):
        LanguageModel.load(folder_of(family))


def test_a_bare_encoder_has_no_head(folder_of):
    bare = Encoder.load(folder_of(), device="cpu").model
    with pytest.raises(ModelError, match="no head for words"):
        head_of(bare)


def test_a_head_that_needs_the_word_embeddings_is_refused():
    sizes = {"hidden_size": 32, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 48}
    newer = DebertaV2ForMaskedLM(DebertaV2Config(**sizes, vocab_size=50, legacy=False))
    with pytest.raises(ModelError, match="no head for words"):
        head_of(newer)


@pytest.mark.parametrize("family", FAMILIES)
def test_the_words_are_scored_for_the_rows_that_are_asked_for_only(folder_of, family):
    masked = LanguageModel.load(folder_of(family))
    given = []
    masked.model.get_output_embeddings().register_forward_hook(lambda _, inputs, __: given.append(len(inputs[0])))
    masked.logits(torch.randn(7, masked.dimension))
    assert given == [7]
