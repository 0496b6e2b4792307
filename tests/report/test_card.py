import pytest
import yaml

from tests.fixtures.results import fake_results
from wardspace.report import model_card


def test_the_header_is_what_hubs_read(results, study):
    _, header, body = model_card(results, "category", study).split("---\n", 2)
    assert yaml.safe_load(header)["library_name"] == "sentence-transformers"
    assert yaml.safe_load(header)["base_model"] == "minilm"
    assert body.strip().startswith("# ward-specialty: category")


def test_the_card_tells_objectives_scores_and_limits(results, study):
    card = model_card(results, "mlm-declutr", study)
    assert "1. It predicts hidden words" in card
    assert "2. It draws spans of one note together" in card
    assert "1,000,624 tokens of 4,120 notes" in card
    assert "37 training notes could not be used" in card
    assert "| specialty | all labels, fine-tuned | macro F1 |" in card
    assert "synthetic: its scores are no findings" in card
    assert "not tested" in card
    assert "How notes separate by" not in card


def test_a_model_that_learned_metadata_says_so(results, study):
    assert "category learned from that column" in model_card(results, "category", study)


def test_real_notes_are_not_called_synthetic(study):
    assert "synthetic" not in model_card(fake_results(synthetic=False), "mlm", study)


@pytest.mark.parametrize("name", ["base", "tfidf", "nosuch"])
def test_only_adapted_models_have_a_card(results, study, name):
    with pytest.raises(ValueError, match="no adapted model"):
        model_card(results, name, study)
