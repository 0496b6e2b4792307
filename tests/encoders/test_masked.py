import copy

import numpy as np
import pytest
import torch
from transformers import AutoModelForMaskedLM, AutoTokenizer

from tests.fixtures.models import FAMILIES, sample_texts
from wardspace.config import EncoderConfig
from wardspace.core.errors import ModelError
from wardspace.encoders import Encoder, MaskedModel
from wardspace.encoders.heads import head_of

TEXTS = sample_texts(5)


def _batch(tokenizer):
    batch = tokenizer(TEXTS, padding=True, return_tensors="pt")
    return batch["input_ids"], batch["attention_mask"]


@pytest.mark.parametrize("family", FAMILIES)
def test_logits_of_chosen_rows_equal_the_whole_model(folder_of, family):
    masked = MaskedModel.load(folder_of(family))
    assert masked.head_is_new is False
    ids, mask = _batch(masked.tokenizer)
    rows = torch.zeros_like(mask, dtype=torch.bool)
    rows[:, 1:4] = True
    reference = AutoModelForMaskedLM.from_pretrained(folder_of(family))
    with torch.no_grad():
        expected = reference(input_ids=ids, attention_mask=mask).logits[rows]
        found = masked.logits(masked.hidden(ids, mask)[rows])
    assert found.shape == (15, reference.config.vocab_size)
    assert (found - expected).abs().max() < 1e-5


@pytest.mark.parametrize("family", FAMILIES)
def test_a_head_that_the_folder_lacks_is_new_seeded_and_tied(folder_of, family):
    folder = folder_of(family, False)
    state = torch.get_rng_state()
    one, same, other = (MaskedModel.load(folder, seed=seed) for seed in (1, 1, 2))
    assert torch.equal(torch.get_rng_state(), state)
    assert one.head_is_new
    weights = [torch.cat([p.flatten() for p in model.head_parameters()]) for model in (one, same, other)]
    assert torch.equal(weights[0], weights[1])
    assert not torch.equal(weights[0], weights[2])
    assert one.model.get_output_embeddings().weight is one.encoder.get_input_embeddings().weight
    ids, mask = _batch(one.tokenizer)
    plain = Encoder.load(folder, device="cpu").model(input_ids=ids, attention_mask=mask).last_hidden_state
    assert (one.hidden(ids, mask) - plain).abs().max() < 1e-5  # the encoder is not new


@pytest.mark.parametrize("family", FAMILIES)
def test_head_parameters_leave_the_encoder_out_and_nothing_else(folder_of, family):
    masked = MaskedModel.load(folder_of(family, False))
    head = list(masked.head_parameters())
    encoder = {id(parameter) for parameter in masked.encoder.parameters()}
    assert head
    assert not encoder & {id(parameter) for parameter in head}
    assert len(head) + len(encoder) == len(list(masked.parameters()))
    ids, mask = _batch(masked.tokenizer)
    optimiser = torch.optim.SGD(head, lr=0.5)
    before = {name: value.clone() for name, value in masked.encoder.state_dict().items()}
    losses = []
    for _ in range(5):
        logits = masked.logits(masked.hidden(ids, mask).detach()[mask.bool()])
        loss = torch.nn.functional.cross_entropy(logits, ids[mask.bool()])
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        losses.append(loss.item())
    assert losses[-1] < losses[0]
    assert all(torch.equal(before[name], value) for name, value in masked.encoder.state_dict().items())


@pytest.mark.parametrize("family", FAMILIES)
def test_save_keeps_trained_weights_biases_included(folder_of, tmp_path, family):
    masked = MaskedModel.load(folder_of(family, False))
    with torch.no_grad():
        for parameter in masked.parameters():
            parameter.add_(torch.randn(parameter.shape, generator=torch.Generator().manual_seed(1)) * 0.1)
    masked.head_is_new = False
    masked.save(tmp_path / "saved")
    ids, mask = _batch(masked.tokenizer)
    masked.eval()
    with torch.no_grad():
        expected = masked.logits(masked.hidden(ids, mask)[mask.bool()])
        plain = AutoModelForMaskedLM.from_pretrained(tmp_path / "saved")
        again = MaskedModel.load(tmp_path / "saved", seed=9)
        assert (plain(input_ids=ids, attention_mask=mask).logits[mask.bool()] - expected).abs().max() < 1e-5
        assert (again.logits(again.hidden(ids, mask)[mask.bool()]) - expected).abs().max() < 1e-5
    assert again.head_is_new is False
    tokenizer = AutoTokenizer.from_pretrained(tmp_path / "saved")
    assert tokenizer(TEXTS)["input_ids"] == masked.tokenizer(TEXTS)["input_ids"]


