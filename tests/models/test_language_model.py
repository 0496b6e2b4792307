import copy

import numpy as np
import pytest
import torch
import transformers
from transformers import AutoModelForMaskedLM, AutoTokenizer

from tests.fixtures.models import FAMILIES, POSITIONS, sample_texts, sequences
from wardspace.config import EncoderConfig
from wardspace.core.errors import ModelError
from wardspace.models import Encoder, LanguageModel
from wardspace.models.attention import attention
from wardspace.models.attention.packing import layout_of

TEXTS = sample_texts(5)
PACKING = [family for family in FAMILIES if family != "mpnet"]


def _batch(tokenizer):
    """The texts end to end, and padded: both in the same order, the longest first."""
    texts = sorted(TEXTS, key=lambda text: -len(tokenizer(text)["input_ids"]))
    batch = tokenizer(texts, padding=True, return_tensors="pt")
    ids, mask = batch["input_ids"], batch["attention_mask"]
    return ids[mask.bool()], layout_of(mask.sum(1).tolist()), ids, mask


@pytest.mark.parametrize("family", FAMILIES)
def test_logits_of_chosen_rows_equal_the_whole_model(folder_of, family):
    masked = LanguageModel.load(folder_of(family))
    assert masked.head_is_new is False
    tokens, layout, ids, mask = _batch(masked.tokenizer)
    rows = (layout.starts[:, None] + torch.arange(1, 4)).flatten()
    reference = AutoModelForMaskedLM.from_pretrained(folder_of(family))
    with torch.no_grad():
        expected = reference(input_ids=ids, attention_mask=mask).logits[:, 1:4].flatten(0, 1)
        found = masked.logits(masked.hidden(tokens, layout)[rows])
    assert found.shape == (15, reference.config.vocab_size)
    assert (found - expected).abs().max() < 1e-5


@pytest.mark.parametrize("family", FAMILIES)
def test_a_head_that_the_folder_lacks_is_new_seeded_and_tied(folder_of, family):
    folder = folder_of(family, False)
    state = torch.get_rng_state()
    one, same, other = (LanguageModel.load(folder, seed=seed) for seed in (1, 1, 2))
    assert torch.equal(torch.get_rng_state(), state)
    assert one.head_is_new
    weights = [torch.cat([p.flatten() for p in model.head_parameters()]) for model in (one, same, other)]
    assert torch.equal(weights[0], weights[1])
    assert not torch.equal(weights[0], weights[2])
    assert one.model.get_output_embeddings().weight is one.encoder.get_input_embeddings().weight
    tokens, layout, ids, mask = _batch(one.tokenizer)
    plain = Encoder.load(folder, device="cpu").model(input_ids=ids, attention_mask=mask).last_hidden_state
    assert (one.hidden(tokens, layout) - plain[mask.bool()]).abs().max() < 1e-5  # the encoder is not new


@pytest.mark.parametrize("family", FAMILIES)
def test_head_parameters_leave_the_encoder_out_and_nothing_else(folder_of, family):
    masked = LanguageModel.load(folder_of(family, False))
    head = list(masked.head_parameters())
    encoder = {id(parameter) for parameter in masked.encoder.parameters()}
    assert head
    assert not encoder & {id(parameter) for parameter in head}
    assert len(head) + len(encoder) == len(list(masked.parameters()))
    tokens, layout, *_ = _batch(masked.tokenizer)
    optimiser = torch.optim.SGD(head, lr=0.5)
    before = {name: value.clone() for name, value in masked.encoder.state_dict().items()}
    losses = []
    for _ in range(5):
        logits = masked.logits(masked.hidden(tokens, layout).detach())
        loss = torch.nn.functional.cross_entropy(logits, tokens)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        losses.append(loss.item())
    assert losses[-1] < losses[0]
    assert all(torch.equal(before[name], value) for name, value in masked.encoder.state_dict().items())


