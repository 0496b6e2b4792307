"""Families are taken at what they do with a few tokens, not at the names of their parts."""

from __future__ import annotations

import pytest
import torch
from transformers import AutoModelForMaskedLM

from tests.fixtures.models import FAMILIES, POSITIONS, RELATIVES, sequences
from wardspace.core.errors import ModelError
from wardspace.models import LanguageModel
from wardspace.models.attention import attention, compatibility
from wardspace.models.attention.packing import layout_of
from wardspace.models.heads.lm_heads import head_of

TAKEN = [family for family in RELATIVES if family not in ("albert", "convbert", "electra")]


@pytest.mark.parametrize("family", [*FAMILIES, *TAKEN])
def test_probes_have_ordinary_words_one_mask_and_lengths_of_which_some_need_padding(folder_of, family):
    masked = LanguageModel.load(folder_of(family))
    found = compatibility.probes(masked.model, masked.tokenizer)
    lengths = [len(ids) for ids in found]
    assert lengths == sorted(lengths, reverse=True)
    assert any(one.mask is not None for one in layout_of(lengths).rectangles)
    ids = torch.cat(found).tolist()
    assert ids.count(masked.tokenizer.mask_token_id) == 1
    assert not (set(ids) & set(masked.tokenizer.all_special_ids)) - {masked.tokenizer.mask_token_id}
    window = getattr(masked.model.config, "sliding_window", None) or 0
    assert POSITIONS >= lengths[0] > window + 1


@pytest.mark.parametrize("family", TAKEN)
def test_a_relative_reads_packed_only_where_that_changes_nothing(folder_of, family):
    masked = LanguageModel.load(folder_of(family)).double()
    plain = AutoModelForMaskedLM.from_pretrained(folder_of(family), dtype=torch.float64).eval()
    assert masked.packs == (family in ("camembert", "ernie", "eurobert", "nomic_bert", "xlm-roberta"))
    ids = sequences([50, 20, 20], seed=2)
    ids[1][:5] = masked.tokenizer.mask_token_id
    with torch.no_grad():
        found = masked.hidden(torch.cat(ids), layout_of([50, 20, 20]))
        expected = torch.cat([plain.base_model(input_ids=one[None]).last_hidden_state[0] for one in ids])
    assert torch.allclose(found, expected, atol=1e-9, rtol=1e-9)


@pytest.mark.parametrize("family", ["mobilebert", "esm"])
def test_a_family_that_mixes_neighbours_outside_of_attention_is_found(folder_of, family):
    masked = LanguageModel.load(folder_of(family))
    assert masked.model.config._attn_implementation == attention.NAME  # by its attention alone it could read packed
    assert not masked.packs


def test_a_window_that_attention_is_not_told_of_is_found(folder_of):
    masked = LanguageModel.load(folder_of("modernbert"))
    found = compatibility.probes(masked.model, masked.tokenizer)
    assert compatibility.reads_packed(masked.encoder, masked._hidden_packed, found)
    for layer in masked.encoder.layers:
        layer.attn.sliding_window = None
    assert not compatibility.reads_packed(masked.encoder, masked._hidden_packed, found)


def test_a_reader_that_is_wrong_or_fails_does_not_pack(folder_of):
    masked = LanguageModel.load(folder_of())
    found = compatibility.probes(masked.model, masked.tokenizer)

    def shifted(ids, layout):
        return masked._hidden_packed(ids.roll(1), layout)

    def stumbling(ids, layout):
        raise TypeError("unexpected keyword argument 'layout'")

    assert not compatibility.reads_packed(masked.encoder, shifted, found)
    assert not compatibility.reads_packed(masked.encoder, stumbling, found)


@pytest.mark.parametrize("family", FAMILIES)
def test_a_head_put_together_wrongly_is_refused(folder_of, family):
    masked = LanguageModel.load(folder_of(family))
    found = compatibility.probes(masked.model, masked.tokenizer)
    head = head_of(masked.model)
    compatibility.check_head(masked.model, head, masked._plain_rows, found)
    for wrong in (lambda rows: head(rows * 1.1), lambda rows: head(rows)[:, 1:], lambda rows: rows @ torch.ones(3)):
        with pytest.raises(ModelError, match="no head for words"):
            compatibility.check_head(masked.model, wrong, masked._plain_rows, found)


def test_weights_that_are_no_numbers_are_not_taken_for_an_unknown_family(folder_of):
    masked = LanguageModel.load(folder_of())
    with torch.no_grad():
        masked.encoder.get_input_embeddings().weight.fill_(torch.nan)
    found = compatibility.probes(masked.model, masked.tokenizer)
    compatibility.check_head(masked.model, head_of(masked.model), masked._plain_rows, found)
    assert compatibility.reads_packed(masked.encoder, masked._hidden_packed, found)