def test_an_untrained_head_is_still_new_after_saving(folder_of, tmp_path):
    MaskedModel.load(folder_of("bert", False)).save(tmp_path / "saved")
    assert MaskedModel.load(tmp_path / "saved").head_is_new


@pytest.mark.parametrize("family", FAMILIES)
def test_to_encoder_shares_the_weights(folder_of, family):
    masked = MaskedModel.load(folder_of(family))
    encoder = masked.to_encoder()
    expected = Encoder.load(folder_of(family), device="cpu").encode(TEXTS, precision="fp32")
    assert np.abs(encoder.encode(TEXTS, precision="fp32") - expected).max() < 1e-5
    with torch.no_grad():
        masked.encoder.get_input_embeddings().weight.mul_(1.5)
        masked.encoder.get_input_embeddings().weight.add_(torch.randn(32))
    assert np.abs(encoder.encode(TEXTS, precision="fp32") - expected).max() > 1e-3


@pytest.mark.parametrize("family", FAMILIES)
def test_a_copy_has_a_head_of_its_own(folder_of, family):
    masked = MaskedModel.load(folder_of(family))
    rows = torch.randn(3, 32, generator=torch.Generator().manual_seed(0))
    expected = masked.logits(rows)
    double = copy.deepcopy(masked)
    with torch.no_grad():
        for parameter in masked.parameters():
            parameter.zero_()
    assert torch.equal(double.logits(rows), expected)
    assert not torch.equal(masked.logits(rows), expected)


def test_to_encoder_takes_a_template_or_a_config(folder_of):
    masked = MaskedModel.load(folder_of())
    config = EncoderConfig(pooling="cls", normalise="yes", window=40, overlap=0.3)
    for template in (config, Encoder.load(folder_of(), config, device="cpu")):
        encoder = masked.to_encoder(template)
        assert (encoder.pooling, encoder.normalise, encoder.window, encoder.overlap) == ("cls", True, 40, 0.3)
        assert encoder.model is masked.encoder


def test_what_a_sentence_transformers_base_says_survives_adaptation(folder_of, tmp_path):
    config = EncoderConfig(pooling="cls", normalise="yes", window=40, overlap=0.3)
    Encoder.load(folder_of("bert"), config, device="cpu").save(tmp_path / "base")
    masked = MaskedModel.load(tmp_path / "base")
    assert masked.head_is_new
    assert masked.window == 40
    masked.save(tmp_path / "masked")
    for encoder in (masked.to_encoder(), MaskedModel.load(tmp_path / "masked").to_encoder()):
        assert (encoder.pooling, encoder.normalise, encoder.window, encoder.overlap) == ("cls", True, 40, 0.3)


def test_an_adapted_encoder_saves_and_opens(folder_of, tmp_path):
    masked = MaskedModel.load(folder_of("roberta"))
    masked.train()
    encoder = masked.to_encoder()
    encoder.save(tmp_path / "saved")
    again = Encoder.load(tmp_path / "saved", device="cpu")
    assert np.abs(again.encode(TEXTS, precision="fp32") - encoder.encode(TEXTS, precision="fp32")).max() < 1e-6


def test_a_tokenizer_without_a_mask_token(folder_of, tmp_path):
    tokenizer = AutoTokenizer.from_pretrained(folder_of())
    AutoModelForMaskedLM.from_pretrained(folder_of()).save_pretrained(tmp_path)
    tokenizer.mask_token = None
    tokenizer.save_pretrained(tmp_path)
    with pytest.raises(ModelError, match="no mask token"):
        MaskedModel.load(tmp_path)


def test_a_family_without_a_known_head(folder_of):
    bare = Encoder.load(folder_of(), device="cpu").model
    with pytest.raises(ModelError, match="no masked-word head"):
        head_of(bare)
