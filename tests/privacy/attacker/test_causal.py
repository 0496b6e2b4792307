import pytest
import torch
from transformers import AutoModelForCausalLM, AutoTokenizer, GPT2Config, GPT2LMHeadModel

from tests.fixtures.models import sample_texts
from wardspace.config import CanaryConfig, EncoderConfig, PrivacyConfig
from wardspace.core.errors import ModelError
from wardspace.privacy.attacker.audited_model import open_subject
from wardspace.privacy.attacker.causal import CausalWords, is_causal
from wardspace.privacy.canaries import make_canaries
from wardspace.privacy.exposure import canary_figures


@pytest.fixture(scope="module")
def causal(base, tmp_path_factory):
    folder = tmp_path_factory.mktemp("causal")
    tokenizer = AutoTokenizer.from_pretrained(base)
    torch.manual_seed(0)
    config = GPT2Config(vocab_size=len(tokenizer), n_embd=32, n_layer=1, n_head=2, n_positions=128)
    GPT2LMHeadModel(config).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


def test_likelihoods_are_those_of_transformers(causal):
    words = CausalWords.load(causal)
    model, tokenizer = AutoModelForCausalLM.from_pretrained(causal).eval(), AutoTokenizer.from_pretrained(causal)
    texts = sample_texts(5)
    for text, score in zip(texts, words.secret_scores([("", text, "") for text in texts]), strict=True):
        ids = tokenizer(text, return_tensors="pt").input_ids
        with torch.inference_mode():
            loss = model(input_ids=ids, labels=ids).loss
        assert score == pytest.approx(-float(loss) * (ids.shape[1] - 1), rel=1e-4)


def test_a_note_longer_than_the_model_is_read_in_pieces(causal):
    words = CausalWords.load(causal)
    short, long, empty = words.note_losses(["fever and cough", "fever and cough " * 200, ""])
    assert short > 0
    assert long > 0
    assert empty is None


def test_a_learned_secret_ranks_before_the_candidates(causal, tmp_path):
    config = CanaryConfig(count=1, frequencies=[1], candidates=63, seed=2)
    (canary,) = make_canaries(config)
    model, tokenizer = AutoModelForCausalLM.from_pretrained(causal), AutoTokenizer.from_pretrained(causal)
    ids = tokenizer(canary.text, return_tensors="pt").input_ids
    optimiser = torch.optim.AdamW(model.parameters(), lr=3e-3)
    for _ in range(60):
        optimiser.zero_grad()
        model(input_ids=ids, labels=ids).loss.backward()
        optimiser.step()
    privacy = PrivacyConfig(canaries=config)
    figures = [
        canary_figures(CausalWords(one, tokenizer), "likelihood", config, privacy, show_progress=False)
        for one in (AutoModelForCausalLM.from_pretrained(causal), model)
    ]
    before, after = (found.frequencies[0].exposure.value for found in figures)
    assert after == 6
    assert before < 5


def test_a_causal_model_is_known_by_its_config_and_measured_against_its_base(causal, base):
    assert is_causal(causal)
    assert not is_causal(base)
    subject = open_subject(causal, str(causal), EncoderConfig())
    assert subject.causal
    assert subject.reference.causal
    assert subject.secrets[1] == "log-likelihood"


def test_a_damaged_folder_is_told(tmp_path):
    (tmp_path / "config.json").write_text('{"architectures": ["GPT2LMHeadModel"], "model_type": "gpt2"}')
    with pytest.raises(ModelError, match="lacks"):
        CausalWords.load(tmp_path)
