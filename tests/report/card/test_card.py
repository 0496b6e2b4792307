import copy

import pytest
import yaml
from huggingface_hub import ModelCard

from tests.fixtures.results import SPECIALTIES, fake_results
from wardspace.report import CardFacts, model_card
from wardspace.report.card import card as card_module
from wardspace.report.score_table import Board
from wardspace.report.wording.limitations import learned_from
from wardspace.results import SubgroupScore


def test_the_header_is_what_hubs_read(results, study):
    _, header, body = model_card(results, "category", study).split("---\n", 2)
    assert yaml.safe_load(header)["library_name"] == "sentence-transformers"
    assert yaml.safe_load(header)["base_model"] == "minilm"
    assert body.strip().startswith("# ward-specialty: category")


def test_the_card_has_objectives_scores_and_limits(results, study):
    card = model_card(results, "mlm-declutr", study)
    assert "1. It predicts hidden words" in card
    assert "2. It pulls spans of one note together" in card
    assert "1,000,624 tokens of 4,120 notes" in card
    assert "37 training notes" in card
    assert "| specialty | all labels, fine-tuned | macro F1 |" in card
    assert "**The notes were synthetic" in card
    assert "not tested" in card
    assert learned_from(["note_type"], ["category"]) not in card


def test_a_model_that_learned_metadata_says_so(results, study):
    assert learned_from(["note_type"], ["category"]) in model_card(results, "category", study)


def test_a_model_of_mixed_weights_says_so(results, study):
    mixed = study.model_copy(update={"training": study.training.model_copy(update={"mix": 0.3})})
    assert "30% of the trained weights with 70% of the base's" in model_card(results, "mlm", mixed)
    assert "of the trained weights" not in model_card(results, "mlm", study)


def test_real_notes_are_not_called_synthetic(study):
    assert "synthetic" not in model_card(fake_results(synthetic=False), "mlm", study)


@pytest.mark.parametrize("name", ["base", "tfidf", "nosuch"])
def test_only_adapted_models_have_a_card(results, study, name):
    with pytest.raises(ValueError, match="no adapted model"):
        model_card(results, name, study)


def test_results_in_the_header_are_those_of_the_table(results, study):
    data = ModelCard(model_card(results, "mlm", study)).data
    assert data.model_name == "ward-specialty-mlm"
    assert data.license == "other"
    assert data.language is None
    board = Board(results)
    assert len(data.eval_results) == 6 + 4
    by_name = {(one.dataset_config, one.metric_name): one for one in data.eval_results}
    place = next(p for p in board.places("specialty", "macro_f1") if p.shots == 16)
    score = board.score("specialty", "mlm", place, "macro_f1")
    found = by_name["specialty", "macro F1, 16 labels per class, logistic regression"]
    assert found.metric_value == round(score.value, 4)
    assert found.metric_args == {"low": round(score.low, 4), "high": round(score.high, 4), "confidence": 0.95}
    assert (found.task_type, found.metric_type, found.dataset_split) == ("text-classification", "f1", "test")


def test_a_model_that_was_not_scored_still_has_a_card(results, study):
    card = model_card(results.model_copy(update={"scores": [], "differences": []}), "mlm", study)
    assert "| task |" not in card
    assert not ModelCard(card).data.eval_results


def test_the_data_statement_has_counts_and_no_values(results, study):
    card = model_card(results, "mlm", study)
    assert "6,020 notes of 2,000 patients kept of 6,134 rows; 114 rows were left out" in card
    assert "Metadata columns: note_type. Labels: specialty and severity." in card
    assert "Years: unknown." in card
    assert "| test | 1,204 | 402 |" in card
    assert not [name for name in SPECIALTIES if name in card]


@pytest.mark.parametrize(("patient", "words"), [("patient_id", "of 2,000 patients"), (None, "6,020 notes kept of")])
def test_patients_are_counted_where_there_are_any(results, study, patient, words):
    corpus = {**results.corpus, "roles": {**results.corpus["roles"], "patient_id": patient}}
    card = model_card(results.model_copy(update={"corpus": corpus}), "mlm", study)
    assert words in card
    assert ("| split | notes | patients |" in card) == (patient is not None)


def test_identifiers_are_counted_by_kind(results, study):
    assert "De-identification: none by wardspace" in model_card(results, "mlm", study)
    corpus = copy.deepcopy(results.corpus)
    detectors = {"rules": {"marked": 9, "alone": 9}}
    found = {"NAME": 1204, "DATE": 88}
    corpus["steps"].insert(0, {"step": "deidentify", "notes": 911, "found": found, "detectors": detectors})
    card = model_card(results.model_copy(update={"corpus": corpus}), "mlm", study)
    assert "911 notes by rules (NAME 1,204, DATE 88)" in card


def test_facts_of_the_run_are_in_it(results, study):
    facts = CardFacts(years=(2008, 2019), machine="Linux x86_64, 24 GiB of memory")
    card = model_card(results, "mlm", study, facts)
    assert "Years: 2008 to 2019." in card
    assert "cpu, bf16, Linux x86_64, 24 GiB of memory, 1 process." in card


def test_sections_are_in_their_order(results, study):
    card = model_card(results, "mlm", study)
    heads = [line.removeprefix("## ") for line in card.splitlines() if line.startswith("## ")]
    assert heads == [
        "Model details", "Intended use", "Out-of-scope use", "Data statement", "How it was adapted", "What it cost",
        "Scores on the test notes", "Privacy audit", "Limitations", "How to use it", "Citation",
    ]  # fmt: skip


def test_no_path_of_the_machine_is_in_it(results, study):
    moved = study.model_copy(update={"base": "/home/someone/models/clinical-base"})
    card = model_card(results, "mlm", moved)
    assert "/home/someone" not in card
    assert ModelCard(card).data.base_model == "clinical-base"


def test_groups_of_patients_are_not_called_untested_where_there_are_scores_by_subgroup(results, study):
    bare = results.model_copy(update={"subgroups": []})
    assert card_module.GROUPS_NOT_TESTED in model_card(bare, "mlm", study)
    row = SubgroupScore(
        model="mlm", task="specialty", setting="logistic", metric="accuracy", column="sex", group="f",
        n=60, groups=40, too_few=False, value=0.5, low=0.4, high=0.6,
    )  # fmt: skip
    card = model_card(results.model_copy(update={"subgroups": [row]}), "mlm", study)
    assert card_module.GROUPS_NOT_TESTED not in card
    assert card_module.GROUPS_TESTED in card
    assert card_module.CLINICAL_USE in card