@pytest.mark.parametrize("family", FAMILIES)
def test_save_keeps_trained_weights_biases_included(folder_of, tmp_path, family):
    masked = LanguageModel.load(folder_of(family, False))
    with torch.no_grad():
        for parameter in masked.parameters():
            parameter.add_(torch.randn(parameter.shape, generator=torch.Generator().manual_seed(1)) * 0.1)
    masked.head_is_new = False
    masked.save(tmp_path / "saved")
    tokens, layout, ids, mask = _batch(masked.tokenizer)
    masked.eval()
    with torch.no_grad():
        expected = masked.logits(masked.hidden(tokens, layout))
        plain = AutoModelForMaskedLM.from_pretrained(tmp_path / "saved")
        again = LanguageModel.load(tmp_path / "saved", seed=9)
        assert (plain(input_ids=ids, attention_mask=mask).logits[mask.bool()] - expected).abs().max() < 1e-5
        assert (again.logits(again.hidden(tokens, layout)) - expected).abs().max() < 1e-5
    assert again.head_is_new is False
    tokenizer = AutoTokenizer.from_pretrained(tmp_path / "saved")
    assert tokenizer(TEXTS)["input_ids"] == masked.tokenizer(TEXTS)["input_ids"]


def test_an_untrained_head_is_still_new_after_saving(folder_of, tmp_path):
    LanguageModel.load(folder_of("bert", False)).save(tmp_path / "saved")
    assert LanguageModel.load(tmp_path / "saved").head_is_new


@pytest.mark.parametrize("family", FAMILIES)
def test_to_encoder_shares_the_weights(folder_of, family):
    masked = LanguageModel.load(folder_of(family))
    encoder = masked.to_encoder()
    expected = Encoder.load(folder_of(family), device="cpu").encode(TEXTS, precision="fp32")
    assert np.abs(encoder.encode(TEXTS, precision="fp32") - expected).max() < 1e-5
    with torch.no_grad():
        masked.encoder.get_input_embeddings().weight.mul_(1.5)
        masked.encoder.get_input_embeddings().weight.add_(torch.randn(32))
    assert np.abs(encoder.encode(TEXTS, precision="fp32") - expected).max() > 1e-3


@pytest.mark.parametrize("family", FAMILIES)
def test_a_copy_has_a_head_of_its_own(folder_of, family):
    masked = LanguageModel.load(folder_of(family))
    rows = torch.randn(3, 32, generator=torch.Generator().manual_seed(0))
    expected = masked.logits(rows)
    double = copy.deepcopy(masked)
    with torch.no_grad():
        for parameter in masked.parameters():
            parameter.zero_()
    assert torch.equal(double.logits(rows), expected)
    assert not torch.equal(masked.logits(rows), expected)


def test_to_encoder_takes_a_template_or_a_config(folder_of):
    masked = LanguageModel.load(folder_of())
    config = EncoderConfig(pooling="cls", normalise="yes", window=40, overlap=0.3)
    for template in (config, Encoder.load(folder_of(), config, device="cpu")):
        encoder = masked.to_encoder(template)
        assert (encoder.pooling, encoder.normalise, encoder.window, encoder.overlap) == ("cls", True, 40, 0.3)
        assert encoder.model is masked.encoder


def test_what_a_sentence_transformers_base_says_survives_adaptation(folder_of, tmp_path):
    config = EncoderConfig(pooling="cls", normalise="yes", window=40, overlap=0.3)
    Encoder.load(folder_of("bert"), config, device="cpu").save(tmp_path / "base")
    masked = LanguageModel.load(tmp_path / "base")
    assert masked.head_is_new
    assert masked.window == 40
    masked.save(tmp_path / "masked")
    for encoder in (masked.to_encoder(), LanguageModel.load(tmp_path / "masked").to_encoder()):
        assert (encoder.pooling, encoder.normalise, encoder.window, encoder.overlap) == ("cls", True, 40, 0.3)


def test_an_adapted_encoder_saves_and_opens(folder_of, tmp_path):
    masked = LanguageModel.load(folder_of("roberta"))
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
        LanguageModel.load(tmp_path)


LENGTHS = [POSITIONS, POSITIONS - 1, 90, 90, 40, 17, 3, 1]
"""Up to the last position, beyond ModernBERT's window of 16 to either side, and down to one token."""


def _double(folder_of, family):
    return LanguageModel.load(folder_of(family)).double(), AutoModelForMaskedLM.from_pretrained(
        folder_of(family), dtype=torch.float64
    ).eval()


def _near(found, expected):
    return torch.allclose(found, expected, atol=1e-9, rtol=1e-9)


@pytest.mark.parametrize("rectangle", [0, 64, 10**6], ids=["many", "some", "one"])
@pytest.mark.parametrize("family", FAMILIES)
def test_packed_reading_is_that_of_each_sequence_by_itself(folder_of, family, rectangle):
    masked, plain = _double(folder_of, family)
    ids = sequences(LENGTHS)
    ids[2][5] = masked.tokenizer.mask_token_id
    found = masked.hidden(torch.cat(ids), layout_of(LENGTHS, rectangle))
    expected = torch.cat([plain.base_model(input_ids=one[None]).last_hidden_state[0] for one in ids])
    assert found.dtype == torch.float64
    assert _near(found, expected)
    weight = torch.randn(found.shape, dtype=torch.float64, generator=torch.Generator().manual_seed(3))
    (found * weight).sum().backward()
    (expected * weight).sum().backward()
    theirs = dict(plain.base_model.named_parameters())
    reached = 0
    for name, mine in masked.encoder.named_parameters():
        assert (mine.grad is None) == (theirs[name].grad is None), name
        if mine.grad is not None:
            assert _near(mine.grad, theirs[name].grad), name
            reached += bool(mine.grad.abs().max() > 0)
    assert reached > 10


def test_a_window_that_slides_makes_a_difference_at_these_lengths(folder_of):
    masked, _ = _double(folder_of, "modernbert")
    wide = LanguageModel.load(folder_of("modernbert")).double()
    for layer in wide.encoder.layers:
        layer.attn.sliding_window = None
    (ids,) = sequences([90])
    with torch.no_grad():
        assert not _near(masked.hidden(ids, layout_of([90])), wide.hidden(ids, layout_of([90])))


@pytest.mark.parametrize("family", FAMILIES)
def test_a_sequence_does_not_feel_its_company(folder_of, family):
    masked, _ = _double(folder_of, family)
    one, *others = sequences([30, 60, 31, 30, 29, 4], seed=1)
    with torch.no_grad():
        alone = masked.hidden(one, layout_of([30]))
        for before, after in (([0], []), ([], [3, 4]), ([0, 1], [2]), ([0, 1, 2], [3, 4])):
            company = [*(others[i] for i in before), one, *(others[i] for i in after)]
            lengths = [len(ids) for ids in company]
            start = sum(lengths[: len(before)])
            for rectangle in (0, 10**6):
                found = masked.hidden(torch.cat(company), layout_of(lengths, rectangle))
                assert _near(found[start : start + 30], alone)


@pytest.mark.parametrize("family", FAMILIES)
def test_all_but_one_family_read_without_padding(folder_of, family):
    masked = LanguageModel.load(folder_of(family))
    layout = layout_of([50, 40, 40, 12], 10**6)
    assert (layout.tokens, layout.padded) == (142, 200)
    assert masked.packs == (family in PACKING)
    assert masked.positions_read(layout) == (142 if masked.packs else 200)
    given = []
    masked.encoder.get_input_embeddings().register_forward_hook(lambda _, inputs, __: given.append(inputs[0].numel()))
    with torch.no_grad():
        masked.hidden(torch.cat(sequences([50, 40, 40, 12])), layout)
    assert sum(given) == masked.positions_read(layout)


def test_no_mask_of_tokens_by_tokens_is_built(folder_of, monkeypatch):
    masked = LanguageModel.load(folder_of("modernbert"))
    built = []

    def spy(*args, **kwargs):
        built.append(args)

    monkeypatch.setitem(transformers.masking_utils.ALL_MASK_ATTENTION_FUNCTIONS._global_mapping, attention.NAME, spy)
    with torch.no_grad():
        masked.hidden(torch.cat(sequences([100, 90])), layout_of([100, 90]))
    assert built == []


@pytest.mark.parametrize("family", FAMILIES)
def test_many_more_tokens_than_positions_are_read_at_once(folder_of, family):
    masked = LanguageModel.load(folder_of(family)).eval()
    lengths = [POSITIONS] * 10
    with torch.no_grad():
        hidden = masked.hidden(torch.cat(sequences(lengths)), layout_of(lengths))
    assert hidden.shape == (10 * POSITIONS, masked.dimension)
    assert hidden.isfinite().all()
